//! The client side of a game network.

#[cfg(unix)]
use std::os::fd::BorrowedFd;
use std::task::Waker;
use std::time::Instant;

use consonance_transport::{Delivery, DisconnectReason, Statistics};

use crate::{MessageChannel, VoiceChannels};

/// One connection to a game's server, driven by calls as a
/// [`ClientTransport`](consonance_transport::ClientTransport) is.
///
/// Each [`connect`](Self::connect) is answered by exactly one [`GameNetworkClientEvent::Disconnected`] in the end;
/// after it the same object may connect again.
pub trait GameNetworkClient: Send {
    /// Begins to connect. Does nothing while a connection is up or being made.
    ///
    /// The greeting is what a client says in the network's own handshake, as
    /// [`GameNetworkServerEvent::Connected`](crate::GameNetworkServerEvent::Connected) reports it; empty for whatever
    /// this client is set to.
    fn connect(&mut self, now: Instant, greeting: &[u8]);

    /// The next thing that happened, or `None`. Call it until it says `None`: only then will the waker be called again.
    fn poll(&mut self, now: Instant) -> Option<GameNetworkClientEvent<'_>>;

    /// Sends one message. What is too large, or sent without a connection, is dropped and counted.
    fn send(&mut self, now: Instant, channel: MessageChannel, message: &[u8]);

    /// Sends what [`send`](Self::send) has only collected; a `poll` that says `None` does the same.
    fn flush(&mut self, _now: Instant) {}

    /// Ends the connection in order: reliable messages sent before are delivered first, if the server takes them soon.
    fn disconnect(&mut self, now: Instant);

    /// When `poll` will have something to do although nothing will arrive.
    fn wants_poll_at(&self) -> Option<Instant> {
        None
    }

    /// Asks to be woken, from any thread, when `poll` has something.
    fn set_waker(&mut self, _waker: Waker) {}

    /// What becomes readable when `poll` has something, besides what the waker is called for. It may be
    /// another one after each `connect`.
    #[cfg(unix)]
    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        None
    }

    /// The channels that voice packets take where the game does not say.
    fn voice_channels(&self) -> VoiceChannels;

    /// What a channel guarantees. One that does not exist is unreliable.
    fn delivery_of(&self, channel: MessageChannel) -> Delivery {
        self.voice_channels().delivery_of(channel)
    }

    /// The largest message that a channel takes, in bytes.
    fn message_bytes_max(&self, channel: MessageChannel) -> usize;

    /// What was sent, received and dropped since this object was made; messages count as packets.
    fn statistics(&self) -> Statistics;
}

/// What happened on a game client's connection.
#[derive(Debug, PartialEq, Eq)]
pub enum GameNetworkClientEvent<'a> {
    /// The server took us in.
    Connected {
        /// What it said in the network's own handshake, such as a number for this client.
        greeting: &'a [u8],
    },
    /// A message came from the server.
    Message {
        /// On which channel.
        channel: MessageChannel,
        /// Its bytes, valid until the next call.
        message: &'a [u8],
    },
    /// The connection is gone, or could not be made.
    Disconnected {
        /// Why.
        reason: DisconnectReason,
    },
}
