//! The link to a server: over the network that the chat was started with, or over a fallback while that network does
//! not get through.

mod attempts;
mod candidate;
mod fallback_route;
#[cfg(test)]
pub(crate) mod gate;
pub(crate) mod known_servers;
mod retiring;
mod return_plan;
pub(crate) mod server_race;
mod settings;
mod silence_watch;
#[cfg(feature = "quic")]
mod web_socket;

use std::task::Waker;
use std::time::Instant;

use consonance_transport::{ClientLinkEvent, ClientNetwork, Delivery, DirectLinks, PacketLimits, Statistics};

pub(crate) use fallback_route::FallbackRoute;
#[cfg(feature = "quic")]
pub(crate) use known_servers::ServerAddress;
pub(crate) use server_race::ServerRace;
pub use settings::FallbackSettings;
#[cfg(feature = "quic")]
pub(crate) use web_socket::quic_route;

/// The transport of the link to the server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(not(feature = "exhaustive"), non_exhaustive)]
pub enum LinkTransport {
    /// The network that the chat was started with: QUIC and so UDP, for an address that begins with `quic://`.
    #[default]
    Primary,
    /// A `WebSocket` with TLS on the same server, since UDP does not get through. A lost segment delays all voice
    /// behind it, so sound breaks up more easily than over UDP.
    WebSocket,
}

/// The path to one server, or to several of the same session.
pub(crate) enum Route {
    /// One network.
    Plain(Box<dyn ClientNetwork>),
    /// A network with a fallback.
    WithFallback(Box<FallbackRoute>),
    /// Several servers.
    ToServers(Box<ServerRace>),
}

impl Route {
    pub(crate) fn transport(&mut self) -> &mut dyn ClientNetwork {
        match self {
            Self::Plain(transport) => &mut **transport,
            Self::WithFallback(route) => &mut **route,
            Self::ToServers(race) => &mut **race,
        }
    }

    /// The server in use, or last in use, if it is known.
    pub(crate) fn server(&self) -> Option<&str> {
        match self {
            Self::Plain(_) | Self::WithFallback(_) => None,
            Self::ToServers(race) => Some(race.server()),
        }
    }

    /// Sets the servers of the session as named by the current one, each by host and port.
    pub(crate) fn list_servers(&mut self, places: &[Box<str>]) {
        if let Self::ToServers(race) = self {
            race.list_servers(places);
        }
    }

    /// Makes the next link lead to another server, if one is known and answers.
    pub(crate) fn leave_server(&mut self) {
        if let Self::ToServers(race) = self {
            race.leave_server();
        }
    }

    fn as_transport(&self) -> &dyn ClientNetwork {
        match self {
            Self::Plain(transport) => &**transport,
            Self::WithFallback(route) => &**route,
            Self::ToServers(race) => &**race,
        }
    }

    /// The transport of the current link, and the reason for it, in words.
    pub(crate) fn in_use(&self) -> (LinkTransport, &str) {
        match self {
            Self::Plain(_) => (LinkTransport::Primary, ""),
            Self::WithFallback(route) => route.in_use(),
            Self::ToServers(race) => race.in_use(),
        }
    }

    /// Whether a link over the primary network is up and ready to replace the fallback's.
    pub(crate) fn can_return(&self) -> bool {
        match self {
            Self::Plain(_) => false,
            Self::WithFallback(route) => route.can_return(),
            Self::ToServers(race) => race.can_return(),
        }
    }

    /// Lets the next `disconnect` keep that link, which the following `connect` reports.
    pub(crate) fn begin_return(&mut self) {
        match self {
            Self::Plain(_) => {}
            Self::WithFallback(route) => route.begin_return(),
            Self::ToServers(race) => race.begin_return(),
        }
    }
}

impl ClientNetwork for Route {
    fn connect(&mut self, now: Instant) {
        self.transport().connect(now);
    }

    fn poll_event(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<ClientLinkEvent> {
        self.transport().poll_event(now, bytes)
    }

    fn send(&mut self, now: Instant, delivery: Delivery, packet: &[u8]) {
        self.transport().send(now, delivery, packet);
    }

    fn disconnect(&mut self, now: Instant) {
        self.transport().disconnect(now);
    }

    fn wants_poll_at(&self) -> Option<Instant> {
        self.as_transport().wants_poll_at()
    }

    fn set_waker(&mut self, waker: Waker) {
        self.transport().set_waker(waker);
    }

    fn limits(&self) -> PacketLimits {
        self.as_transport().limits()
    }

    fn statistics(&self) -> Statistics {
        self.as_transport().statistics()
    }

    fn direct_links(&mut self) -> Option<&mut dyn DirectLinks> {
        self.transport().direct_links()
    }
}

#[cfg(test)]
mod tests;
