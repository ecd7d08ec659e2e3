//! Encryption settings.

use std::io;
use std::path::PathBuf;

use consonance_e2ee::{
    AttestationKeys, Credential, E2eeError, IdentityKey, KnownKeys, MemberDirectory, MlsMember,
    ModeratorsKey, SpeechSigner,
};

use super::key_log::KeyLogFile;

/// Whether the chat is end-to-end encrypted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EncryptionPolicy {
    /// If the session offers it. Once the session has required it, nothing is sent or heard without encryption.
    #[default]
    WhereOffered,
    /// Always: nothing is sent or heard without encryption, whatever the session offers, its group allows, or a room's
    /// listeners can do. [`Withheld`](crate::EncryptionEvent::Withheld) says what is not sent, and why.
    Required,
    /// Never: a session that requires it refuses this player.
    Never,
}

/// Whether the chat is encrypted, and the player's identity for others.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct EncryptionSettings {
    /// Whether it is encrypted.
    pub policy: EncryptionPolicy,
    /// The player's key, by which others recognise it: keep it from session to session. Without one, a new key is made
    /// for this chat.
    pub identity: Option<IdentityKey>,
    /// The player's account, if the game has accounts: its key belongs to the account, whatever the player's name.
    pub account: Option<String>,
    /// A statement about the account and the public half of `identity`, signed by a service of the game, so that others
    /// need not trust the claim alone: a JSON Web Token with `sub`, `cnf` and `exp`; see [`AttestationKeys`]. All
    /// members see it.
    pub attestation: Option<String>,
    /// The keys of the services whose attestations are trusted; without any, accounts are unproved claims.
    pub attestation_keys: AttestationKeys,
    /// Whether all frames have one size and do not state their loudness (default false). With a variable bit rate, the
    /// server can guess words from the sizes of frames (RFC 6562). It costs a twelfth of the bit rate.
    pub constant_rate: bool,
    /// The players met before, as returned by [`VoiceEncryption::known_keys`](crate::VoiceEncryption::known_keys): the
    /// game is told of those whose key has changed.
    pub known_keys: KnownKeys,
    /// The purpose of this member, if it is not a player: "recording", "moderation". All members see it.
    pub purpose: Option<String>,
    /// A file to which the keys of each epoch are added (default none), for `consonance decrypt`. Its holder can hear
    /// everything that a server has recorded of these epochs: tell the players, and protect it like the recordings. A
    /// new file is readable by this user only, on Unix.
    pub key_log: Option<PathBuf>,
    /// The key of the game's moderators (default none): with it, the last thirty seconds of what this player hears are
    /// kept in memory, and [`VoiceEncryption::report`](crate::VoiceEncryption::report) seals them to it. The game ships
    /// the key; one from the server would let the server read reports.
    pub moderators_key: Option<ModeratorsKey>,
    /// Whether this player signs its speech (default no), about once a second, for the session's members: another
    /// player's report then proves it. Without that, the player can deny it.
    pub sign_speech: bool,
}

/// Encryption settings, prepared for the start of a chat.
pub(crate) struct PreparedEncryption {
    pub(super) policy: EncryptionPolicy,
    pub(super) member: MlsMember,
    pub(super) directory: MemberDirectory,
    pub(super) known_keys: KnownKeys,
    pub(super) constant_rate: bool,
    pub(super) key_log: Option<KeyLogFile>,
    pub(super) moderators_key: Option<ModeratorsKey>,
    pub(super) signer: Option<SpeechSigner>,
}

/// Why the encryption of a chat cannot be prepared.
#[derive(Debug)]
pub(crate) enum PrepareError {
    /// No member can be made with the settings.
    Member(E2eeError),
    /// The file for the session's keys cannot be opened.
    KeyLog { path: String, cause: io::Error },
}

impl From<E2eeError> for PrepareError {
    fn from(cause: E2eeError) -> Self {
        Self::Member(cause)
    }
}

impl EncryptionSettings {
    /// The member with these settings for a player.
    ///
    /// # Errors
    /// If the name, the account, the purpose or the attestation is too long, the operating system has no random
    /// numbers, or the key log cannot be opened.
    pub(crate) fn prepare(self, name: &str) -> Result<PreparedEncryption, PrepareError> {
        let mut credential = Credential::new(name)?;
        if let Some(account) = &self.account {
            credential = credential.with_account(account)?;
        }
        if let Some(purpose) = &self.purpose {
            credential = credential.with_purpose(purpose)?;
        }
        if let Some(attestation) = &self.attestation {
            credential = credential.with_attestation(attestation.as_bytes())?;
        }
        let key = self.identity.map_or_else(IdentityKey::generate, Ok)?;
        let opened = self.key_log.map(|path| {
            KeyLogFile::open(&path)
                .map_err(|cause| PrepareError::KeyLog { path: path.display().to_string(), cause })
        });
        Ok(PreparedEncryption {
            policy: self.policy,
            signer: self.sign_speech.then(|| SpeechSigner::new(key.clone())),
            member: MlsMember::new(key, credential),
            directory: MemberDirectory::new(self.attestation_keys),
            known_keys: self.known_keys,
            constant_rate: self.constant_rate,
            key_log: opened.transpose()?,
            moderators_key: self.moderators_key,
        })
    }
}
