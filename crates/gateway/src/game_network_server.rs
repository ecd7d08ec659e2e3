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
    ///
    /// The event's bytes, a message or a greeting, [replace](consonance_transport#events-and-their-bytes) what is in
    /// the buffer.
    fn poll_event(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<GameNetworkServerEvent>;

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

/// An event on a game server's connections; its bytes are in the buffer given to [`GameNetworkServer::poll_event`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GameNetworkServerEvent {
    /// A client wants to be admitted; see [`GameNetworkServer::accept`]. The bytes are its greeting: its data in the
    /// network's own handshake, such as a key. A [`GameNetworkClient`](crate::GameNetworkClient) that connects on its
    /// behalf sends the same.
    Connected {
        /// The identifier of its connection.
        peer: Peer,
        /// The client's address.
        remote: SocketAddr,
    },
    /// A message came from a peer, the bytes.
    Message {
        /// The peer from whose connection it came.
        peer: Peer,
        /// The message's channel.
        channel: MessageChannel,
    },
    /// A connection is gone. Nothing will come from this peer again.
    Disconnected {
        /// The peer.
        peer: Peer,
        /// Why.
        reason: DisconnectReason,
    },
}
