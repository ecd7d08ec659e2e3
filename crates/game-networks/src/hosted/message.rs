//! Messages over the game's network: one voice packet each, with its receivers and its direction.

use consonance_link::Delivery;

use crate::hosted::header;

/// The receiving end of a message. One process may have both ends, and networks have a name or number for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MessageDirection {
    /// From a player to the voice server.
    ToServer,
    /// From the voice server to a player, or from one player to another.
    ToClient,
}

/// The receivers of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageTarget<'a> {
    /// The peer with the voice server. A network may also send it to all: those without a server drop it.
    Server,
    /// One peer.
    Peer(u64),
    /// These peers, each once, at least two; only where the network takes
    /// [lists](crate::hosted::RoomSettings::takes_lists).
    Peers(&'a [u64]),
    /// All others in the room; only where the network can
    /// [address them](crate::hosted::RoomSettings::reaches_all_others).
    AllOthers,
}

/// One voice packet to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoomMessage<'a> {
    /// The receiving end.
    pub direction: MessageDirection,
    /// Its receivers.
    pub target: MessageTarget<'a>,
    /// The required delivery.
    pub delivery: Delivery,
    /// The packet, which is the whole content of the message.
    pub packet: &'a [u8],
}

impl RoomMessage<'_> {
    /// Whether this is a player's introduction, so that others can reach it directly. Some networks can hold such a
    /// message until the connection is up.
    pub fn is_introduction(&self) -> bool {
        header::introduces(self.packet)
    }
}

/// An action for the game.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoomRequest<'a> {
    /// Send this message.
    Send(RoomMessage<'a>),
    /// The voice server here rejects a peer: notify it if the game has a way to; it is safe to ignore. Packets from
    /// the peer are dropped for [a while](crate::hosted::RoomSettings::refused_for).
    Refused {
        /// The peer.
        peer: u64,
        /// The reason, a text for the peer.
        reason: &'a str,
    },
}
