//! A chat's part in the end-to-end encryption of its session.

use serde::{Deserialize, Serialize};

/// The encryption state of a chat whose session is encrypted, or that wants that.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct EncryptionRow {
    /// Whether it has keys, and the session offers encryption: otherwise nothing is sent or heard.
    pub has_keys: bool,
    /// Counts the changes of keys.
    pub epoch: Option<u64>,
    /// The names of the members, which can hear.
    pub members: Vec<String>,
    /// Packets of others that were dropped: unencrypted, of an unknown epoch, replayed or forged.
    pub refused: u64,
}
