//! The link to a server: over the network that the chat was started with, or over a fallback while that does not get
//! through.

mod attempts;
mod candidate;
mod fallback_route;
#[cfg(test)]
pub(crate) mod gate;
mod retiring;
mod return_plan;
mod settings;
mod silence_watch;
#[cfg(feature = "quic")]
mod web_socket;

use std::time::Instant;

use consonance_transport::{ClientTransport, Statistics};

pub(crate) use fallback_route::FallbackRoute;
pub use settings::FallbackSettings;
#[cfg(feature = "quic")]
pub(crate) use web_socket::quic_route;

/// Over what the packets of the link to the server travel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LinkTransport {
    /// The network that the chat was started with: QUIC and so UDP, for an address that begins with `quic://`.
    #[default]
    Primary,
    /// A `WebSocket` with TLS on the same server, since UDP does not get through. A lost segment delays all voice
    /// behind it, so sound breaks up more easily than over UDP.
    WebSocket,
}

/// A way to one server.
pub(crate) enum Route {
    /// One network.
    Plain(Box<dyn ClientTransport>),
    /// A network with a fallback.
    WithFallback(Box<FallbackRoute>),
}

impl Route {
    pub(crate) fn transport(&mut self) -> &mut dyn ClientTransport {
        match self {
            Self::Plain(transport) => &mut **transport,
            Self::WithFallback(route) => &mut **route,
        }
    }

    pub(crate) fn wants_poll_at(&self) -> Option<Instant> {
        match self {
            Self::Plain(transport) => transport.wants_poll_at(),
            Self::WithFallback(route) => route.wants_poll_at(),
        }
    }

    pub(crate) fn statistics(&self) -> Statistics {
        match self {
            Self::Plain(transport) => transport.statistics(),
            Self::WithFallback(route) => route.statistics(),
        }
    }

    /// What carries the present link, and in words why it does.
    pub(crate) fn in_use(&self) -> (LinkTransport, &str) {
        match self {
            Self::Plain(_) => (LinkTransport::Primary, ""),
            Self::WithFallback(route) => route.in_use(),
        }
    }

    /// Whether a link over the primary network is up and waits to be used in place of the fallback's.
    pub(crate) fn can_return(&self) -> bool {
        match self {
            Self::Plain(_) => false,
            Self::WithFallback(route) => route.can_return(),
        }
    }

    /// The next `disconnect` keeps that link, which the `connect` after it reports.
    pub(crate) fn begin_return(&mut self) {
        if let Self::WithFallback(route) = self {
            route.begin_return();
        }
    }
}

#[cfg(test)]
mod tests;
