//! What goes through the game's network: one voice packet, its receivers, and for which end there.

use consonance_transport::Delivery;

use crate::header;

/// For which end of the voice a message is. One process may have both, and networks have a name or number for each.
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
    /// These peers, each once, at least two; only where the network takes [lists](crate::RoomSettings::takes_lists).
    Peers(&'a [u64]),
    /// All others in the room; only where the network can
    /// [address them](crate::RoomSettings::reaches_all_others).
    AllOthers,
}

/// One voice packet to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoomMessage<'a> {
    /// For which end there.
    pub direction: MessageDirection,
    /// Its receivers.
    pub target: MessageTarget<'a>,
    /// How it must travel.
    pub delivery: Delivery,
    /// The whole packet, and nothing else, is what the message contains.
    pub packet: &'a [u8],
}

impl RoomMessage<'_> {
    /// Whether this is a player's introduction, so that others can reach it directly. Some networks have a way to
    /// send that waits for the connection.
    pub fn is_introduction(&self) -> bool {
        header::introduces(self.packet)
    }
}

/// What is to be done for a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoomRequest<'a> {
    /// Send this.
    Send(RoomMessage<'a>),
    /// The voice server here wants a peer no longer: say so if the game has a way to, it may be ignored. What comes
    /// from the peer meanwhile is dropped for [a while](crate::RoomSettings::refused_for).
    Refused {
        /// Which one.
        peer: u64,
        /// Words for it.
        reason: &'a str,
    },
}
