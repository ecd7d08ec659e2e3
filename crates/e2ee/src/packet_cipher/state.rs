//! Whether the packets of a player are encrypted, in a word.

use consonance_wire::PlainRooms;

use super::PacketCipher;

/// Whether a player's packets are encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "exhaustive"), non_exhaustive)]
pub enum CipherState {
    /// They are not.
    Off,
    /// Nothing passes: there are no keys, or no room is encrypted and this player requires encryption.
    Waiting,
    /// They are, except in the group's unencrypted rooms.
    On,
}

impl PacketCipher {
    /// The state of a player whose packets pass this cipher if `is_in_force`; `is_encrypting` if its session has a
    /// group now.
    pub fn state(&self, is_in_force: bool, is_encrypting: bool) -> CipherState {
        let has_keys = self.has_keys() && is_encrypting;
        match (is_in_force, has_keys, &self.plain) {
            (false, ..) => CipherState::Off,
            (true, true, PlainRooms::All) if self.sends_plain() => CipherState::Off,
            (true, true, PlainRooms::Only(_) | PlainRooms::Never) => CipherState::On,
            (true, false, _) | (true, true, PlainRooms::All) => CipherState::Waiting,
        }
    }
}
