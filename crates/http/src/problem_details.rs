//! Problem details for HTTP APIs, as JSON (RFC 9457).

use std::time::Duration;

use axum::extract::rejection::{BytesRejection, JsonRejection, QueryRejection};
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// A problem: what is wrong, with which value, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProblemDetails {
    /// `about:blank`: the status says the kind (RFC 9457, section 4.2.1).
    #[serde(rename = "type")]
    kind: &'static str,
    /// The status as text.
    title: &'static str,
    /// The status.
    status: u16,
    /// The problem, and how to solve it.
    detail: String,
    /// The seconds to wait before a retry.
    #[serde(skip)]
    retry_after_s: Option<u64>,
}

impl ProblemDetails {
    /// A problem with this status and description.
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        let title = status.canonical_reason().unwrap_or("Problem");
        Self {
            kind: "about:blank",
            title,
            status: status.as_u16(),
            detail: detail.into(),
            retry_after_s: None,
        }
    }

    /// A problem with status 404.
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, detail)
    }

    /// Sets `Retry-After` to this time, rounded up to seconds.
    #[must_use]
    pub fn retry_after(self, wait: Duration) -> Self {
        Self { retry_after_s: Some(wait.as_millis().div_ceil(1000) as u64), ..self }
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The description: the cause, and how to fix it.
    pub fn detail(&self) -> &str {
        &self.detail
    }
}

impl IntoResponse for ProblemDetails {
    fn into_response(self) -> Response {
        // Serializing plain data with string keys cannot fail.
        let body = serde_json::to_string(&self).unwrap_or_default();
        let kind = HeaderValue::from_static("application/problem+json");
        let mut response = (self.status(), [(header::CONTENT_TYPE, kind)], body).into_response();
        if let Some(seconds) = self.retry_after_s {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

/// Converts axum's rejections of malformed requests, with axum's text.
macro_rules! of_rejections {
    ($($rejection:ty),+) => {$(
        impl From<$rejection> for ProblemDetails {
            fn from(rejection: $rejection) -> Self {
                Self::new(rejection.status(), rejection.body_text())
            }
        }
    )+};
}

of_rejections!(BytesRejection, JsonRejection, QueryRejection, WebSocketUpgradeRejection);
