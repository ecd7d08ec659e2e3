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
    /// Starts to connect. Does nothing while a connection is up or being made.
    ///
    /// The greeting is the client's data in the network's own handshake, as
    /// [`GameNetworkServerEvent::Connected`](crate::GameNetworkServerEvent::Connected) reports it; if empty, the
    /// client's settings decide.
    fn connect(&mut self, now: Instant, greeting: &[u8]);

    /// The next event, or `None`. Call it until it returns `None`: only then will the waker be called again.
    ///
    /// The event's bytes, a message or a greeting, [replace](consonance_transport#events-and-their-bytes) what is in
    /// the buffer.
    fn poll_event(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<GameNetworkClientEvent>;

    /// Sends one message. A message that is too large, or sent without a connection, is dropped and counted.
    fn send(&mut self, now: Instant, channel: MessageChannel, message: &[u8]);

    /// Sends the messages that [`send`](Self::send) has only queued; a [`poll_event`](Self::poll_event) that returns
    /// `None` does the same.
    fn flush(&mut self, _now: Instant) {}

    /// Ends the connection in order: reliable messages sent before are delivered first, if the server takes them soon.
    fn disconnect(&mut self, now: Instant);

    /// When `poll_event` will have something to do although nothing will arrive.
    fn wants_poll_at(&self) -> Option<Instant> {
        None
    }

    /// Asks to be woken, from any thread, when `poll_event` has something.
    fn set_waker(&mut self, _waker: Waker) {}

    /// A descriptor that becomes readable when `poll_event` has something, unless the waker is called for it. It may
    /// change with each `connect`.
    #[cfg(unix)]
    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        None
    }

    /// The channels that voice packets take where the game does not say.
    fn voice_channels(&self) -> VoiceChannels;

    /// The delivery that a channel guarantees. A channel that does not exist is unreliable.
    fn delivery_of(&self, channel: MessageChannel) -> Delivery {
        self.voice_channels().delivery_of(channel)
    }

    /// The largest message that a channel takes, in bytes.
    fn message_bytes_max(&self, channel: MessageChannel) -> usize;

    /// Traffic sent, received and dropped since this object was created; messages count as packets.
    fn statistics(&self) -> Statistics;
}

/// An event on a game client's connection; its bytes are in the buffer given to [`GameNetworkClient::poll_event`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GameNetworkClientEvent {
    /// The server has admitted us. The bytes are its greeting: its data in the network's own handshake, such as a
    /// number for this client.
    Connected,
    /// A message came from the server, the bytes.
    Message {
        /// The message's channel.
        channel: MessageChannel,
    },
    /// The connection is gone, or could not be made.
    Disconnected {
        /// Why.
        reason: DisconnectReason,
    },
}
