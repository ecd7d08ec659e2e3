//! Unencrypted traffic that the group's signed policy allows: in rooms where a player that cannot encrypt listens.

use consonance_wire::PlainRooms;

use super::PacketCipher;

impl PacketCipher {
    /// The rooms that are not encrypted, by the group's policy; [`PlainRooms::Never`] while there is no group.
    pub fn plain_rooms(&self) -> &PlainRooms {
        &self.plain
    }

    /// Whether voice and text to a room are not encrypted, by the group's policy.
    pub fn is_plain_room(&self, room: u16) -> bool {
        self.plain.contains(room)
    }

    /// Whether voice and text to a player are not encrypted: it is not a member, and the session allows that.
    pub fn is_plain_player(&mut self, name: &str) -> bool {
        self.plain != PlainRooms::Never && !self.senders.is_member(name)
    }

    /// Whether voice and text to a recipient that is not encrypted may leave: not if this player requires encryption.
    pub fn sends_plain(&self) -> bool {
        !self.is_strict
    }

    /// Whether a player's packets to these rooms may arrive without encryption: this player does not require it, and
    /// one of the rooms is not encrypted, or the sender cannot encrypt and the session allows that.
    pub fn accepts_plain(&mut self, sender: Option<&str>, mut rooms: impl Iterator<Item = u16>) -> bool {
        match &self.plain {
            _ if self.is_strict => false,
            PlainRooms::Never => false,
            PlainRooms::All => true,
            plain @ PlainRooms::Only(_) => {
                rooms.any(|room| plain.contains(room))
                    || sender.is_some_and(|name| !self.senders.is_member(name))
            }
        }
    }
}
