//! The client side of a network: one link to a server, and direct links to other players if supported.

#[cfg(unix)]
use std::os::fd::BorrowedFd;
use std::task::Waker;
use std::time::Instant;

use crate::{
    Delivery, DirectEvent, DirectLinks, DisconnectReason, NetworkChannel, PacketLimits, Peer, Statistics,
    VoiceChannels,
};

/// The client's end of a network: one link to a server, driven by calls. Nothing here blocks, and nothing calls back
/// except the waker. Everything except [`direct_links`](Self::direct_links) is about that link.
///
/// `C` is what its messages travel on: a [`Delivery`] for each voice packet, or the
/// [`MessageChannel`](crate::MessageChannel)s of a game's network. A *message* below is a packet or a message of the
/// game.
///
/// The life of a link is `connect` → [`ClientLinkEvent::Connected`] → messages → [`ClientLinkEvent::Disconnected`].
/// Each `connect` is answered by exactly one `Disconnected` in the end, regardless of which end closed it and how
/// early; after it the same object may connect again.
pub trait ClientNetwork<C: NetworkChannel = Delivery>: Send {
    /// Sets this client's data in the handshake of a game's network, for each [`connect`](Self::connect) from now on,
    /// as [`ServerLinkEvent::Connected`](crate::ServerLinkEvent::Connected) reports it. If empty, the client's
    /// settings decide. Networks whose handshake carries none ignore this.
    fn set_greeting(&mut self, _greeting: &[u8]) {}

    /// Starts to connect; [`poll_event`](Self::poll_event) reports the outcome.
    ///
    /// Does nothing while a link is up or being made.
    fn connect(&mut self, now: Instant);

    /// The next event, or `None`. Call it until it returns `None`: only then will the waker be called
    /// again.
    ///
    /// The event's bytes, a message or a greeting, [replace](crate#events-and-their-bytes) what is in the buffer.
    fn poll_event(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<ClientLinkEvent<C>>;

    /// Sends one message.
    ///
    /// Before `Connected`, after the link ended, or above the channel's [limit](Self::message_bytes_max), the message
    /// is dropped and counted. A reliable message that no longer fits the queue ends the link, which `poll_event`
    /// reports as [`DisconnectReason::Overloaded`].
    fn send(&mut self, now: Instant, channel: C, message: &[u8]);

    /// Sends the messages that [`send`](Self::send) has only queued; a [`poll_event`](Self::poll_event) that returns
    /// `None` does the same.
    fn flush(&mut self, _now: Instant) {}

    /// Ends the link in order: reliable messages sent before are delivered first, if the network lets them.
    ///
    /// No message is reported after this call. [`ClientLinkEvent::Disconnected`] comes when the goodbye is on its way,
    /// so a program that waits for it (with a limit) before it exits leaves politely.
    fn disconnect(&mut self, now: Instant);

    /// When `poll_event` will have an event even if nothing arrives, such as a delayed packet.
    fn wants_poll_at(&self) -> Option<Instant> {
        None
    }

    /// Sets a waker, to be called from any thread when `poll_event` has an event.
    ///
    /// A network without its own threads ignores this; its driver polls every few milliseconds, or waits for the
    /// network's descriptor.
    fn set_waker(&mut self, _waker: Waker) {}

    /// A descriptor that becomes readable when `poll_event` has an event, unless the waker is called for it. It may
    /// change with each `connect`.
    #[cfg(unix)]
    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        None
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

    /// Counters of sent, received and dropped messages since this object was made, direct links included.
    fn statistics(&self) -> Statistics;

    /// The direct links to other players, if this network can have any. Most cannot, and keep this default.
    fn direct_links(&mut self) -> Option<&mut dyn DirectLinks> {
        None
    }
}

impl<C: NetworkChannel, T: ClientNetwork<C> + ?Sized> ClientNetwork<C> for Box<T> {
    fn set_greeting(&mut self, greeting: &[u8]) {
        (**self).set_greeting(greeting);
    }

    fn connect(&mut self, now: Instant) {
        (**self).connect(now);
    }

    fn poll_event(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<ClientLinkEvent<C>> {
        (**self).poll_event(now, bytes)
    }

    fn send(&mut self, now: Instant, channel: C, message: &[u8]) {
        (**self).send(now, channel, message);
    }

    fn flush(&mut self, now: Instant) {
        (**self).flush(now);
    }

    fn disconnect(&mut self, now: Instant) {
        (**self).disconnect(now);
    }

    fn wants_poll_at(&self) -> Option<Instant> {
        (**self).wants_poll_at()
    }

    fn set_waker(&mut self, waker: Waker) {
        (**self).set_waker(waker);
    }

    #[cfg(unix)]
    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        (**self).descriptor()
    }

    fn limits(&self) -> PacketLimits {
        (**self).limits()
    }

    fn voice_channels(&self) -> VoiceChannels<C> {
        (**self).voice_channels()
    }

    fn delivery_of(&self, channel: C) -> Delivery {
        (**self).delivery_of(channel)
    }

    fn message_bytes_max(&self, channel: C) -> usize {
        (**self).message_bytes_max(channel)
    }

    fn statistics(&self) -> Statistics {
        (**self).statistics()
    }

    fn direct_links(&mut self) -> Option<&mut dyn DirectLinks> {
        (**self).direct_links()
    }
}

/// An event on one of a client's links; its bytes are in the buffer given to [`ClientNetwork::poll_event`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientLinkEvent<C = Delivery> {
    /// The server admitted this client: messages may be sent.
    ///
    /// On a game's network, the bytes are the server's greeting: its data in the network's own handshake, such as a
    /// number for this client.
    Connected,
    /// A packet, or a message of a game, came from the server: the bytes.
    Packet {
        /// What it travelled on.
        channel: C,
    },
    /// The link to the server is gone, or could not be made.
    Disconnected {
        /// Why, and what to do next.
        reason: DisconnectReason,
    },
    /// An event on a direct link to another player, independent of the link to the server. Only reported by networks
    /// with [direct links](ClientNetwork::direct_links).
    Direct {
        /// The link.
        peer: Peer,
        /// The event.
        event: DirectEvent,
    },
}
