//! A server whose time is set by the test.

use std::net::{Ipv4Addr, SocketAddr};
use std::thread;
use std::time::{Duration, Instant};

use consonance_link::gateway::streams::StreamSettings;
use consonance_link::voice_websocket::{ServerEnd, WebSocketServer, default_settings};
use consonance_link::{Delivery, DisconnectReason, NetworkStatistics, Peer, ServerLinkEvent, ServerNetwork};

/// The time limit for any step. Generous, because machines that run tests are busy.
pub(crate) const PATIENCE: Duration = Duration::from_mins(2);

pub(crate) struct Listener {
    pub(crate) server: WebSocketServer,
    pub(crate) at: SocketAddr,
    /// The time that the server is given.
    pub(crate) now: Instant,
}

/// An event of the server.
#[derive(Debug, PartialEq)]
pub(crate) enum Seen {
    Connected(Peer, String),
    Packet(Peer, Delivery, Vec<u8>),
    Disconnected(Peer, DisconnectReason),
}

impl Listener {
    pub(crate) fn new() -> Self {
        Self::with(ServerEnd::default(), default_settings())
    }

    pub(crate) fn with(end: ServerEnd, settings: StreamSettings) -> Self {
        let server =
            consonance_link::voice_websocket::server((Ipv4Addr::LOCALHOST, 0).into(), "main", end, settings)
                .unwrap();
        let at = server.network().local_addr().unwrap();
        Self { server, at, now: Instant::now() }
    }

    pub(crate) fn poll(&mut self) -> Option<Seen> {
        let mut bytes = Vec::new();
        Some(match self.server.poll_event(self.now, &mut bytes)? {
            ServerLinkEvent::Connected { peer, session, .. } => Seen::Connected(peer, session),
            ServerLinkEvent::Packet { peer, channel: delivery } => {
                Seen::Packet(peer, delivery, bytes.clone())
            }
            ServerLinkEvent::Disconnected { peer, reason } => Seen::Disconnected(peer, reason),
        })
    }

    /// The next event.
    pub(crate) fn next(&mut self) -> Seen {
        wait(|| self.poll())
    }

    /// The next client that connects, and its session.
    pub(crate) fn newcomer(&mut self) -> (Peer, String) {
        let Seen::Connected(peer, session) = self.next() else { panic!("a client connects") };
        (peer, session)
    }

    /// Polls until this is done; no event may occur meanwhile.
    pub(crate) fn idle_until<T>(&mut self, mut is_done: impl FnMut() -> Option<T>) -> T {
        wait(|| {
            assert_eq!(self.poll(), None, "nothing is to happen");
            is_done()
        })
    }

    /// Polls until this is counted; no event may occur meanwhile.
    pub(crate) fn idle_until_counted(&mut self, is_counted: impl Fn(&Self) -> bool) {
        wait(|| {
            assert_eq!(self.poll(), None, "nothing is to happen");
            is_counted(self).then_some(())
        });
    }

    pub(crate) fn statistics(&self) -> NetworkStatistics {
        self.server.statistics()
    }
}

pub(crate) fn wait<T>(mut poll: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(seen) = poll() {
            return seen;
        }
        assert!(Instant::now() < deadline, "nothing happens");
        thread::sleep(Duration::from_millis(1));
    }
}
