//! The listener: a socket, a runtime of one thread, and the routes.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::runtime::Builder;
use tokio::sync::watch;
use tracing::info;

use crate::app::{App, Operator};
use crate::guard::{self, Guard};
use crate::problem::Problem;
use crate::settings::AdminSettings;
use crate::{api, connections, health, metrics, page};

/// A listener that answers until it is dropped.
#[derive(Debug)]
pub struct AdminListener {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
}

/// Why there is no listener.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AdminError {
    /// It would send tokens over a network in plain text.
    #[error(
        "the admin listener speaks plain HTTP, and {address} is not this machine's own address: \
         listen on 127.0.0.1 and reach it through a tunnel or a proxy with TLS, or set admin.allow_plain"
    )]
    Plain {
        /// Where it should have listened.
        address: SocketAddr,
    },
    /// The address cannot be used.
    #[error("cannot listen on {address} for the admin listener: {source}; is another server running there?")]
    Bind {
        /// Where it should have listened.
        address: SocketAddr,
        /// What the operating system says.
        source: io::Error,
    },
    /// The operating system gives no thread or no runtime.
    #[error("cannot start the admin listener: {0}")]
    Start(#[source] io::Error),
}

impl AdminListener {
    /// Listens from now on, and shows and does what the operator may.
    ///
    /// # Errors
    /// If the address is another machine's business or taken.
    pub fn start(settings: AdminSettings, operator: Operator) -> Result<Self, AdminError> {
        let address = settings.listen;
        if !address.ip().is_loopback() && !settings.allow_plain {
            return Err(AdminError::Plain { address });
        }
        let runtime = Builder::new_current_thread()
            .enable_all()
            .max_blocking_threads(BLOCKING_THREADS)
            .thread_name("admin-asking")
            .build()
            .map_err(AdminError::Start)?;
        let bound = runtime.block_on(TcpListener::bind(address));
        let listener = bound.map_err(|source| AdminError::Bind { address, source })?;
        let address = listener.local_addr().map_err(AdminError::Start)?;
        let (stop, stopped) = watch::channel(false);
        let run = move || {
            let app = App::new(operator, &settings, stopped.clone());
            let limits = settings.limits.clone();
            runtime.block_on(connections::serve(listener, routes(&settings, app), limits, stopped));
        };
        let thread = thread::Builder::new().name("admin".into()).spawn(run).map_err(AdminError::Start)?;
        info!(%address, "the admin listener is up");
        Ok(Self { address, stop, thread: Some(thread) })
    }

    /// Where it listens.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for AdminListener {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has said so already.
            let _ = thread.join();
        }
    }
}

/// Questions to workers that are waited for at once.
const BLOCKING_THREADS: usize = 4;

fn routes(settings: &AdminSettings, app: App) -> Router {
    let guard = Guard::new(settings);
    let for_token = || from_fn_with_state(Arc::clone(&guard), guard::check_token);
    let numbers = get(metrics::metrics);
    let numbers = if settings.open_metrics { numbers } else { numbers.route_layer(for_token()) };
    let patience = settings.limits.request_timeout;
    let (api, description) = api::routes();
    Router::new()
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/metrics", numbers)
        .merge(page::routes())
        .merge(api::description_route(&description))
        .merge(api.route_layer(for_token()))
        .fallback(nothing_here)
        .method_not_allowed_fallback(not_so)
        .layer(DefaultBodyLimit::max(settings.limits.request_bytes_max))
        .layer(from_fn(move |request, next| in_time(patience, request, next)))
        .layer(from_fn(page::forbid_everything_else))
        .layer(from_fn_with_state(guard, guard::check_where_from))
        .with_state(app)
}

async fn nothing_here() -> Problem {
    Problem::not_found("there is nothing at this path")
}

async fn not_so() -> Problem {
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "this path takes no requests of this method")
}

/// Gives up on who is too slow with its body, and on workers that do not answer.
async fn in_time(patience: Duration, request: Request, next: Next) -> Response {
    tokio::time::timeout(patience, next.run(request)).await.unwrap_or_else(|_| {
        Problem::new(StatusCode::REQUEST_TIMEOUT, "this took too long: try again").into_response()
    })
}
