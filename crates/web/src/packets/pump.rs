//! Between one worker's transport and the links of its pages.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Wake, Waker};
use std::time::Instant;

use axum::body::Bytes;
use consonance_link::hosted::{HostedServerHandle, ServerRequest};
use consonance_link::http::Stopped;
use consonance_link::voice_websocket::{WELCOME, close_code};
use consonance_link::{Delivery, EndCode, EndReason, Peer, Remote};
use tokio::sync::Notify;

use super::link::{CloseMessage, Link, LinkLimits, TooSlow};

/// The host's end of a worker's transport, and the links that it serves.
pub(crate) struct Pump {
    ends: Mutex<Ends>,
    limits: LinkLimits,
    losses: Arc<AtomicU64>,
    pages: Pages,
    wanted: Arc<Wanted>,
}

/// The links by the names that the transport has for them; a clone is the same.
#[derive(Clone, Debug, Default)]
pub(super) struct Pages(Arc<Mutex<HashMap<Peer, Arc<Link>>>>);

struct Ends {
    handle: HostedServerHandle,
    links: HashMap<u64, Arc<Link>>,
    last_number: u64,
}

/// Wakes the pump when the worker wants something.
#[derive(Default)]
struct Wanted(Notify);

impl Wake for Wanted {
    fn wake(self: Arc<Self>) {
        self.0.notify_one();
    }
}

/// A page's place at the pump; without a close message before, its link is lost when this is dropped.
pub(super) struct Seat {
    pump: Arc<Pump>,
    number: u64,
    pub(super) link: Arc<Link>,
    peer: Peer,
}

impl Pages {
    /// Pings a page, and returns when anything last came from it; `None` if it has left.
    pub(super) fn probe(&self, peer: Peer) -> Option<Instant> {
        let link = self.links().get(&peer).map(Arc::clone)?;
        link.ask();
        Some(link.heard_at())
    }

    fn links(&self) -> MutexGuard<'_, HashMap<Peer, Arc<Link>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pump {
    pub(super) fn new(mut handle: HostedServerHandle, limits: LinkLimits) -> Self {
        let wanted = Arc::new(Wanted::default());
        handle.set_waker(Waker::from(Arc::clone(&wanted)));
        let ends = Mutex::new(Ends { handle, links: HashMap::new(), last_number: 0 });
        Self { ends, limits, losses: Arc::default(), pages: Pages::default(), wanted }
    }

    /// Packets of voice that links were too slow for.
    pub(super) fn losses(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.losses)
    }

    pub(super) fn pages(&self) -> Pages {
        self.pages.clone()
    }

    /// Hands on what the worker wants, until the listener is stopped.
    pub(crate) async fn run(self: Arc<Self>, stopped: Stopped) {
        loop {
            self.run_once();
            tokio::select! {
                () = self.wanted.0.notified() => {}
                () = stopped.wait() => return,
            }
        }
    }

    /// A place for a page, unless there are too many.
    pub(super) fn enter(self: &Arc<Self>, session: &str, remote: Remote) -> Option<Seat> {
        let mut ends = self.ends();
        let number = ends.last_number + 1;
        if !ends.handle.peer_connected_from(number, session, remote) {
            return None;
        }
        let peer = ends.handle.transport_peer(number)?;
        let link = Arc::new(Link::new(Instant::now()));
        ends.last_number = number;
        ends.links.insert(number, Arc::clone(&link));
        self.pages.links().insert(peer, Arc::clone(&link));
        Some(Seat { pump: Arc::clone(self), number, link, peer })
    }

    fn run_once(&self) {
        let mut ends = self.ends();
        let Ends { handle, links, .. } = &mut *ends;
        let mut too_slow = Vec::new();
        while let Some(request) = handle.poll() {
            self.carry_out(&request, links, &mut too_slow);
            for number in too_slow.drain(..) {
                handle.send_failed(number);
                if let Some(link) = links.remove(&number) {
                    let words = EndReason::from(EndCode::TooSlow).encode();
                    link.end(CloseMessage { code: close_code::TOO_SLOW, words });
                }
            }
        }
    }

    fn carry_out(
        &self,
        request: &ServerRequest<'_>,
        links: &mut HashMap<u64, Arc<Link>>,
        too_slow: &mut Vec<u64>,
    ) {
        let mut end = |number: u64, code, words: &str| {
            if let Some(link) = links.remove(&number) {
                link.end(CloseMessage { code, words: words.to_owned() });
            }
        };
        match *request {
            ServerRequest::Accept { peer } => {
                if let Some(link) = links.get(&peer) {
                    self.push(link, peer, Delivery::Reliable, Bytes::from_static(WELCOME), too_slow);
                }
            }
            ServerRequest::Send { peers, delivery, packet } => {
                let how = [u8::from(delivery == Delivery::Unreliable)];
                let message = Bytes::from([&how, packet].concat());
                for (number, link) in peers.iter().filter_map(|number| Some((*number, links.get(number)?))) {
                    self.push(link, number, delivery, message.clone(), too_slow);
                }
            }
            ServerRequest::Refuse { peer, reason } => end(peer, close_code::REFUSED, reason),
            ServerRequest::Disconnect { peer, reason } => end(peer, close_code::ENDED, reason),
        }
    }

    fn push(&self, link: &Link, number: u64, delivery: Delivery, message: Bytes, too_slow: &mut Vec<u64>) {
        match link.push(delivery, message, self.limits) {
            Ok(dropped) => {
                self.losses.fetch_add(dropped, Ordering::Relaxed);
            }
            Err(_) => too_slow.push(number),
        }
    }

    fn ends(&self) -> MutexGuard<'_, Ends> {
        self.ends.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seat {
    /// Hands a packet on. If more waits than is kept, the pump ends the link at its next turn.
    pub(super) fn receive(&self, delivery: Delivery, packet: &[u8]) {
        self.pump.ends().handle.receive(self.number, delivery, packet);
    }

    /// Echoes a ping, for measuring the round trip.
    pub(super) fn answer(&self, question: &Bytes) -> Result<(), TooSlow> {
        self.link.answer(question.clone())
    }

    /// The page has left, with these words.
    pub(super) fn leave(self, words: &str) {
        self.pump.ends().handle.peer_disconnected(self.number, words);
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut ends = self.pump.ends();
        ends.handle.peer_lost(self.number);
        ends.links.remove(&self.number);
        self.pump.pages.links().remove(&self.peer);
    }
}

impl fmt::Debug for Pump {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pump").field("limits", &self.limits).finish_non_exhaustive()
    }
}
