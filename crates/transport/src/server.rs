//! The server side of a network: many links, identified by [`Peer`].

use std::net::{IpAddr, Ipv6Addr};
#[cfg(unix)]
use std::os::fd::BorrowedFd;
use std::task::Waker;
use std::time::Instant;

use crate::{
    CapabilityRequest, Delivery, DisconnectReason, EndReason, NetworkStatistics, PacketLimits, Remote,
};

/// A transport's name for one of many connections, a server's or a client's [direct link](crate::DirectLinks): unique
/// for the life of the transport, counting up, never reused, below 2⁴⁸.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Peer(pub u64);

/// The connections of any network on the server's side, whatever they carry: voice packets ([`ServerTransport`]), or
/// the messages of a game.
pub trait ServerNetwork: Send {
    /// Sends data that has been collected so far. Drivers call it when they have nothing more to send for the moment;
    /// a `poll_event` that returns `None` does the same.
    fn flush(&mut self, _now: Instant) {}

    /// Ends one link in order: reliable packets sent before are delivered first, if the peer takes them soon.
    ///
    /// The reason, cut to [`REASON_BYTES_MAX`](crate::REASON_BYTES_MAX), reaches the peer. No packet from it is
    /// reported after this call; its [`ServerLinkEvent::Disconnected`] comes when the goodbye is on its way.
    fn disconnect(&mut self, now: Instant, peer: Peer, reason: &str);

    /// Whether the end of a link carries the code and the fields of an [`EndReason`] to its client. If not, the server
    /// sends them in a packet before, for clients that can read it. Constant for the life of the transport.
    fn carries_end_reasons(&self) -> bool {
        false
    }

    /// Tells the network whether a peer has joined a session or waits for a name there, each time that this changes.
    /// When all connections are taken, those that have not joined [make room](crate::ConnectionSlots) first. A network
    /// without such a limit ignores it, and so do gone or unknown peers.
    fn set_joined(&mut self, _now: Instant, _peer: Peer, _is_joined: bool) {}

    /// Asks a peer for a sign of life, without waiting for it, and returns when anything last came from it: packets,
    /// and the network's own heartbeats and answers. A peer that is alive is then heard within a second, or as soon as
    /// its path allows.
    ///
    /// `None` if the network cannot say, or there is no such peer: it counts as alive while its link stands.
    fn probe(&mut self, _now: Instant, _peer: Peer) -> Option<Instant> {
        None
    }

    /// Accepts no more peers and disconnects all present ones in order. Poll until each `Disconnected` has come.
    fn shutdown(&mut self, now: Instant);

    /// When `poll_event` will have an event even if nothing arrives, such as a delayed packet.
    fn wants_poll_at(&self) -> Option<Instant> {
        None
    }

    /// Sets a waker, to be called from any thread when `poll_event` has an event.
    ///
    /// A network without its own threads ignores this; its driver polls every few milliseconds, or waits for the
    /// network's descriptor.
    fn set_waker(&mut self, _waker: Waker) {}

    /// Whether the waker and the [descriptor](Self::descriptor), if there is one, report everything that arrives. A
    /// driver can then sleep until they do, or until [`wants_poll_at`](Self::wants_poll_at); otherwise it polls every
    /// few milliseconds.
    fn wakes(&self) -> bool {
        false
    }

    /// A descriptor that becomes readable when `poll_event` has an event, in addition to the waker's calls.
    ///
    /// For networks that read their own socket in `poll_event`: a driver that sleeps waits for it too. It stays the
    /// same for the life of the transport. Without one, a driver relies on the waker or polls every few milliseconds.
    #[cfg(unix)]
    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        None
    }

    /// The kind of this network, for counters: one word in lower case, such as `quic`.
    fn network(&self) -> &'static str {
        "other"
    }

    /// Counters of sent, received, dropped and rejected packets since this object was made, over all peers.
    fn statistics(&self) -> NetworkStatistics;

    /// Answers a [`CapabilityRequest`] for a capability that only some networks have. Most have none, and keep this
    /// default; a network that wraps another one passes the request on.
    fn provide(&self, _now: Instant, _request: &mut CapabilityRequest<'_>) {}
}

/// Many links to clients, driven by calls: nothing here blocks, and nothing calls back except the waker.
///
/// The life of a link is [`ServerLinkEvent::Connected`] → packets → [`ServerLinkEvent::Disconnected`], each exactly
/// once, regardless of which end closed it.
pub trait ServerTransport: ServerNetwork {
    /// The next event, or `None`. Call it until it returns `None`: only then will the waker be called
    /// again.
    ///
    /// A packet's bytes [replace](crate#events-and-their-bytes) what is in the buffer.
    ///
    /// A peer that is [disconnected](ServerNetwork::disconnect) before the next call after its `Connected` was
    /// *refused*: its client reports [`DisconnectReason::Refused`] and never `Connected`.
    fn poll_event(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<ServerLinkEvent>;

    /// Sends one packet to many peers, with one copy for all of them.
    ///
    /// Peers that are gone are skipped and counted; a packet above [`limits`](Self::limits) is dropped and counted.
    /// A peer whose queue cannot take another reliable packet is disconnected as too slow.
    fn send(&mut self, now: Instant, peers: &[Peer], delivery: Delivery, packet: &[u8]);

    /// [Ends](ServerNetwork::disconnect) one link for a reason with a code.
    ///
    /// If the network [carries codes](ServerNetwork::carries_end_reasons), its client reports exactly this reason;
    /// otherwise the reason's text is for people, as with `disconnect`.
    fn reject(&mut self, now: Instant, peer: Peer, reason: &EndReason) {
        self.disconnect(now, peer, &reason.to_string());
    }

    /// The largest packets this network accepts.
    fn limits(&self) -> PacketLimits;
}

/// The prefix within which one person can use any number of addresses: a whole IPv4 address, or the /64 network of an
/// IPv6 address, which every household has for itself (RFC 6177). [`AddressPrefix`](crate::AddressPrefix) is a prefix
/// of configurable length.
pub fn address_prefix(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
        address @ IpAddr::V4(_) => address,
    }
}

/// An event on one of a server's links; a packet is in the buffer given to [`ServerTransport::poll_event`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServerLinkEvent {
    /// A client connected. It learns that it was admitted at the next call of `poll_event` or `send`.
    Connected {
        /// Its identifier from this event on.
        peer: Peer,
        /// The session named in its address; empty if the network names none.
        session: String,
        /// Its address.
        remote: Remote,
    },
    /// A packet came from a peer.
    Packet {
        /// The peer from whose link it came: the only proof of its sender.
        peer: Peer,
        /// How it travelled.
        delivery: Delivery,
    },
    /// A link is gone. Nothing will come from this peer again.
    Disconnected {
        /// The peer.
        peer: Peer,
        /// Why.
        reason: DisconnectReason,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lower_half_of_an_ipv6_address_does_not_change_its_prefix() {
        for (one, other, is_same) in [
            ("192.0.2.1", "::ffff:192.0.2.1", true),
            ("192.0.2.1", "192.0.2.2", false),
            ("2001:db8:1:2:3::4", "2001:db8:1:2::9", true),
            ("2001:db8:1:2::1", "2001:db8:1:3::1", false),
        ] {
            let prefix = |text: &str| address_prefix(text.parse().unwrap());
            assert_eq!(prefix(one) == prefix(other), is_same, "{one} and {other}");
        }
    }
}
