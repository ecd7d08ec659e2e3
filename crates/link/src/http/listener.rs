//! The listener: a socket, a thread, and a runtime.

use std::io;
use std::net::SocketAddr;
use std::thread::{self, JoinHandle};

use axum::Router;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch;
use tracing::debug;

use crate::http::connection_limits::ConnectionLimits;
use crate::http::connections::{self, Rules};
use crate::http::counters::HttpCounters;
use crate::http::ip_network::IpNetwork;
use crate::http::seats::Seats;
use crate::http::stopped::Stopped;
use crate::http::tls::Tls;

/// A listener that answers until it is dropped.
#[derive(Debug)]
pub struct HttpListener {
    address: SocketAddr,
    counters: HttpCounters,
    stop: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
}

/// Settings of a listener, besides its routes.
#[derive(Debug)]
pub struct ListenerSettings {
    /// The listener's name in one word, for its thread and for the log.
    pub name: &'static str,
    /// The TCP address to listen on; port 0 takes any free one.
    pub listen: SocketAddr,
    /// Threads that answer requests, besides the listener's own; with 0, that one does all the work.
    pub threads: usize,
    /// The certificate for connections; plain HTTP without it.
    pub tls: Option<Tls>,
    /// Peers without a limit of connections, such as proxies.
    pub trusted: Vec<IpNetwork>,
    /// Limits for connections.
    pub limits: ConnectionLimits,
}

impl ListenerSettings {
    /// Plain HTTP at this address.
    pub fn new(name: &'static str, listen: SocketAddr, limits: ConnectionLimits) -> Self {
        Self { name, listen, threads: 0, tls: None, trusted: Vec::new(), limits }
    }
}

/// An error from starting a listener.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ListenError {
    /// The address cannot be used.
    #[error(
        "cannot listen on {address} for the {name} listener: {cause}; stop the server that runs there, or \
         choose another address: port 0 picks a free one"
    )]
    Bind {
        /// The listener's name.
        name: &'static str,
        /// The address on which it was to listen.
        address: SocketAddr,
        /// The operating system's error.
        cause: io::Error,
    },
    /// No thread or runtime could be started.
    #[error("cannot start the {name} listener: {cause}")]
    Start {
        /// The listener's name.
        name: &'static str,
        /// The operating system's error.
        cause: io::Error,
    },
}

impl ListenError {
    /// A stable word for programs: `bind` or `start`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Bind { .. } => "bind",
            Self::Start { .. } => "start",
        }
    }
}

impl HttpListener {
    /// Starts to listen, and answers with the routes that `app` returns; `app` may start tasks of its own.
    ///
    /// # Errors
    /// If the address is in use or not allowed, or no thread could be started.
    pub fn start(
        settings: ListenerSettings,
        app: impl FnOnce(Stopped) -> Router + Send + 'static,
    ) -> Result<Self, ListenError> {
        let ListenerSettings { name, listen, threads, tls, trusted, limits } = settings;
        let failed = |cause| ListenError::Start { name, cause };
        let runtime = runtime(name, threads).map_err(failed)?;
        let bound = runtime.block_on(TcpListener::bind(listen));
        let listener = bound.map_err(|cause| ListenError::Bind { name, address: listen, cause })?;
        let address = listener.local_addr().map_err(failed)?;
        let (stop, stopped) = watch::channel(false);
        let counters = HttpCounters::default();
        let shown = counters.clone();
        let run = move || {
            let stopped = Stopped(stopped);
            let seats = Seats::new(&limits, trusted, counters.clone());
            let app = {
                let _runtime = runtime.enter();
                app(stopped.clone())
            };
            let rules = Rules { app, limits, tls, counters, stopped };
            runtime.block_on(connections::serve(listener, seats, rules));
        };
        let thread = thread::Builder::new().name(name.into()).spawn(run).map_err(failed)?;
        debug!(%address, "{name} listener started");
        Ok(Self { address, counters: shown, stop, thread: Some(thread) })
    }

    /// The address on which it listens.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// The listener's counters.
    pub fn counters(&self) -> HttpCounters {
        self.counters.clone()
    }
}

impl Drop for HttpListener {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has already reported it.
            let _ = thread.join();
        }
    }
}

/// Threads for blocking queries.
const BLOCKING_THREADS: usize = 4;

fn runtime(name: &'static str, threads: usize) -> io::Result<Runtime> {
    let mut builder = match threads {
        0 => Builder::new_current_thread(),
        _ => Builder::new_multi_thread(),
    };
    if threads > 0 {
        builder.worker_threads(threads);
    }
    let thread_name = format!("{name}-asking");
    builder.enable_all().max_blocking_threads(BLOCKING_THREADS).thread_name(thread_name).build()
}
