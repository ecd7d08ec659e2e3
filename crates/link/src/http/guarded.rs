//! Middleware that every listener puts around its routes.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};

use crate::http::problem_details::ProblemDetails;

/// Limits for requests, and restrictions for browsers in the headers of answers.
#[derive(Clone, Copy, Debug)]
pub struct RouteLimits {
    /// The timeout for a request from its head to its answer, including the body.
    pub request_timeout: Duration,
    /// Maximum bytes of a request's body.
    pub request_bytes_max: usize,
    /// The Content Security Policy for pages: the content that they may load, and their permitted actions.
    pub content_security_policy: &'static str,
    /// Further headers of every answer: names in lower case, and values.
    pub headers: &'static [(&'static str, &'static str)],
}

/// Adds answers for unknown paths and methods, a timeout for slow clients, a limit for bodies, and headers that tell
/// browsers not to frame, cache or sniff anything. A route that sets one of these headers itself keeps its own.
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
