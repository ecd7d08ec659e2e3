//! `[[encrypted_sessions]]`: sessions whose encryption differs from that of the others.

use consonance_session::{Encryption, RoomPattern};

use crate::declared::value::DeclaredValue;
use crate::table::table;

table! {
    /// A rule of `[[encrypted_sessions]]`: a pair in [`SessionEncryption`](consonance_server::SessionEncryption), which
    /// only the file names.
    #[schemars(extend("required" = ["session", "encryption"]))]
    pub struct EncryptedSessions {
        /// Which sessions, by name or prefix.
        pub session: String = String::new();
        /// Whether they are encrypted.
        #[serde(with = "crate::declared::value")]
        #[schemars(with = "DeclaredValue<Encryption>")]
        pub encryption: Encryption = Encryption::Required;
    }
}

impl EncryptedSessions {
    /// The same for a server.
    pub(super) fn rule(&self) -> (RoomPattern, Encryption) {
        (self.session.as_str().into(), self.encryption)
    }
}
