//! The server side of a game network.

use std::net::SocketAddr;
#[cfg(unix)]
use std::os::fd::BorrowedFd;
use std::task::Waker;
use std::time::Instant;

use consonance_transport::{Delivery, DisconnectReason, Peer, ServerStatistics};

use crate::{Channel, VoiceChannels};

/// Many connections of a game's clients, driven by calls as a
/// [`ServerTransport`](consonance_transport::ServerTransport) is: nothing here blocks, and nothing
/// calls back except the waker.
///
/// The life of a connection is [`GameNetworkServerEvent::Connected`] → [`accept`](Self::accept) → messages →
/// [`GameNetworkServerEvent::Disconnected`]; `Connected` and `Disconnected` come exactly once, regardless of which end
/// closed it.
pub trait GameNetworkServer: Send {
    /// The next thing that happened, or `None`. Call it until it says `None`: only then will the waker be called again.
    fn poll(&mut self, now: Instant) -> Option<GameNetworkServerEvent<'_>>;

    /// Takes a newcomer in: only now its client learns that it is connected.
    ///
    /// The greeting is what a game server would tell a newcomer in the network's own handshake, as
    /// [`GameNetworkClientEvent::Connected`](crate::GameNetworkClientEvent::Connected) reports it; empty for whatever
    /// the network says by itself. A peer that is [disconnected](Self::disconnect) instead was refused.
    fn accept(&mut self, now: Instant, peer: Peer, greeting: &[u8]);

    /// Sends one message. What is too large, or for a peer that is gone, is dropped and counted.
    ///
    /// A peer whose queue cannot take another reliable message is disconnected as too slow.
    fn send(&mut self, now: Instant, peer: Peer, channel: Channel, message: &[u8]);

    /// Sends what [`send`](Self::send) has only collected; a `poll` that says `None` does the same.
    fn flush(&mut self, _now: Instant) {}

    /// Ends one connection in order: reliable messages sent before are delivered first, if the peer takes them soon.
    ///
    /// No message from it is reported after this call; its `Disconnected` comes when the goodbye is on its way. The
    /// reason reaches the peer only on networks that can carry words.
    fn disconnect(&mut self, now: Instant, peer: Peer, reason: &str);

    /// Whether the words of [`disconnect`](Self::disconnect) reach clients of ours as they are, and no others. Reasons
    /// are [encoded](consonance_transport::EndReason::encode) there, and a text for people on every other network.
    fn carries_end_reasons(&self) -> bool {
        false
    }

    /// Tells the network whether a peer has joined a session; see
    /// [`ServerTransport::set_joined`](consonance_transport::ServerTransport::set_joined).
    fn set_joined(&mut self, _now: Instant, _peer: Peer, _is_joined: bool) {}

    /// Asks a peer for a sign of life, without waiting for it, and says when anything last came from it; see
    /// [`ServerTransport::probe`](consonance_transport::ServerTransport::probe).
    fn probe(&mut self, _now: Instant, _peer: Peer) -> Option<Instant> {
        None
    }

    /// Accepts no more clients and disconnects all in order.
    fn shutdown(&mut self, now: Instant);

    /// When `poll` will have something to do although nothing will arrive.
    fn wants_poll_at(&self) -> Option<Instant> {
        None
    }

    /// Asks to be woken, from any thread, when `poll` has something.
    fn set_waker(&mut self, _waker: Waker) {}

    /// Whether waker and [descriptor](Self::descriptor) tell of everything that comes; see
    /// [`ServerTransport::wakes`](consonance_transport::ServerTransport::wakes).
    fn wakes(&self) -> bool {
        false
    }

    /// What becomes readable when `poll` has something, besides what the waker is called for.
    #[cfg(unix)]
    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        None
    }

    /// The channels that voice packets take where the game does not say.
    fn voice_channels(&self) -> VoiceChannels;

    /// What a channel guarantees. One that does not exist is unreliable.
    fn delivery_of(&self, channel: Channel) -> Delivery {
        self.voice_channels().delivery_of(channel)
    }

    /// The largest message that a channel takes, in bytes.
    fn message_bytes_max(&self, channel: Channel) -> usize;

    /// What kind of network this is, for counters: one word in lower case, such as `kcp`.
    fn network(&self) -> &'static str;

    /// What was sent, received, dropped and rejected since this object was made; messages count as packets.
    fn statistics(&self) -> ServerStatistics;
}

/// What happened on a game server's connections.
#[derive(Debug, PartialEq, Eq)]
pub enum GameNetworkServerEvent<'a> {
    /// A client wants to be taken in; see [`GameNetworkServer::accept`].
    Connected {
        /// Its name from now on.
        peer: Peer,
        /// Where it is.
        remote: SocketAddr,
        /// What it said in the network's own handshake, such as a key; a
        /// [`GameNetworkClient`](crate::GameNetworkClient) that stands in for it says the same.
        greeting: &'a [u8],
    },
    /// A message came from a peer.
    Message {
        /// Whose connection it came over.
        peer: Peer,
        /// On which channel.
        channel: Channel,
        /// Its bytes, valid until the next call.
        message: &'a [u8],
    },
    /// A connection is gone. Nothing will come from this peer again.
    Disconnected {
        /// Whose.
        peer: Peer,
        /// Why.
        reason: DisconnectReason,
    },
}
