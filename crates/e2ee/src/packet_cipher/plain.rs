//! Unencrypted traffic that the group's signed policy allows: in rooms where a player that cannot encrypt listens.

use consonance_wire::PlainRooms;

use super::PacketCipher;

impl PacketCipher {
    /// Whether voice and text to a room are not encrypted.
    pub fn is_plain_room(&self, room: u16) -> bool {
        self.plain.contains(room)
    }

    /// Whether voice and text to a player are not encrypted: it is not a member, and the session allows that.
    pub fn is_plain_player(&mut self, name: &str) -> bool {
        self.plain != PlainRooms::Never && !self.senders.is_member(name)
    }

    /// Whether a player's packets to these rooms may arrive without encryption: one of them is not encrypted, or the
    /// player cannot encrypt and the session allows that.
    pub fn accepts_plain(&mut self, sender: Option<&str>, mut rooms: impl Iterator<Item = u16>) -> bool {
        match &self.plain {
            PlainRooms::Never => false,
            PlainRooms::All => true,
            plain @ PlainRooms::Only(_) => {
                rooms.any(|room| plain.contains(room))
                    || sender.is_some_and(|name| !self.senders.is_member(name))
            }
        }
    }
}
