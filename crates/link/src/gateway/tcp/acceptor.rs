//! Accepts new connections.

use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use super::socket;
use crate::gateway::readiness::{Interest, Readiness};

/// The readiness knows the listener by this; connections count up from 1.
pub(super) const KEY: u64 = 0;

/// How long accepting pauses after the system had no socket left.
const PAUSE: Duration = Duration::from_millis(100);

#[derive(Debug)]
pub(super) struct Acceptor {
    listener: TcpListener,
    /// The system had no socket left: the next is accepted then.
    opens_again_at: Option<Instant>,
}

impl Acceptor {
    pub(super) fn open(address: SocketAddr, readiness: &mut Readiness) -> io::Result<Self> {
        let listener = socket::listen(address)?;
        readiness.add(&listener, KEY, Interest::READ)?;
        Ok(Self { listener, opens_again_at: None })
    }

    pub(super) fn local_addr(&self) -> Option<SocketAddr> {
        self.listener.local_addr().ok()
    }

    pub(super) fn opens_again_at(&self) -> Option<Instant> {
        self.opens_again_at
    }

    pub(super) fn next(
        &mut self,
        now: Instant,
        readiness: &mut Readiness,
    ) -> Option<(TcpStream, SocketAddr)> {
        loop {
            match self.listener.accept() {
                Ok(newcomer) => return Some(newcomer),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return None,
                Err(error) if is_about_one_newcomer(&error) => {}
                Err(_) => {
                    // The listener stays readable, so retrying at once would burn CPU time.
                    self.opens_again_at = Some(now + PAUSE);
                    self.listen_for(readiness, Interest::NOTHING);
                    return None;
                }
            }
        }
    }

    pub(super) fn handle_timeout(&mut self, now: Instant, readiness: &mut Readiness) {
        if self.opens_again_at.is_some_and(|at| at <= now) {
            self.opens_again_at = None;
            self.listen_for(readiness, Interest::READ);
        }
    }

    pub(super) fn close(self, readiness: &mut Readiness) {
        readiness.remove(&self.listener, KEY);
    }

    fn listen_for(&self, readiness: &mut Readiness, interest: Interest) {
        // If even this fails, the next poll tries again.
        let _ = readiness.change(&self.listener, KEY, interest);
    }
}

/// Whether an error concerns only one incoming connection, and says nothing about the next one.
fn is_about_one_newcomer(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionReset | Interrupted)
}
