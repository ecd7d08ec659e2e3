//! End-to-end encryption: whether it is on, and which members can hear.

use consonance_e2ee::KnownKeys;

use super::VoiceChat;
use crate::encryption::EncryptionStatus;

impl VoiceChat {
    /// Whether what is said is encrypted from end to end, and which members can hear it: no other party can. What
    /// records, transcribes or moderates at a server is such a member, with its
    /// [purpose](crate::EncryptedMember::purpose).
    pub fn encryption(&self) -> EncryptionStatus {
        self.running.shared.encryption.get()
    }

    /// Remembers that the safety number of a member was compared and is the same for both. False without such a member.
    pub fn verify_member(&self, name: &str) -> bool {
        self.running.shared.encryption.verify(name)
    }

    /// The players that were met, with their keys, to be kept for the next chat: see
    /// [`EncryptionSettings::known_keys`](crate::EncryptionSettings::known_keys).
    pub fn known_keys(&self) -> KnownKeys {
        self.running.shared.encryption.known_keys()
    }
}
