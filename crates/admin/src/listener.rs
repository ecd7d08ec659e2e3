//! The listener: its allowed addresses and its routes.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use consonance_link::http::{
    ConnectionLimits, HttpListener, ListenError, ListenerSettings, RouteLimits, guarded,
};

use crate::app::App;
use crate::guard::{self, Guard};
use crate::operator::Operator;
use crate::settings::{AdminLimits, AdminSettings};
use crate::{api, health, page, request_spans, scrape};

/// A listener that answers until it is dropped.
#[derive(Debug)]
pub struct AdminListener(HttpListener);

/// An error from starting the listener.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AdminError {
    /// The listener would send tokens over a network in plain text.
    #[error(
        "the admin listener speaks plain HTTP, and {address} is not this machine's own address: \
         listen on 127.0.0.1 and reach it through a tunnel or a proxy with TLS, or set admin.allow_plain"
    )]
    Plain {
        /// The rejected address.
        address: SocketAddr,
    },
    /// The address cannot be used, or no thread could be started.
    #[error(transparent)]
    Listen(#[from] ListenError),
}

impl AdminListener {
    /// Starts to listen, and serves the state and actions that the operator gives access to.
    ///
    /// # Errors
    /// If the address is not a loopback address (without `allow_plain`), or is in use.
    pub fn start(settings: AdminSettings, operator: Operator) -> Result<Self, AdminError> {
        let address = settings.listen;
        if !address.ip().is_loopback() && !settings.access.allow_plain {
            return Err(AdminError::Plain { address });
        }
        let of_listener = ListenerSettings::new("admin", address, connection_limits(&settings.limits));
        let listener = HttpListener::start(of_listener, move |stopped| {
            let app = App::new(operator, &settings, stopped);
            routes(&settings, app)
        })?;
        Ok(Self(listener))
    }

    /// The address on which it listens.
    pub fn local_addr(&self) -> SocketAddr {
        self.0.local_addr()
    }
}

fn connection_limits(limits: &AdminLimits) -> ConnectionLimits {
    let AdminLimits { connections_max, connections_per_address, head_timeout, connection_lifetime, .. } =
        *limits;
    ConnectionLimits {
        connections_max,
        connections_per_address,
        reserved_for_this_machine: RESERVED,
        head_timeout,
        send_buffer_bytes: None,
        connection_lifetime,
    }
}

/// For the probes of an orchestrator inside of the same container: it ends servers that do not answer.
const RESERVED: usize = 4;

fn routes(settings: &AdminSettings, app: App) -> Router {
    let guard = Guard::new(settings);
    let for_token = || from_fn_with_state(Arc::clone(&guard), guard::check_token);
    let numbers = get(scrape::metrics);
    let numbers = if settings.access.open_metrics { numbers } else { numbers.route_layer(for_token()) };
    let recorded = from_fn_with_state(app.clone(), request_spans::record);
    let (api, description) = api::routes();
    let routes = Router::new()
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/metrics", numbers)
        .merge(page::routes(settings.token_file.as_deref()))
        .merge(api::description_route(&description))
        .merge(api.route_layer(recorded).route_layer(for_token()));
    let limits = RouteLimits {
        request_timeout: settings.limits.request_timeout,
        request_bytes_max: settings.limits.request_bytes_max,
        content_security_policy: page::POLICY,
        headers: &[],
    };
    guarded(routes, limits).layer(from_fn_with_state(guard, guard::check_where_from)).with_state(app)
}
