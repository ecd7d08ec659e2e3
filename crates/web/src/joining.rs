//! `POST /api/voice/{session}`: an offer in, the answer out.

use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, PathRejection};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use consonance_link::http::{ProblemDetails, bad_json};
use consonance_link::session_name;

use crate::app::App;
use crate::signalling::{Join, JoinBody, JoinProblem};
use crate::visitor::Visitor;

pub(crate) async fn join(
    State(app): State<App>,
    session: Result<Path<String>, PathRejection>,
    visitor: Visitor,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, ProblemDetails> {
    app.count_join(visitor.address)?;
    if !is_json(&headers) {
        let what = "send the offer as JSON, with Content-Type: application/json";
        return Err(ProblemDetails::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, what).with_code("not-json"));
    }
    let session = session.ok().map(|Path(session)| session).filter(|session| is_session_name(session));
    let session = session.ok_or(JoinProblem::NoSuchSession)?;
    let body = read(&body?)?;
    let reply = app.signalling().join(Join { session, body, remote: visitor.address });
    let joined = app.answer_of(reply).await?;
    Ok((StatusCode::CREATED, Json(joined)).into_response())
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

pub(crate) fn is_session_name(name: &str) -> bool {
    session_name::problem(name).is_none()
}

/// Nothing is nested here but what is passed over, which `serde_json` does without recursion.
fn read(body: &[u8]) -> Result<JoinBody, ProblemDetails> {
    let bad = |what: String| ProblemDetails::new(StatusCode::BAD_REQUEST, what).with_code("bad-value");
    let body: JoinBody =
        serde_json::from_slice(body).map_err(|error| bad_json(StatusCode::BAD_REQUEST, &error))?;
    for (key, text, bytes_max) in [
        ("name", Some(&body.name), NAME_BYTES_MAX),
        ("token", body.token.as_ref(), TOKEN_BYTES_MAX),
        ("password", body.password.as_ref(), PASSWORD_BYTES_MAX),
        ("resume", body.resume.as_ref(), KEY_BYTES_MAX),
        ("place", body.place.as_ref(), KEY_BYTES_MAX),
    ] {
        if text.is_some_and(|text| text.len() > bytes_max) {
            return Err(bad(format!("{key} is longer than {bytes_max} bytes")));
        }
    }
    Ok(body)
}

/// More than any session accepts, like the next two: a session rejects texts that are too long itself, with a code.
const NAME_BYTES_MAX: usize = 512;
const TOKEN_BYTES_MAX: usize = 8192;
const PASSWORD_BYTES_MAX: usize = 1024;
pub(crate) const KEY_BYTES_MAX: usize = 64;

impl From<JoinProblem> for ProblemDetails {
    fn from(problem: JoinProblem) -> Self {
        let (status, retry_after) = match &problem {
            JoinProblem::NoSuchSession | JoinProblem::NoSuchPlayer => (StatusCode::NOT_FOUND, None),
            JoinProblem::BadOffer(_) => (StatusCode::BAD_REQUEST, None),
            JoinProblem::PageTooOld(_) => (StatusCode::CONFLICT, None),
            JoinProblem::Full => (StatusCode::SERVICE_UNAVAILABLE, Some(10)),
            JoinProblem::Busy => (StatusCode::SERVICE_UNAVAILABLE, Some(1)),
            JoinProblem::Closing => (StatusCode::SERVICE_UNAVAILABLE, Some(5)),
        };
        let told = Self::new(status, problem.to_string()).with_code(problem.code());
        match retry_after {
            Some(seconds) => told.retry_after(Duration::from_secs(seconds)),
            None => told,
        }
    }
}
