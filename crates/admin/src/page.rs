//! The page for operators, and the one that describes the API: files embedded in this program, nothing from other
//! hosts.
//!
//! They contain no secrets, so they are public; their data is requested with the token.

use std::path::Path;

use axum::Router;
use axum::body::Bytes;
use axum::http::header;
use axum::response::IntoResponse as _;
use axum::routing::{MethodRouter, get};
use consonance_inspector::web_page::{self, WebPage};

use crate::app::App;

pub(crate) fn routes(token_file: Option<&Path>) -> Router<App> {
    Router::new()
        .route("/", file(HTML, server_page(token_file)))
        .route("/api/docs", file(HTML, api_page()))
        .route("/frame.css", file(STYLE, web_page::STYLE))
        .route("/frame.js", file(SCRIPT, web_page::SCRIPT))
        .route("/page.css", file(STYLE, include_str!("page/page.css")))
        .route("/page.js", file(SCRIPT, include_str!("page/page.js")))
        .route("/records.js", file(SCRIPT, include_str!("page/records.js")))
        .route("/nodes.js", file(SCRIPT, include_str!("page/nodes.js")))
        .route("/docs.js", file(SCRIPT, include_str!("page/docs.js")))
}

/// The Content Security Policy of these pages.
pub(crate) const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; media-src blob:; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const HTML: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";

fn file(kind: &'static str, text: impl Into<Bytes>) -> MethodRouter<App> {
    let text = text.into();
    get(move || async move { ([(header::CONTENT_TYPE, kind)], text).into_response() })
}

/// The page for operators: the server's state and their actions. It names the file with the token, if there is one.
fn server_page(token_file: Option<&Path>) -> String {
    let head = r#"<link rel="stylesheet" href="frame.css">
<link rel="stylesheet" href="page.css">
<script src="frame.js" defer></script>
<script src="page.js" defer></script>
<script src="records.js" defer></script>
<script src="nodes.js" defer></script>"#;
    let (buttons, body) = (include_str!("page/buttons.html"), include_str!("page/page.html"));
    let place = token_file.map_or_else(|| TOKEN_FILE_SETTING.into(), |path| path.display().to_string());
    let body = &body.replace("{token_file}", &escaped(&place));
    WebPage { title: "Consonance server", head, buttons, body }.to_html()
}

/// What names the file, where the path is not known.
const TOKEN_FILE_SETTING: &str = "admin.token_file";

/// Text as HTML.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The page that describes the API.
fn api_page() -> String {
    let head = r#"<link rel="stylesheet" href="../frame.css">
<link rel="stylesheet" href="../page.css">
<script src="../frame.js" defer></script>
<script src="../docs.js" defer></script>"#;
    let (buttons, body) = (include_str!("page/docs_buttons.html"), include_str!("page/docs.html"));
    WebPage { title: "Consonance server", head, buttons, body }.to_html()
}
