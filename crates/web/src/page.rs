//! The page: files in this program, compressed when they are first asked for.

mod files;
mod hash;

use std::io::Write as _;
use std::sync::OnceLock;

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use flate2::Compression;
use flate2::write::GzEncoder;
use ring::digest::{SHA256, digest};

use crate::app::App;
use files::FILES;
pub use hash::page_hash;

/// The page's Content Security Policy: it loads nothing from elsewhere. The way without WebRTC is a WebAssembly
/// program.
pub(crate) const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
     connect-src 'self'; img-src 'self' data:; media-src 'self' blob:; worker-src 'self'; manifest-src 'self'; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Further headers of the page: it may use the microphone, and no other window can reach into it.
pub(crate) const HEADERS: &[(&str, &str)] = &[
    ("permissions-policy", "microphone=(self), camera=(), display-capture=(), geolocation=()"),
    ("cross-origin-opener-policy", "same-origin"),
];

/// A file of the page.
struct PageFile {
    /// From `/` on.
    path: &'static str,
    kind: &'static str,
    body: &'static [u8],
    shown: OnceLock<Shown>,
}

/// A file as browsers get it.
struct Shown {
    /// The entity tag of the content, in quotes (RFC 9110, section 8.8.3).
    tag: HeaderValue,
    /// The entity tag of the compressed content, which has to be a different one.
    gzip_tag: HeaderValue,
    /// The compressed content, if it is smaller.
    gzip: Option<Bytes>,
}

pub(crate) fn routes() -> Router<App> {
    let route = |routes: Router<App>, file: &'static PageFile| {
        routes.route(file.path, get(move |headers: HeaderMap| async move { file.answer(&headers) }))
    };
    FILES.iter().fold(Router::new(), route)
}

impl PageFile {
    const fn new(path: &'static str, kind: &'static str, body: &'static [u8]) -> Self {
        Self { path, kind, body, shown: OnceLock::new() }
    }

    fn answer(&self, headers: &HeaderMap) -> Response {
        let Shown { tag, gzip_tag, gzip } = self.shown.get_or_init(|| Shown::of(self.body));
        let gzip = gzip.as_ref().filter(|_| takes_gzip(headers));
        let own_tag = if gzip.is_some() { gzip_tag } else { tag };
        let common = [
            (header::ETAG, own_tag.clone()),
            // Browsers may cache the page but must revalidate it, so that all get the new page after an update of the
            // server.
            (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
            (header::VARY, HeaderValue::from_static("accept-encoding")),
        ];
        if has(headers, tag) || has(headers, gzip_tag) {
            return (StatusCode::NOT_MODIFIED, common).into_response();
        }
        let kind = [(header::CONTENT_TYPE, HeaderValue::from_static(self.kind))];
        match gzip {
            Some(gzip) => {
                let encoding = [(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"))];
                (common, kind, encoding, gzip.clone()).into_response()
            }
            None => (common, kind, Bytes::from_static(self.body)).into_response(),
        }
    }
}

impl Shown {
    fn of(body: &[u8]) -> Self {
        let hash = digest(&SHA256, body);
        let hash = BASE64_URL_SAFE_NO_PAD.encode(&hash.as_ref()[..TAG_BYTES]);
        let tag = |end: &str| {
            HeaderValue::try_from(format!("\"{hash}{end}\""))
                .expect("letters and digits are fine in a header")
        };
        let gzip = compressed(body).filter(|gzip| gzip.len() < body.len());
        Self { tag: tag(""), gzip_tag: tag("-gzip"), gzip: gzip.map(Bytes::from) }
    }
}

/// Bytes of a hash: enough that two versions never share a tag.
const TAG_BYTES: usize = 12;

fn compressed(body: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(body).ok()?;
    encoder.finish().ok()
}

/// RFC 9110, section 12.5.3, as far as browsers use it.
fn takes_gzip(headers: &HeaderMap) -> bool {
    let lists = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|list| list.to_str().ok());
    lists.flat_map(|list| list.split(',')).any(|item| {
        let (name, weight) = item.split_once(';').unwrap_or((item, ""));
        let is_refused = matches!(weight.trim(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000");
        name.trim().eq_ignore_ascii_case("gzip") && !is_refused
    })
}

/// Whether the browser has the version of this tag already (RFC 9110, section 13.1.2).
fn has(headers: &HeaderMap, tag: &HeaderValue) -> bool {
    let lists = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|list| list.to_str().ok());
    lists.flat_map(|list| list.split(',')).any(|known| {
        let known = known.trim();
        known.strip_prefix("W/").unwrap_or(known).as_bytes() == tag.as_bytes()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: header::HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::try_from(value).unwrap())])
    }

    #[test]
    fn gzip_is_announced() {
        for (value, takes) in [
            ("gzip", true),
            ("deflate, GZIP ;q=0.5", true),
            ("gzip;q=0", false),
            ("br", false),
            ("xgzip", false),
            ("", false),
        ] {
            assert_eq!(takes_gzip(&headers(header::ACCEPT_ENCODING, value)), takes, "{value:?}");
        }
    }

    #[test]
    fn a_version_that_is_known_is_known_by_its_tag() {
        let tag = HeaderValue::from_static("\"abc\"");
        for (value, is_known) in
            [("\"abc\"", true), ("\"x\", W/\"abc\"", true), ("\"abcd\"", false), ("abc", false)]
        {
            assert_eq!(has(&headers(header::IF_NONE_MATCH, value), &tag), is_known, "{value:?}");
        }
    }
}
