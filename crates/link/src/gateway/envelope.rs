//! The encoding of voice in a game's messages.

use std::time::Instant;

use crate::gateway::{MessageChannel, MessageParts};
use crate::{Delivery, PacketLimits};

/// The part of an envelope that is the same at both ends of a connection.
pub trait EnvelopeEnd: Send {
    /// Appends the message that carries a voice packet to the other end, and returns its channel.
    ///
    /// `None`, and nothing appended, while the other end could not understand it.
    fn wrap(
        &mut self,
        now: Instant,
        delivery: Delivery,
        packet: &[u8],
        message: &mut Vec<u8>,
    ) -> Option<MessageChannel>;

    /// Splits a voice packet for which [`wrap`](Self::wrap) returned `None` into several messages to the other end, in
    /// order, on protocols that support this; false if that is impossible.
    fn wrap_in_parts(
        &mut self,
        _now: Instant,
        _delivery: Delivery,
        _packet: &[u8],
        _messages: &mut MessageParts,
    ) -> bool {
        false
    }

    /// The time of [`poll_timeout`](Self::poll_timeout) has come.
    fn handle_timeout(&mut self, _now: Instant, _parts: &mut MessageParts) {}

    /// When there is something to say although nothing came.
    fn poll_timeout(&self) -> Option<Instant> {
        None
    }
}

/// The encoding of voice in the messages of one connection, seen from the server's end.
///
/// The same trait serves a server for voice only and a proxy in front of a game's server. The former answers what
/// clients need answered and forwards nothing; the latter forwards everything but voice, in order for each channel.
pub trait Envelope: EnvelopeEnd {
    /// The connection is up: produces the first messages to the client.
    fn handle_connected(&mut self, _now: Instant, _parts: &mut MessageParts) {}

    /// A message came from the client.
    fn handle_from_client(
        &mut self,
        now: Instant,
        channel: MessageChannel,
        message: &[u8],
        parts: &mut MessageParts,
    );

    /// A message came from the game's server, if there is one behind.
    fn handle_from_game(
        &mut self,
        _now: Instant,
        channel: MessageChannel,
        message: &[u8],
        parts: &mut MessageParts,
    ) {
        parts.whole_to_client(channel, message);
    }
}

/// A factory of envelopes for a listener's connections.
pub trait EnvelopeKind: Send {
    /// The envelope of one connection.
    type Envelope: Envelope;

    /// An envelope for a new connection.
    fn open(&mut self, now: Instant) -> Self::Envelope;

    /// The largest voice packets, given the largest messages of the channels that voice takes.
    fn limits(&self, messages: PacketLimits) -> PacketLimits;
}

/// The encoding of voice in the messages of one connection, seen from the client's end.
pub trait ClientEnvelope: EnvelopeEnd {
    /// The connection is up again: forgets all earlier state, and produces the first messages to the server.
    fn handle_connected(&mut self, now: Instant, parts: &mut MessageParts);

    /// A message came from the server.
    fn handle_message(
        &mut self,
        now: Instant,
        channel: MessageChannel,
        message: &[u8],
        parts: &mut MessageParts,
    );

    /// Whether voice packets may be sent. Once it is so, it stays so until the next `handle_connected`.
    fn is_ready(&self) -> bool {
        true
    }

    /// The largest voice packets, given the largest messages of the channels that voice takes.
    fn limits(&self, messages: PacketLimits) -> PacketLimits;
}
