//! End-to-end encryption: whether it is on, which members can hear, and reports of recent speech.

use consonance_e2ee::{KnownKeys, MemberReport};

use super::VoiceChat;
use crate::command::Command;
use crate::encryption::{EncryptionStatus, SubmitReportError};

impl VoiceChat {
    /// Whether speech is end-to-end encrypted, and which members can hear it: no other party can. A recorder,
    /// transcriber or moderator at a server is such a member, with its [purpose](crate::EncryptedMember::purpose).
    pub fn encryption(&self) -> EncryptionStatus {
        self.running.shared.encryption.get()
    }

    /// Marks a member as verified, after its safety number was compared and equal on both sides. False without such a
    /// member, or if there is no room to remember it:
    /// [`KnownKeysFull`](crate::EncryptionEvent::KnownKeysFull) tells that.
    pub fn verify_member(&self, name: &str) -> bool {
        self.running.shared.encryption.verify(name)
    }

    /// Reports the speech of these players in the last thirty seconds, or of all if the list is empty, to the game's
    /// moderators, with a reason of up to 1000 bytes. It is sealed to
    /// [`moderators_key`](crate::EncryptionSettings::moderators_key): the server keeps it, and cannot read it.
    ///
    /// [`EncryptionEvent::ReportTaken`](crate::EncryptionEvent::ReportTaken) reports that it is kept, or
    /// [`EncryptionEvent::ReportRefused`](crate::EncryptionEvent::ReportRefused) why not. A player can report once per
    /// minute.
    ///
    /// # Errors
    /// If there is no key to seal it to, or the reason is too long.
    pub fn report(&self, players: &[&str], reason: &str) -> Result<(), SubmitReportError> {
        if !self.running.shared.encryption.can_report() {
            return Err(SubmitReportError::NoKey);
        }
        if reason.len() > MemberReport::REASON_BYTES_MAX {
            return Err(SubmitReportError::ReasonTooLong { bytes: reason.len() });
        }
        let players = players.iter().map(|&name| name.to_owned()).collect();
        self.ask(Command::Report(players, reason.to_owned()));
        Ok(())
    }

    /// The players met, with their keys, to be stored for the next chat: see
    /// [`EncryptionSettings::known_keys`](crate::EncryptionSettings::known_keys). None is ever forgotten to make room;
    /// [`KnownKeysFull`](crate::EncryptionEvent::KnownKeysFull) tells once there is none.
    pub fn known_keys(&self) -> KnownKeys {
        self.running.shared.encryption.known_keys()
    }
}
