//! End-to-end encryption: whether it is on, which members can hear, and reports of what was heard.

use consonance_e2ee::{KnownKeys, MemberReport};

use super::VoiceChat;
use crate::command::Command;
use crate::encryption::{EncryptionStatus, SubmitReportError};

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

    /// Submits what was heard of these players in the last thirty seconds, or of all if none is named, to the game's
    /// moderators, with a reason of up to 1000 bytes. It is sealed to
    /// [`moderators_key`](crate::EncryptionSettings::moderators_key): the server keeps it, and cannot read it.
    ///
    /// [`EncryptionEvent::ReportTaken`](crate::EncryptionEvent::ReportTaken) tells that it is kept, or
    /// [`EncryptionEvent::ReportRefused`](crate::EncryptionEvent::ReportRefused) why not. A player can report once in a
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

    /// The players that were met, with their keys, to be kept for the next chat: see
    /// [`EncryptionSettings::known_keys`](crate::EncryptionSettings::known_keys).
    pub fn known_keys(&self) -> KnownKeys {
        self.running.shared.encryption.known_keys()
    }
}
