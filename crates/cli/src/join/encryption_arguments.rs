//! Arguments of `consonance join` for encrypted sessions.

use std::error::Error;
use std::path::PathBuf;

use clap::Args;
use consonance::{AttestationKeys, EncryptionSettings};

use super::identity::{self, IdentityFolder};
use crate::secret_text;

/// Files for encrypted sessions.
#[derive(Debug, Args)]
pub(super) struct EncryptionArguments {
    /// The folder with your key for encrypted sessions and the keys of players you have met [default: one per name, in
    /// your state folder].
    #[arg(long, value_name = "FOLDER")]
    identity: Option<PathBuf>,
    /// Send frames of constant size without a loudness level, so that the server can infer less.
    #[arg(long)]
    constant_rate: bool,
    /// Log the keys of an encrypted session to this file, for `consonance decrypt`: anyone who has it can hear what
    /// the server records. All members see that you are here for recording.
    #[arg(long, value_name = "FILE")]
    key_log: Option<PathBuf>,
    /// The public key of the game's moderators, as written by `consonance decrypt --new-key`: /report NAME REASON
    /// submits what you heard from a player in the last thirty seconds, encrypted to it.
    #[arg(long, value_name = "FILE")]
    moderators_key: Option<PathBuf>,
    /// Sign what you say, once a second, for the others in an encrypted session, so their reports can prove it.
    #[arg(long)]
    sign_speech: bool,
    /// Your account, shown to the members of an encrypted session.
    #[arg(long, value_name = "ID", requires = "attestation")]
    account: Option<String>,
    /// A file with the attestation that your key belongs to the account; see `consonance token attest`.
    #[arg(long, value_name = "FILE", requires = "account")]
    attestation: Option<PathBuf>,
    /// A file with the public key, or the set of keys, for checking other members' attestations.
    #[arg(long, value_name = "FILE")]
    attestation_key: Option<PathBuf>,
}

impl EncryptionArguments {
    pub(super) fn folder(&self, name: &str) -> IdentityFolder {
        IdentityFolder::of(name, self.identity.as_deref())
    }

    /// The settings of a chat with the files of this folder.
    ///
    /// # Errors
    /// If a file cannot be read or understood, or the system has no random numbers.
    pub(super) fn settings(&self, folder: &IdentityFolder) -> Result<EncryptionSettings, Box<dyn Error>> {
        let mut settings = folder.load()?;
        settings.constant_rate = self.constant_rate;
        settings.key_log.clone_from(&self.key_log);
        // With the keys, recordings can be decrypted, so all members are told.
        settings.purpose = self.key_log.is_some().then(|| "recording".into());
        settings.sign_speech = self.sign_speech;
        settings.moderators_key = self.moderators_key.as_deref().map(identity::moderators_key).transpose()?;
        settings.account.clone_from(&self.account);
        settings.attestation = self.attestation.as_deref().map(secret_text::read).transpose()?;
        if let Some(path) = &self.attestation_key {
            let keys = AttestationKeys::from_jwk(&secret_text::read(path)?);
            settings.attestation_keys = keys.map_err(|error| format!("{}: {error}", path.display()))?;
        }
        Ok(settings)
    }
}
