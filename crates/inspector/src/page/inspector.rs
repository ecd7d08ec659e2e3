//! The server of the page: a thread that listens on 127.0.0.1.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::connection::{Connections, PageCounts};
use super::key;
use crate::Inspected;

/// How long to wait after the system refused a connection, for example because too many files are open.
const AFTER_TROUBLE: Duration = Duration::from_millis(50);
/// The time limit for waking our own listener.
const WAKING: Duration = Duration::from_secs(1);

/// Settings for serving a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct InspectorSettings {
    /// The TCP port on 127.0.0.1; 0 takes any free one.
    pub port: u16,
    /// The program's log levels, in its own words, for display.
    pub log_levels: String,
}

/// Why the page cannot be served.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InspectorError {
    /// The port cannot be used.
    #[error("the inspector cannot listen on 127.0.0.1:{port} ({cause}): choose another port, or 0 for any")]
    Port {
        /// The port.
        port: u16,
        /// The operating system's error.
        cause: io::Error,
    },
    /// A thread could not be started.
    #[error("could not start a thread for the inspector: {0}")]
    Thread(io::Error),
}

impl InspectorError {
    /// An error code for logs and bindings: unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Port { .. } => "port",
            Self::Thread(_) => "thread",
        }
    }
}

/// A page on this machine. Dropping it closes it.
pub struct Inspector {
    address: SocketAddr,
    connections: Arc<Connections>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Inspector {
    /// Starts the page.
    ///
    /// # Errors
    /// If the port is in use, or the thread cannot be started.
    pub fn start(
        settings: &InspectorSettings,
        inspected: Arc<dyn Inspected>,
    ) -> Result<Self, InspectorError> {
        let port = settings.port;
        let cannot_listen = |cause| InspectorError::Port { port, cause };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(cannot_listen)?;
        let address = listener.local_addr().map_err(cannot_listen)?;
        let connections = Arc::new(Connections::new(inspected, key::new()));
        let stop = Arc::new(AtomicBool::new(false));
        let (serving, stopped) = (Arc::clone(&connections), Arc::clone(&stop));
        let run = move || listen(&listener, &serving, &stopped);
        let thread =
            thread::Builder::new().name("inspector".into()).spawn(run).map_err(InspectorError::Thread)?;
        Ok(Self { address, connections, stop, thread: Some(thread) })
    }

    /// The page's address, including the key: anyone with it may look, and mute.
    pub fn url(&self) -> String {
        format!("http://{}/{}/", self.address, self.connections.key)
    }

    /// Counters of the requests so far.
    pub fn counts(&self) -> PageCounts {
        self.connections.counts()
    }
}

impl Drop for Inspector {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        // Wakes the listener; if that fails, it ends with the next connection.
        if TcpStream::connect_timeout(&self.address, WAKING).is_ok()
            && let Some(thread) = self.thread.take()
        {
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for Inspector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Without the key, as debug output ends up in logs.
        f.debug_struct("Inspector").field("address", &self.address).finish_non_exhaustive()
    }
}

fn listen(listener: &TcpListener, connections: &Arc<Connections>, stop: &AtomicBool) {
    loop {
        let accepted = listener.accept();
        if stop.load(Ordering::Acquire) {
            return;
        }
        match accepted {
            Ok((stream, _)) => connections.serve(stream),
            Err(_) => thread::sleep(AFTER_TROUBLE),
        }
    }
}
