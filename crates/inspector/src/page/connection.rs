//! Serves a limited number of connections at the same time.

use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;

use super::{request, route};
use crate::Inspected;

/// Connections served at the same time; further ones are closed at once.
const CONNECTIONS_MAX: usize = 16;

/// Counters of an inspector's requests and connections.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PageCounts {
    /// Requests that succeeded.
    pub answered: u64,
    /// Requests that failed: empty, malformed, too long, forbidden, or not found.
    pub refused: u64,
    /// Connections that were closed at once because too many were open.
    pub rejected: u64,
}

/// Serves connections, each on its own thread.
pub(super) struct Connections {
    pub(super) inspected: Arc<dyn Inspected>,
    pub(super) key: String,
    open: AtomicUsize,
    answered: AtomicU64,
    refused: AtomicU64,
    rejected: AtomicU64,
}

impl Connections {
    pub(super) fn new(inspected: Arc<dyn Inspected>, key: String) -> Self {
        let zero = || AtomicU64::new(0);
        let (answered, refused, rejected) = (zero(), zero(), zero());
        Self { inspected, key, open: AtomicUsize::new(0), answered, refused, rejected }
    }

    /// Starts to serve a connection, unless there are too many.
    pub(super) fn serve(self: &Arc<Self>, stream: TcpStream) {
        if self.open.fetch_add(1, Ordering::AcqRel) >= CONNECTIONS_MAX {
            self.open.fetch_sub(1, Ordering::AcqRel);
            self.rejected.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let place = Place(Arc::clone(self));
        let run = move || place.0.answer(stream);
        if thread::Builder::new().name("inspector-answer".into()).spawn(run).is_err() {
            // If spawning failed, dropping the closure has closed the connection and freed the place.
            self.rejected.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(super) fn counts(&self) -> PageCounts {
        PageCounts {
            answered: self.answered.load(Ordering::Relaxed),
            refused: self.refused.load(Ordering::Relaxed),
            rejected: self.rejected.load(Ordering::Relaxed),
        }
    }

    fn answer(&self, mut stream: TcpStream) {
        let request = request::read(&mut stream);
        let answer = route::answer(&request, &self.key, &*self.inspected);
        let is_good = answer.as_ref().is_some_and(|answer| answer.status == "200 OK");
        let counter = if is_good { &self.answered } else { &self.refused };
        counter.fetch_add(1, Ordering::Relaxed);
        if let Some(answer) = answer {
            answer.send(&mut stream);
        }
        let _ = stream.shutdown(Shutdown::Write);
    }
}

/// One of the limited places, given back when it is dropped, even by a panic.
struct Place(Arc<Connections>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::AcqRel);
    }
}
