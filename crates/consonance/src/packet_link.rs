//! A link to a server for packets of another voice engine.

use std::fmt;
use std::time::Instant;

use consonance_link::{ClientLinkEvent, ClientNetwork as _, Delivery, PacketLimits};
use consonance_quic::{QuicAddress, QuicClientSettings, QuicRuntime};

use crate::route::{FallbackSettings, LinkTransport, Route, quic_path};
use crate::start_error::StartError;

/// A link to a server that carries packets of the protocol, without a chat: for a game with its own voice engine that
/// speaks the protocol, such as a Unity game with the original, which can thereby join sessions of our servers.
///
/// Like a chat it uses QUIC, and a `WebSocket` where UDP does not get through; unlike a chat it stays on the
/// `WebSocket` until the link ends, since the engine would have to join again.
pub struct PacketLink {
    route: Route,
    // Dropped with the link.
    _runtime: QuicRuntime,
}

impl fmt::Debug for PacketLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PacketLink").field("in_use", &self.route.in_use()).finish_non_exhaustive()
    }
}

impl PacketLink {
    /// Starts to connect to an address such as `quic://127.0.0.1:7777/main#sha256=…`, as a server prints it;
    /// [`poll_event`](Self::poll_event) reports the outcome.
    ///
    /// # Errors
    /// If the address cannot be read, or no thread can be started.
    pub fn to(address: &str) -> Result<Self, StartError> {
        let address: QuicAddress = address.parse()?;
        let runtime = QuicRuntime::new(1)?;
        let fallback = Some(FallbackSettings::default());
        let path = quic_path(&runtime, address, QuicClientSettings::default(), fallback);
        let mut route = Route::new(path);
        route.connect(Instant::now());
        Ok(Self { route, _runtime: runtime })
    }

    /// The next event, or `None`; call it every few milliseconds until it returns `None`. The last event is
    /// [`ClientLinkEvent::Disconnected`].
    ///
    /// A packet's bytes [replace](consonance_link#events-and-their-bytes) what is in the buffer.
    pub fn poll_event(&mut self, bytes: &mut Vec<u8>) -> Option<ClientLinkEvent> {
        self.route.poll_event(Instant::now(), bytes)
    }

    /// Sends one packet. It is dropped while the link is not up, or if it is longer than [`limits`](Self::limits).
    pub fn send(&mut self, delivery: Delivery, packet: &[u8]) {
        self.route.send(Instant::now(), delivery, packet);
    }

    /// Ends the link in order, after the reliable packets sent before.
    pub fn close(&mut self) {
        self.route.disconnect(Instant::now());
    }

    /// The largest packets that it accepts.
    pub fn limits(&mut self) -> PacketLimits {
        self.route.limits()
    }

    /// The transport in use, and the reason for it, in words.
    pub fn in_use(&self) -> (LinkTransport, &str) {
        self.route.in_use()
    }
}
