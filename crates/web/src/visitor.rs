//! A visitor's address, however many proxies stand between.

use std::net::IpAddr;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use consonance_link::http::{Caller, ProblemDetails, is_from_own_page};
use tracing::{debug, warn};

use crate::app::App;

/// A visitor. Keeping it keeps the place of its connection taken.
#[derive(Clone, Debug)]
pub(crate) struct Visitor {
    pub(crate) address: IpAddr,
    /// Whether it came over TLS, to us or to a proxy.
    pub(crate) is_encrypted: bool,
    /// Whether the name that it asks for is known to be right: a certificate has shown it, or a
    /// proxy of ours answers for it.
    has_proved_name: bool,
    caller: Caller,
}

impl Visitor {
    /// The port of its connection, which may be a proxy's.
    pub(crate) fn port(&self) -> u16 {
        self.caller.remote().port()
    }

    /// Whether it seems to come over a proxy of this machine that the operator has not named.
    fn is_behind_unknown_proxy(&self, app: &App, headers: &HeaderMap) -> bool {
        let remote = self.caller.remote().ip().to_canonical();
        remote.is_loopback() && !app.is_proxy(remote) && headers.contains_key("x-forwarded-for")
    }
}

impl FromRequestParts<App> for Visitor {
    type Rejection = ProblemDetails;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ProblemDetails> {
        let caller = parts.extensions.get::<Caller>().cloned().ok_or_else(|| {
            let what = "the origin of this request is unknown, which is a bug: please report it";
            ProblemDetails::new(StatusCode::INTERNAL_SERVER_ERROR, what)
        })?;
        let is_proxy = |address| app.is_proxy(address);
        let remote = caller.remote().ip().to_canonical();
        let address = address_behind(remote, &parts.headers, is_proxy);
        let is_encrypted = caller.is_encrypted() || (is_proxy(remote) && says_https(&parts.headers));
        let has_proved_name = caller.is_encrypted() || is_proxy(remote);
        Ok(Self { address, is_encrypted, has_proved_name, caller })
    }
}

/// Lets no page of another site ask in its visitors' names, but for those that the operator has named.
pub(crate) async fn check_where_from(
    State(app): State<App>,
    visitor: Visitor,
    request: Request,
    next: Next,
) -> Response {
    if visitor.is_behind_unknown_proxy(&app, request.headers()) && app.is_first_behind_unknown_proxy() {
        warn!(
            "a proxy on this machine that is not in web.proxies forwards requests: all its visitors share \
             its limits, and their addresses are known only from their voice; add its address, such as \"127.0.0.1\", to web.proxies (docs/browser/https.md)"
        );
    }
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    if !visitor.has_proved_name && !app.is_own_host(host) {
        return not_this_name(request.headers());
    }
    if is_from_own_page(request.headers(), host) {
        return next.run(request).await;
    }
    let named = request.headers().get(header::ORIGIN).filter(|origin| app.allows_origin(origin)).cloned();
    if let Some(origin) = named {
        return share(origin, request, next).await;
    }
    log_foreign_page(&app, request.headers(), host);
    let what = "pages of other sites are refused unless the server lists their origin in web.origins; a \
                proxy in front must forward the Host header";
    let mut refusal =
        ProblemDetails::new(StatusCode::FORBIDDEN, what).with_code("foreign-origin").into_response();
    // The page may read why it is refused, which tells it nothing but that; what it asked for is not done.
    if let Some(origin) = request.headers().get(header::ORIGIN).filter(|_| request.method() == Method::GET) {
        refusal.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        refusal.headers_mut().append(header::VARY, HeaderValue::from_static("origin"));
    }
    refusal
}

/// Any page in the world can cause this, so only the first ones are warnings.
fn log_foreign_page(app: &App, headers: &HeaderMap, host: &str) {
    let origin = headers.get(header::ORIGIN);
    if app.may_warn_of_foreign_page() {
        warn!(
            ?origin,
            ?host,
            setting = "web.origins",
            "refused a page of a foreign origin: add its origin to the setting to admit it"
        );
    } else {
        debug!(?origin, ?host, "refused a page of a foreign origin");
    }
}

