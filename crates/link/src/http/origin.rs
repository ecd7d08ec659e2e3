//! A check of the origin of browsers' requests.

use axum::http::{HeaderMap, header};

/// Whether a request comes from a page of ours, or from no page at all.
///
/// Browsers set the `Origin` header to the page's origin, and pages cannot change it; a request without it is not
/// from a page. `host` is the value of the request's `Host` header.
pub fn is_from_own_page(headers: &HeaderMap, host: &str) -> bool {
    headers.get(header::ORIGIN).is_none_or(|origin| {
        // A proxy in front of us may terminate TLS.
        origin == &format!("http://{host}") || origin == &format!("https://{host}")
    })
}
