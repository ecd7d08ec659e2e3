//! The server side of a network: many links, identified by [`Peer`].

use std::net::{IpAddr, Ipv6Addr};
#[cfg(unix)]
use std::os::fd::BorrowedFd;
use std::task::Waker;
use std::time::Instant;

use crate::{
    CapabilityRequest, Delivery, DisconnectReason, EndReason, NetworkChannel, NetworkStatistics,
    PacketLimits, Remote, VoiceChannels,
};

/// A transport's name for one of many connections, a server's or a client's [direct link](crate::DirectLinks): unique
/// for the life of the transport, counting up, never reused, below 2⁴⁸.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Peer(pub u64);

/// The server's end of a network: many links to clients, driven by calls. Nothing here blocks, and nothing calls back
/// except the waker.
///
/// `C` is what its messages travel on. A network of voice packets has a [`Delivery`] for each; a game's network has
/// [`MessageChannel`](crate::MessageChannel)s, carries whatever the game says, and needs an envelope to carry voice. A
/// *message* below is a packet or a message of the game.
///
/// The life of a link is [`ServerLinkEvent::Connected`] → messages → [`ServerLinkEvent::Disconnected`], each end
/// exactly once, regardless of which end closed it.
pub trait ServerNetwork<C: NetworkChannel = Delivery>: Send {
    /// The next event, or `None`. Call it until it returns `None`: only then will the waker be called
    /// again.
    ///
    /// The event's bytes, a message or a greeting, [replace](crate#events-and-their-bytes) what is in the buffer.
    ///
    /// A peer that is [disconnected](Self::disconnect) before it is admitted was *refused*: its client reports
    /// [`DisconnectReason::Refused`] and never `Connected`. A network of voice packets admits a peer by itself at the
    /// next call of `poll_event` or `send` after its `Connected`; a game's network waits for [`accept`](Self::accept).
    fn poll_event(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<ServerLinkEvent<C>>;

    /// Admits a newcomer of a game's network: only now does its client learn that it is connected.
    ///
    /// The greeting is the server's data for a newcomer in the network's own handshake, as
    /// [`ClientLinkEvent::Connected`](crate::ClientLinkEvent::Connected) reports it; if empty, the network's default is
    /// sent. Networks that admit by themselves ignore this.
    fn accept(&mut self, _now: Instant, _peer: Peer, _greeting: &[u8]) {}

    /// Sends one message to many peers, with one copy for all of them where the network can share it.
    ///
    /// Peers that are gone are skipped and counted; a message above the channel's
    /// [limit](Self::message_bytes_max) is dropped and counted. A peer whose queue cannot take another reliable message
    /// is disconnected as too slow.
    fn send(&mut self, now: Instant, peers: &[Peer], channel: C, message: &[u8]);

    /// Sends data that has been collected so far. Drivers call it when they have nothing more to send for the moment;
    /// a `poll_event` that returns `None` does the same.
    fn flush(&mut self, _now: Instant) {}

    /// Ends one link in order: reliable messages sent before are delivered first, if the peer takes them soon.
    ///
    /// The reason, cut to [`REASON_BYTES_MAX`](crate::REASON_BYTES_MAX), reaches the peer if the network can carry it.
    /// No message from the peer is reported after this call; its [`ServerLinkEvent::Disconnected`] comes when the
    /// goodbye is on its way.
    fn disconnect(&mut self, now: Instant, peer: Peer, reason: &str);

    /// [Ends](Self::disconnect) one link for a reason with a code.
    ///
    /// If the network [carries codes](Self::carries_end_reasons), its client reports exactly this reason; otherwise the
    /// reason's text is for people, as with `disconnect`. By default, that is what `disconnect` gets: the
    /// [encoded](EndReason::encode) reason, or its text.
    fn reject(&mut self, now: Instant, peer: Peer, reason: &EndReason) {
        let line = if self.carries_end_reasons() { reason.encode() } else { reason.to_string() };
        self.disconnect(now, peer, &line);
    }

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

    /// The largest messages that this network takes for voice: packets of each delivery, or messages on each of the
    /// [channels for voice](Self::voice_channels).
    fn limits(&self) -> PacketLimits;

    /// The channels that voice takes where the game does not say.
    fn voice_channels(&self) -> VoiceChannels<C> {
        C::VOICE
    }

    /// The delivery that a channel guarantees. A channel that does not exist is unreliable.
    fn delivery_of(&self, channel: C) -> Delivery {
        self.voice_channels().delivery_of(channel)
    }

    /// The largest message that a channel takes, in bytes.
    fn message_bytes_max(&self, channel: C) -> usize {
        self.limits().bytes_max(self.delivery_of(channel))
    }

    /// Counters of sent, received, dropped and rejected messages since this object was made, over all peers.
    fn statistics(&self) -> NetworkStatistics;

    /// Answers a [`CapabilityRequest`] for a capability that only some networks have. Most have none, and keep this
    /// default; a network that wraps another one passes the request on.
    fn provide(&self, _now: Instant, _request: &mut CapabilityRequest<'_>) {}
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

/// An event on one of a server's links; its bytes are in the buffer given to [`ServerNetwork::poll_event`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServerLinkEvent<C = Delivery> {
    /// A client connected, and waits to be [admitted](ServerNetwork::poll_event).
    ///
    /// On a game's network, the bytes are its greeting: its data in the network's own handshake, such as a key. A
    /// [`ClientNetwork`](crate::ClientNetwork) that connects on its behalf [sends the
    /// same](crate::ClientNetwork::set_greeting).
    Connected {
        /// Its identifier from this event on.
        peer: Peer,
        /// The session named in its address; empty if the network names none.
        session: String,
        /// Its address.
        remote: Remote,
    },
    /// A packet, or a message of a game, came from a peer: the bytes.
    Packet {
        /// The peer from whose link it came: the only proof of its sender.
        peer: Peer,
        /// What it travelled on.
        channel: C,
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
