//! Making a TCP connection without waiting for it.

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// How long the server may take to answer.
const DIAL_TIMEOUT: Duration = Duration::from_secs(3);

/// A connection that is being made, in a thread: the standard library can only wait for one.
#[derive(Debug)]
pub(super) struct Dial {
    thread: JoinHandle<io::Result<TcpStream>>,
    /// No longer wanted.
    is_cancelled: bool,
}

impl Dial {
    pub(super) fn start(server: SocketAddr) -> io::Result<Self> {
        let dial = move || TcpStream::connect_timeout(&server, DIAL_TIMEOUT);
        let thread = thread::Builder::new().name("dial".into()).spawn(dial)?;
        Ok(Self { thread, is_cancelled: false })
    }

    /// This connection is not wanted any more. It still has to be waited for: one thread at a time is enough.
    pub(super) fn cancel(&mut self) {
        self.is_cancelled = true;
    }

    pub(super) fn is_finished(&self) -> bool {
        self.thread.is_finished()
    }

    /// The connection; `None` if it was cancelled.
    ///
    /// # Errors
    /// If the server did not answer.
    pub(super) fn into_stream(self) -> io::Result<Option<TcpStream>> {
        let result = self.thread.join().unwrap_or_else(|_| Err(io::Error::other("the thread panicked")));
        if self.is_cancelled { Ok(None) } else { result.map(Some) }
    }
}
