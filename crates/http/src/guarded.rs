//! What every listener puts around its routes.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};

use crate::problem_details::ProblemDetails;

/// What requests may take, and what browsers may do with the answers.
#[derive(Clone, Copy, Debug)]
pub struct RouteLimits {
    /// How long a request may take from its head to its answer, the body included.
    pub request_timeout: Duration,
    /// Bytes of a request's body.
    pub request_bytes_max: usize,
    /// What pages may load and do (Content Security Policy).
    pub content_security_policy: &'static str,
    /// Further headers of every answer: names in lower case, and values.
    pub headers: &'static [(&'static str, &'static str)],
}

/// Answers what these routes do not, times slow clients out, and tells browsers not to frame, keep or sniff anything. A
/// route that sets one of these headers itself keeps its own.
pub fn guarded<S: Clone + Send + Sync + 'static>(routes: Router<S>, limits: RouteLimits) -> Router<S> {
    let RouteLimits { request_timeout, request_bytes_max, content_security_policy, headers } = limits;
    let own = headers.iter().map(|(name, value)| (HeaderName::from_static(name), *value));
    let policy = (header::CONTENT_SECURITY_POLICY, content_security_policy);
    let headers: Arc<[_]> = own.chain([policy]).chain(HEADERS).collect();
    routes
        .fallback(nothing_here)
        .method_not_allowed_fallback(not_so)
        .layer(DefaultBodyLimit::max(request_bytes_max))
        .layer(from_fn(move |request, next| in_time(request_timeout, request, next)))
        .layer(from_fn(move |request, next| forbid_everything_else(Arc::clone(&headers), request, next)))
}

async fn nothing_here() -> ProblemDetails {
    ProblemDetails::not_found("nothing at this path")
}

async fn not_so() -> ProblemDetails {
    ProblemDetails::new(StatusCode::METHOD_NOT_ALLOWED, "this path takes no requests of this method")
}

/// Times out clients with a slow body, and workers that do not answer.
async fn in_time(patience: Duration, request: Request, next: Next) -> Response {
    tokio::time::timeout(patience, next.run(request)).await.unwrap_or_else(|_| {
        ProblemDetails::new(StatusCode::REQUEST_TIMEOUT, "this took too long: try again").into_response()
    })
}

async fn forbid_everything_else(headers: Arc<[Header]>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in headers.iter().cloned() {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

type Header = (HeaderName, &'static str);

const HEADERS: [Header; 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];
