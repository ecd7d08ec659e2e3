//! End-to-end encryption: whether it is on, and who can hear.

use super::VoiceChat;
use crate::encryption::EncryptionStatus;

impl VoiceChat {
    /// Whether what is said is encrypted from end to end, and which members can hear it: nobody else can. Of a server
    /// that records, transcribes or moderates, each ear is such a member, with its
    /// [purpose](crate::EncryptedMember::purpose).
    pub fn encryption(&self) -> EncryptionStatus {
        self.running.shared.encryption.get()
    }
}
