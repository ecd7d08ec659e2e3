//! `encryption` and `[[encrypted_sessions]]`: which sessions are encrypted from end to end.

use consonance_session::{Encryption, RoomPattern};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::table::table;

/// What a session asks of its clients; see [`Encryption`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EncryptionRule {
    /// Nothing is encrypted from end to end.
    Off,
    /// Clients that can do it; a room is not encrypted while another client listens to it.
    Allowed,
    /// Other clients are refused.
    Required,
}

impl From<EncryptionRule> for Encryption {
    fn from(rule: EncryptionRule) -> Self {
        match rule {
            EncryptionRule::Off => Self::Off,
            EncryptionRule::Allowed => Self::Allowed,
            EncryptionRule::Required => Self::Required,
        }
    }
}

table! {
    /// A rule of `[[encrypted_sessions]]`.
    #[schemars(extend("required" = ["session", "encryption"]))]
    pub struct EncryptedSessions {
        /// Which sessions, by name or prefix.
        pub session: String = String::new();
        /// Whether they are encrypted.
        pub encryption: EncryptionRule = EncryptionRule::Required;
    }
}

impl EncryptedSessions {
    /// The same for a server.
    pub(super) fn rule(&self) -> (RoomPattern, Encryption) {
        (self.session.as_str().into(), self.encryption.into())
    }
}
