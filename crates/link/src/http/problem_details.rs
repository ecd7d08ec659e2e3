//! Problem details for HTTP APIs, as JSON (RFC 9457).

use std::time::Duration;

use axum::extract::rejection::{BytesRejection, QueryRejection};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::error::Category;

/// A problem: what is wrong, with which value, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "http-openapi", derive(utoipa::ToSchema))]
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
    /// The problem, for programs: one of the codes that the documentation of the API lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
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
            code: None,
            retry_after_s: None,
        }
    }

    /// A problem with status 404.
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, detail)
    }

    /// Adds a code, by which programs tell problems of one status apart.
    #[must_use]
    pub fn with_code(self, code: &'static str) -> Self {
        Self { code: Some(code), ..self }
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

    /// The code, if it has one.
    pub fn code(&self) -> Option<&'static str> {
        self.code
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

/// Converts axum's rejections of malformed requests: its status, and a text of ours, since a library's may say more
/// about this process than a stranger should learn.
macro_rules! of_rejections {
    ($($rejection:ty: $code:literal, $detail:literal),+) => {$(
        impl From<$rejection> for ProblemDetails {
            fn from(rejection: $rejection) -> Self {
                let status = rejection.status();
                let (code, detail) = match status {
                    StatusCode::PAYLOAD_TOO_LARGE => ("too-large", "the body is larger than is accepted here"),
                    StatusCode::UNSUPPORTED_MEDIA_TYPE => {
                        ("not-json", "send JSON, with Content-Type: application/json")
                    }
                    _ => ($code, $detail),
                };
                tracing::debug!(%status, cause = rejection.body_text(), "refused a request");
                Self::new(status, detail).with_code(code)
            }
        }
    )+};
}

of_rejections!(
    BytesRejection: "bad-body", "the body broke off",
    QueryRejection: "bad-query", "a parameter of the query has another form than is expected here"
);

/// Why JSON is not what is expected, by the place in it: the parser's own text is not for strangers. What is JSON, but
/// has other keys or values, gets the given status.
pub fn bad_json(status_of_values: StatusCode, error: &serde_json::Error) -> ProblemDetails {
    let (status, code, what) = match error.classify() {
        Category::Data => (
            status_of_values,
            "bad-value",
            "a key is missing, unknown or there twice, or its value is of another kind",
        ),
        Category::Syntax | Category::Eof | Category::Io => {
            (StatusCode::BAD_REQUEST, "not-json", "this is not JSON")
        }
    };
    let detail = format!("{what}; see line {}, column {}", error.line(), error.column());
    ProblemDetails::new(status, detail).with_code(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_json_is_answered_with_its_place_and_without_the_parser_s_words() {
        for (body, code, place) in [
            ("{", "not-json", "line 1, column 1"),
            ("{\"name\":\n nonsense}", "not-json", "line 2, column 3"),
            ("{\"name\": 0xdeadbeef}", "not-json", "line 1, column 11"),
            ("[\"secret\"]", "bad-value", "line 1, column 0"),
        ] {
            let error = serde_json::from_str::<std::collections::BTreeMap<String, u8>>(body).unwrap_err();
            let problem = bad_json(StatusCode::UNPROCESSABLE_ENTITY, &error);
            assert_eq!(problem.code(), Some(code), "{body}");
            assert!(problem.detail().ends_with(place), "{problem:?}");
            assert!(
                !problem.detail().contains("secret") && !problem.detail().contains("expected"),
                "{problem:?}"
            );
        }
    }
}
