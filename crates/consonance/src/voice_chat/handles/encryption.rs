//! End-to-end encryption: whether it is on, which members can hear, and reports of recent speech.

use std::fmt;
use std::sync::Arc;

use consonance_e2ee::{KnownKeys, MemberReport};

use crate::command::Command;
use crate::encryption::{EncryptionStatus, SubmitReportError};
use crate::voice_chat::voice_thread_handle::VoiceThreadHandle;

/// The end-to-end encryption of the session. A member is verified by [`Player::verify`](crate::Player::verify).
///
/// ```no_run
/// # fn of(voice: &consonance::VoiceChat) -> Result<(), consonance::SubmitReportError> {
/// let encryption = voice.encryption();
/// for member in encryption.status().members {
///     println!("{} can hear", member.name);
/// }
/// encryption.report(&["Mallory"], "insults")?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct VoiceEncryption {
    thread: Arc<VoiceThreadHandle>,
}

impl VoiceEncryption {
    pub(crate) fn new(thread: Arc<VoiceThreadHandle>) -> Self {
        Self { thread }
    }

    /// Whether speech is end-to-end encrypted, and which members can hear it: no other party can. A recorder,
    /// transcriber or moderator at a server is such a member, with its [purpose](crate::EncryptedMember::purpose).
    pub fn status(&self) -> EncryptionStatus {
        self.thread.shared.encryption.get()
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
        if !self.thread.shared.encryption.can_report() {
            return Err(SubmitReportError::NoKey);
        }
        if reason.len() > MemberReport::REASON_BYTES_MAX {
            return Err(SubmitReportError::ReasonTooLong { bytes: reason.len() });
        }
        let players = players.iter().map(|&name| name.to_owned()).collect();
        self.thread.ask(Command::Report(players, reason.to_owned()));
        Ok(())
    }

    /// The players met, with their keys, to be stored for the next chat: see
    /// [`EncryptionSettings::known_keys`](crate::EncryptionSettings::known_keys). None is ever forgotten to make room;
    /// [`KnownKeysFull`](crate::EncryptionEvent::KnownKeysFull) reports once there is none.
    pub fn known_keys(&self) -> KnownKeys {
        self.thread.shared.encryption.known_keys()
    }
}

impl fmt::Debug for VoiceEncryption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VoiceEncryption").finish_non_exhaustive()
    }
}
