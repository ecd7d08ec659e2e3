//! The listener: the routes, TLS or not, and the way from plain HTTP to it.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{any, get, post};
use consonance_link::http::{
    ConnectionLimits, HttpCounters, HttpListener, ListenError, ListenerSettings, ProblemDetails, RouteLimits,
    guarded,
};
use tracing::warn;

use crate::app::{App, Origins};
use crate::packets::PacketEntrance;
use crate::settings::{WebLimits, WebSettings};
use crate::signalling::Signalling;
use crate::{info, joining, packets, page, signal, visitor};

/// A listener that answers until it is dropped.
#[derive(Debug)]
pub struct WebListener {
    page: HttpListener,
    redirect: Option<HttpListener>,
    origins: Origins,
    is_encrypted: bool,
}

/// Why the listener cannot be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WebError {
    /// Plain HTTP is to be led to the page over TLS, which has none.
    #[error(
        "{redirect} redirects to the page over TLS, but the page has no certificate: set one, or remove the redirect"
    )]
    NowhereToLead {
        /// The address that it should have listened on.
        redirect: SocketAddr,
    },
    /// An address cannot be used, or no thread could be started.
    #[error(transparent)]
    Listen(#[from] ListenError),
}

impl WebListener {
    /// Listens from now on, and passes browsers on to the sessions.
    ///
    /// # Errors
    /// If an address is taken or not ours to take, or settings contradict each other.
    pub fn start(settings: &WebSettings, signalling: Arc<dyn Signalling>) -> Result<Self, WebError> {
        let is_encrypted = settings.tls.is_some();
        if let Some(redirect) = settings.redirect.filter(|_| !is_encrypted) {
            return Err(WebError::NowhereToLead { redirect });
        }
        let limits = connection_limits(&settings.limits);
        let listener = |name, address| {
            let own = ListenerSettings::new(name, address, limits.clone());
            ListenerSettings { trusted: settings.proxies.clone(), ..own }
        };
        let of_page = ListenerSettings {
            tls: settings.tls.clone(),
            threads: THREADS,
            ..listener("web", settings.listen)
        };
        let redirect = settings.redirect.map(|address| listener("redirect", address));
        let origins = Origins::default();
        origins.set(&settings.origins);
        let (own, of_app) = (settings.clone(), origins.clone());
        let page = HttpListener::start(of_page, move |stopped| {
            for pump in own.packets.iter().flat_map(PacketEntrance::pumps) {
                tokio::spawn(Arc::clone(pump).run(stopped.clone()));
            }
            routes(&own, App::new(signalling, &own, of_app, stopped))
        })?;
        let (port, own) = (page.local_addr().port(), settings.clone());
        let lead = |redirect| HttpListener::start(redirect, move |_| redirect_routes(port, &own));
        let redirect = redirect.map(lead).transpose()?;
        let listener = Self { page, redirect, origins, is_encrypted };
        listener.warn_if_unencrypted(settings);
        Ok(listener)
    }

    /// The address of the page.
    pub fn local_addr(&self) -> SocketAddr {
        self.page.local_addr()
    }

    /// The address that redirects plain HTTP to the page, if there is one.
    pub fn redirect_addr(&self) -> Option<SocketAddr> {
        self.redirect.as_ref().map(HttpListener::local_addr)
    }

    /// Admits pages of these origins from now on, in place of the [former ones](WebSettings::origins).
    pub fn set_origins(&self, origins: &[String]) {
        self.origins.set(origins);
    }

    /// The counters of the page's listener.
    pub fn counters(&self) -> HttpCounters {
        self.page.counters()
    }

    /// The counters of the listener that redirects plain HTTP to the page, if there is one.
    pub fn redirect_counters(&self) -> Option<HttpCounters> {
        self.redirect.as_ref().map(HttpListener::counters)
    }

    /// `https` or `http`, as the page's address begins.
    pub fn scheme(&self) -> &'static str {
        if self.is_encrypted { "https" } else { "http" }
    }

    fn warn_if_unencrypted(&self, settings: &WebSettings) {
        let address = self.local_addr();
        if !self.is_encrypted && settings.proxies.is_empty() && !address.ip().is_loopback() {
            warn!(
                %address,
                "the page for players is plain HTTP and reachable by others: browsers deny it the \
                 microphone, and passwords are sent in plain text; set a certificate, or use a proxy with TLS (docs/browser/https.md)"
            );
        }
    }
}

/// Enough that one slow compression or encryption blocks no other connection.
const THREADS: usize = 2;

fn connection_limits(limits: &WebLimits) -> ConnectionLimits {
    let WebLimits { connections_max, connections_per_address, head_timeout, connection_lifetime, .. } =
        *limits;
    let send_buffer_bytes = Some(SYSTEM_BYTES_MAX);
    ConnectionLimits {
        connections_max,
        connections_per_address,
        reserved_for_this_machine: 0,
        head_timeout,
        send_buffer_bytes,
        connection_lifetime,
    }
}

/// Voice that the system keeps for a page that is too slow is heard late: this is a second
/// and a half of a few speakers.
const SYSTEM_BYTES_MAX: usize = 128 * 1024;

fn route_limits(limits: &WebLimits) -> RouteLimits {
    RouteLimits {
        request_timeout: limits.request_timeout,
        request_bytes_max: limits.request_bytes_max,
        content_security_policy: page::POLICY,
        headers: page::HEADERS,
    }
}

fn routes(settings: &WebSettings, app: App) -> Router {
    let api = Router::new()
        .route("/api/info", get(info::info))
        .route("/api/voice/{session}", post(joining::join))
        .route("/api/voice/{session}/signal", get(signal::signal))
        .route("/api/voice/{session}/packets", get(packets::packets));
    let check = from_fn_with_state(app.clone(), visitor::check_where_from);
    guarded(page::routes().merge(api), route_limits(&settings.limits)).layer(check).with_state(app)
}

/// The same path, on the page over TLS.
fn redirect_routes(port: u16, settings: &WebSettings) -> Router {
    let lead = move |headers: HeaderMap, uri: Uri| async move { lead(port, &headers, &uri) };
    let routes = Router::new().route("/", any(lead)).route("/{*path}", any(lead));
    guarded(routes, route_limits(&settings.limits))
}

fn lead(port: u16, headers: &HeaderMap, uri: &Uri) -> Response {
    let asked = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let Some(name) = asked.and_then(|host| host.parse::<axum::http::uri::Authority>().ok()) else {
        let what = "the Host header is missing; the page is on the same host, over https";
        return ProblemDetails::new(StatusCode::BAD_REQUEST, what).into_response();
    };
    let port = if port == HTTPS_PORT { String::new() } else { format!(":{port}") };
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let place = format!("https://{}{port}{path}", name.host());
    (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, place)]).into_response()
}

/// The port where none is said (RFC 9110, section 4.2.2).
const HTTPS_PORT: u16 = 443;
