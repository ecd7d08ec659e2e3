//! Whether a browser asks in the name of a page of ours.

use axum::http::{HeaderMap, header};

/// Whether nothing says that a request was made by another site's page.
///
/// Browsers name the page's origin, and pages cannot change that; a request without one is not from a page. `host` is
/// how the listener was asked, as in the header of that name.
pub fn is_from_own_page(headers: &HeaderMap, host: &str) -> bool {
    headers.get(header::ORIGIN).is_none_or(|origin| {
        // TLS may end at a proxy before us.
        origin == &format!("http://{host}") || origin == &format!("https://{host}")
    })
}
