//! The page for operators, and the one that describes the API: files in this program, and nothing from elsewhere.
//!
//! They hold no secret, so they are given to everybody; what they show they ask for with the token.

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodRouter, get};

use crate::app::App;

pub(crate) fn routes() -> Router<App> {
    let html = "text/html; charset=utf-8";
    let script = "text/javascript; charset=utf-8";
    Router::new()
        .route("/", file(html, include_str!("page/page.html")))
        .route("/page.css", file("text/css; charset=utf-8", include_str!("page/page.css")))
        .route("/page.js", file(script, include_str!("page/page.js")))
        .route("/api/docs", file(html, include_str!("page/docs.html")))
        .route("/docs.js", file(script, include_str!("page/docs.js")))
}

/// Tells browsers to take nothing from elsewhere, to be in nobody's frame, and to keep and guess nothing.
pub(crate) async fn forbid_everything_else(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in HEADERS {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

const HEADERS: [(HeaderName, &str); 6] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; media-src blob:; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

fn file(kind: &'static str, text: &'static str) -> MethodRouter<App> {
    get(move || async move { ([(header::CONTENT_TYPE, kind)], text).into_response() })
}
