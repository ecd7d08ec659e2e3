//! Code that all routes share: strict parsing of bodies, and queries to the server that do not block the runtime.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use consonance_link::http::{ProblemDetails, bad_json, json_values};
use consonance_server::moderation::{By, ModerationError};
use consonance_server::recording::RecordingsError;
use consonance_server::reports::ReportsError;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use crate::blocking::blocking;
use crate::nodes::NodesError;

/// A JSON body; errors in it are answered with a [`ProblemDetails`].
pub(super) struct Body<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = ProblemDetails;

    async fn from_request(request: Request, state: &S) -> Result<Self, ProblemDetails> {
        if !is_json(request.headers()) {
            let what = "send JSON, with Content-Type: application/json";
            return Err(ProblemDetails::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, what).with_code("not-json"));
        }
        let body = Bytes::from_request(request, state).await?;
        if json_values(&body) > VALUES_MAX {
            let what = format!("the body has more than {VALUES_MAX} values, which no request has");
            return Err(
                ProblemDetails::new(StatusCode::UNPROCESSABLE_ENTITY, what).with_code("too-many-values")
            );
        }
        serde_json::from_slice(&body)
            .map(Self)
            .map_err(|error| bad_json(StatusCode::UNPROCESSABLE_ENTITY, &error))
    }
}

/// The most values in a body: actions and bans have some tens.
const VALUES_MAX: usize = 1024;

/// As axum's own extractor has it.
fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind == "application/json" || kind.starts_with("application/") && kind.ends_with("+json")
}

/// The query string; errors in it are answered with a [`ProblemDetails`].
pub(super) struct Parameters<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Parameters<T> {
    type Rejection = ProblemDetails;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ProblemDetails> {
        let Query(parameters) = Query::from_request_parts(parts, state).await?;
        Ok(Self(parameters))
    }
}

/// The operator and the reason of a removal.
#[derive(Debug, Deserialize, Serialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct Why {
    /// The reason.
    #[serde(default)]
    reason: String,
    /// The operator, for the audit log.
    #[serde(default = "default_operator")]
    by: String,
}

/// The length of a list: at most 1000, default 100.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(super) struct Limit(usize);

impl Limit {
    const MAX: usize = 1000;

    pub(super) fn get(self) -> usize {
        self.0.min(Self::MAX)
    }
}

impl Default for Limit {
    fn default() -> Self {
        Self(100)
    }
}

/// The default name of the operator.
pub(super) fn default_operator() -> String {
    "admin".into()
}

/// An operator at this node, or at another one of the cluster.
pub(super) fn by(by: By, from: Option<&str>) -> By {
    match from {
        Some(node) => by.from_node(node),
        None => by,
    }
}

impl From<Why> for By {
    fn from(why: Why) -> Self {
        Self::new(why.by, why.reason)
    }
}

/// The error response of a request.
#[derive(Serialize)]
#[serde(transparent)]
pub(crate) struct Refusal(ProblemDetails);

impl From<ProblemDetails> for Refusal {
    fn from(problem: ProblemDetails) -> Self {
        Self(problem)
    }
}

impl From<NodesError> for Refusal {
    fn from(error: NodesError) -> Self {
        Self(error.into())
    }
}

impl Refusal {
    pub(super) fn details(&self) -> &ProblemDetails {
        &self.0
    }
}

impl From<ModerationError> for Refusal {
    fn from(error: ModerationError) -> Self {
        Self(ProblemDetails::new(status(&error), error.to_string()))
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        self.0.into_response()
    }
}

/// Asks the server, without delaying other requests.
pub(super) async fn ask<T: Send + 'static>(
    question: impl FnOnce() -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    blocking(question).await?
}

fn status(error: &ModerationError) -> StatusCode {
    use ModerationError as E;
    match error {
        E::NoSession { .. }
        | E::NoPlayer { .. }
        | E::NoBan { .. }
        | E::NameNotKept { .. }
        | E::NotHeard { .. }
        | E::Report(ReportsError::NoReport { .. } | ReportsError::NoTrack { .. })
        | E::Recordings(RecordingsError::NoRecording | RecordingsError::NoTrack { .. }) => {
            StatusCode::NOT_FOUND
        }
        E::NotInRoom { .. }
        | E::RoomForbidden { .. }
        | E::RoomFull { .. }
        | E::NothingKept
        | E::NotDraining
        | E::Recording(_)
        | E::Recordings(RecordingsError::GoesOn) => StatusCode::CONFLICT,
        E::EndsInThePast | E::Nameless { .. } | E::InvalidRedirect => StatusCode::UNPROCESSABLE_ENTITY,
        E::TooManyRights { .. }
        | E::Records(_)
        | E::Restrictions(_)
        | E::Report(
            ReportsError::Full { .. } | ReportsError::PlayersShareFull { .. } | ReportsError::Write { .. },
        ) => StatusCode::INSUFFICIENT_STORAGE,
        E::Server(_)
        | E::OnlyRecorded(_)
        | E::Report(ReportsError::Busy | ReportsError::Late)
        | E::Recordings(RecordingsError::Late) => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
