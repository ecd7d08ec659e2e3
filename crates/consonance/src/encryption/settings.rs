//! How a chat encrypts.

use consonance_e2ee::{
    AttestationKeys, Credential, E2eeError, IdentityKey, KnownKeys, MemberDirectory, MlsMember,
};

/// Whether the chat is encrypted from end to end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EncryptionPolicy {
    /// Where the session offers it. Once the session has required it, nothing passes without encryption any more.
    #[default]
    WhereOffered,
    /// Always: where the session does not offer it, nothing is sent and nothing is heard.
    Required,
    /// Never: a session that requires it refuses this player.
    Never,
}

/// Whether the chat is encrypted, and what the player is to the others.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct EncryptionSettings {
    /// Whether it is encrypted.
    pub policy: EncryptionPolicy,
    /// The player's key, which others know it again by: keep it from session to session. Without one, a new key is made
    /// for this chat.
    pub identity: Option<IdentityKey>,
    /// The player's account, if the game has any: its key belongs to that, whatever the player is called.
    pub account: Option<String>,
    /// What a service of the game has signed about the account and the public half of `identity`, so that others need
    /// not believe the claim: a JSON Web Token with `sub`, `cnf` and `exp`; see [`AttestationKeys`]. All members see
    /// it.
    pub attestation: Option<String>,
    /// The keys of the services whose attestations are believed; without any, accounts are claims.
    pub attestation_keys: AttestationKeys,
    /// Whether all frames have one size and say nothing of how loud they are (default false). With a variable bit rate,
    /// the server can guess at words by the sizes of frames (RFC 6562). It costs a twelfth of the bit rate.
    pub constant_rate: bool,
    /// The players that were met before, as [`VoiceChat::known_keys`](crate::VoiceChat::known_keys) had them: of
    /// one with another key than then the game is told.
    pub known_keys: KnownKeys,
    /// What this member is for, if it is not a player: "recording", "moderation". All members see it.
    pub purpose: Option<String>,
}

/// What a chat is started with.
pub(crate) struct PreparedEncryption {
    pub(super) policy: EncryptionPolicy,
    pub(super) member: MlsMember,
    pub(super) directory: MemberDirectory,
    pub(super) known_keys: KnownKeys,
    pub(super) constant_rate: bool,
}

impl EncryptionSettings {
    /// The member that these make of a player.
    ///
    /// # Errors
    /// If the name, the account, the purpose or the attestation is too long, or the operating system has no random
    /// numbers.
    pub(crate) fn prepare(self, name: &str) -> Result<PreparedEncryption, E2eeError> {
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
        let (policy, known_keys) = (self.policy, self.known_keys);
        let member = MlsMember::new(key, credential);
        let constant_rate = self.constant_rate;
        Ok(PreparedEncryption {
            constant_rate,
            policy,
            member,
            directory: MemberDirectory::new(self.attestation_keys),
            known_keys,
        })
    }
}
