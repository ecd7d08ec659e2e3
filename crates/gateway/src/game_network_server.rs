//! The server side of a game network.

use std::net::SocketAddr;
use std::time::Instant;

use consonance_transport::{Delivery, DisconnectReason, Peer, ServerNetwork};

use crate::{MessageChannel, VoiceChannels};

/// Many connections of a game's clients, driven by calls as a
/// [`ServerTransport`](consonance_transport::ServerTransport) is: nothing here blocks, and nothing
/// calls back except the waker.
///
/// The life of a connection is [`GameNetworkServerEvent::Connected`] → [`accept`](Self::accept) → messages →
/// [`GameNetworkServerEvent::Disconnected`]; `Connected` and `Disconnected` come exactly once, regardless of which end
/// closed it.
pub trait GameNetworkServer: ServerNetwork {
    /// The next event, or `None`. Call it until it returns `None`: only then will the waker be called again.
    fn poll(&mut self, now: Instant) -> Option<GameNetworkServerEvent<'_>>;

    /// Accepts a newcomer: only now does its client learn that it is connected.
    ///
    /// The greeting is the server's data for a newcomer in the network's own handshake, as
    /// [`GameNetworkClientEvent::Connected`](crate::GameNetworkClientEvent::Connected) reports it; if empty, the
    /// network's default is sent. A peer that is [disconnected](ServerNetwork::disconnect) instead is refused.
    fn accept(&mut self, now: Instant, peer: Peer, greeting: &[u8]);

    /// Sends one message. A message that is too large, or for a peer that is gone, is dropped and counted.
    ///
    /// A peer whose queue cannot take another reliable message is disconnected as too slow.
    fn send(&mut self, now: Instant, peer: Peer, channel: MessageChannel, message: &[u8]);

    /// The channels that voice packets take where the game does not say.
    fn voice_channels(&self) -> VoiceChannels;

    /// The delivery that a channel guarantees. A channel that does not exist is unreliable.
    fn delivery_of(&self, channel: MessageChannel) -> Delivery {
        self.voice_channels().delivery_of(channel)
    }

    /// The largest message that a channel takes, in bytes.
    fn message_bytes_max(&self, channel: MessageChannel) -> usize;
}

/// An event on a game server's connections.
#[derive(Debug, PartialEq, Eq)]
pub enum GameNetworkServerEvent<'a> {
    /// A client wants to be admitted; see [`GameNetworkServer::accept`].
    Connected {
        /// The identifier of its connection.
        peer: Peer,
        /// The client's address.
        remote: SocketAddr,
        /// The client's data in the network's own handshake, such as a key; a
        /// [`GameNetworkClient`](crate::GameNetworkClient) that connects on its behalf sends the same.
        greeting: &'a [u8],
    },
    /// A message came from a peer.
    Message {
        /// The peer from whose connection it came.
        peer: Peer,
        /// The message's channel.
        channel: MessageChannel,
        /// Its bytes, valid until the next call.
        message: &'a [u8],
    },
    /// A connection is gone. Nothing will come from this peer again.
    Disconnected {
        /// The peer.
        peer: Peer,
        /// Why.
        reason: DisconnectReason,
    },
}