/// Plain text for a page opened in a browser, and otherwise like every refusal.
fn not_this_name(headers: &HeaderMap) -> Response {
    let accepted = headers.get(header::ACCEPT).and_then(|accepted| accepted.to_str().ok());
    if accepted.is_some_and(|accepted| accepted.contains("text/html")) {
        return (StatusCode::MISDIRECTED_REQUEST, NOT_THIS_NAME).into_response();
    }
    ProblemDetails::new(StatusCode::MISDIRECTED_REQUEST, NOT_THIS_NAME)
        .with_code("unknown-host-name")
        .into_response()
}

/// The hint that is shown when the page is opened by a host name that the server does not know.
const NOT_THIS_NAME: &str = "over plain HTTP, this page is served only for addresses, localhost and listed \
                             names: add this name to web.host_names, or give the page a certificate; behind a proxy, add its address to web.proxies (docs/browser/https.md)";

/// Answers so that a browser hands it on to the page of another site (Fetch, section 3.3).
async fn share(origin: HeaderValue, request: Request, next: Next) -> Response {
    let mut response = match *request.method() {
        Method::OPTIONS => (StatusCode::NO_CONTENT, PREFLIGHT).into_response(),
        _ => next.run(request).await,
    };
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("retry-after"));
    headers.append(header::VARY, HeaderValue::from_static("origin"));
    response
}

/// The methods and headers that such a page may use, and how long its browser caches that, in seconds.
const PREFLIGHT: [(HeaderName, &str); 3] = [
    (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST"),
    (header::ACCESS_CONTROL_ALLOW_HEADERS, "content-type"),
    (header::ACCESS_CONTROL_MAX_AGE, "7200"),
];

/// The first address that is not a proxy's, from the near end of the way: what stands beyond it was written by an
/// unknown party.
fn address_behind(remote: IpAddr, headers: &HeaderMap, is_proxy: impl Fn(IpAddr) -> bool) -> IpAddr {
    let lists = headers.get_all("x-forwarded-for").iter().rev();
    let mut hops =
        lists.filter_map(|list| list.to_str().ok()).flat_map(|list| list.rsplit(',')).map(str::trim);
    let mut address = remote;
    while is_proxy(address) {
        let Some(Ok(next)) = hops.next().map(str::parse::<IpAddr>) else { break };
        address = next.to_canonical();
    }
    address
}

fn says_https(headers: &HeaderMap) -> bool {
    headers.get("x-forwarded-proto").is_some_and(|proto| proto.as_bytes().eq_ignore_ascii_case(b"https"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn behind(remote: &str, lists: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for list in lists {
            headers.append("x-forwarded-for", list.parse().unwrap());
        }
        let is_proxy = |address: IpAddr| address.to_string().starts_with("10.");
        address_behind(remote.parse().unwrap(), &headers, is_proxy).to_string()
    }

    #[test]
    fn only_proxies_of_ours_are_believed_and_only_as_far_as_they_go() {
        for (remote, lists, expected) in [
            ("192.0.2.1", &[][..], "192.0.2.1"),
            ("192.0.2.1", &["203.0.113.7"], "192.0.2.1"),
            ("10.0.0.1", &["203.0.113.7"], "203.0.113.7"),
            ("10.0.0.1", &["198.51.100.9, 203.0.113.7"], "203.0.113.7"),
            ("10.0.0.1", &["203.0.113.7, 10.0.0.2"], "203.0.113.7"),
            ("10.0.0.1", &["203.0.113.7", "10.0.0.2"], "203.0.113.7"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("10.0.0.1", &["nonsense"], "10.0.0.1"),
            ("10.0.0.1", &["203.0.113.7, unknown, 10.0.0.2"], "10.0.0.2"),
            ("10.0.0.1", &["::ffff:203.0.113.7"], "203.0.113.7"),
            ("10.0.0.1", &["2001:db8::7"], "2001:db8::7"),
        ] {
            assert_eq!(behind(remote, lists), expected, "{remote} {lists:?}");
        }
    }
}
