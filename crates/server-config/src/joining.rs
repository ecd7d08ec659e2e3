//! `[joining]`: which players may join.

use std::path::PathBuf;

use consonance_server::{HookRequests, JoiningSettings};

use crate::contradiction::Contradiction;
use crate::declared::Declared;
use crate::table::{Secret, ServiceUrl, table};

table! {
    /// `[joining]`: which players may join, with the files that have the secrets; see
    /// [`JoiningSettings`](consonance_server::JoiningSettings).
    #[schemars(extend("x-reload" = true))]
    pub struct JoiningConfig {
        /// Files with JSON Web Keys or key sets. With at least one, players need a join token signed by one of the
        /// keys, or a password where one is set.
        #[schemars(extend("format" = "path"))]
        pub token_key_files: Vec<PathBuf> = Vec::new();
        /// Rules, and limits of what is remembered. What is in files is not in it.
        #[serde(with = "crate::declared")]
        #[schemars(with = "Declared<JoiningSettings>", extend("x-flat" = true))]
        pub settings: JoiningSettings = JoiningSettings::default();
        /// The password of sessions without an entry in passwords. Prefer a file.
        #[schemars(example = &"correct horse", extend("x-after" = "disconnect_on_expiry"))]
        pub password: Option<Secret> = None;
        /// A file with that password.
        #[schemars(example = &"password.txt", extend("format" = "path", "x-after" = "password"))]
        pub password_file: Option<PathBuf> = None;
        /// Passwords of sessions; each has a password or a file.
        #[schemars(extend("x-after" = "password_file", "examples" = [[
            { "session": "staff", "file": "staff.txt" },
            { "session": "match-*", "password": "xyzzy" }
        ]]))]
        pub passwords: Vec<SessionPassword> = Vec::new();
        /// An HTTP service that the server asks about every player that the other rules admit; see
        /// docs/guide/joining.md.
        pub hook: HookConfig = HookConfig::default();
    }
}

impl JoiningConfig {
    pub(super) fn contradictions(&self) -> impl Iterator<Item = Contradiction> {
        let is_wrong = |(_, own): &(usize, &SessionPassword)| own.password.is_some() == own.file.is_some();
        let wrong = self.passwords.iter().enumerate().filter(is_wrong);
        wrong.map(|(item, _)| Contradiction::in_item("joining.passwords", item, "set password or file"))
    }
}

table! {
    /// The password of some sessions: as text or in a file.
    #[schemars(extend("required" = ["session"]))]
    pub struct SessionPassword {
        /// Which sessions, by name or prefix.
        pub session: String = String::new();
        /// Their password.
        pub password: Option<Secret> = None;
        /// The file with it.
        #[schemars(extend("format" = "path"))]
        pub file: Option<PathBuf> = None;
    }
}

table! {
    /// `[joining.hook]`: the service that decides last, with the files of its secrets; see
    /// [`HookSettings`](consonance_server::HookSettings).
    #[schemars(extend("x-reload" = true))]
    pub struct HookConfig {
        /// Its URL: https, or http on this machine.
        #[schemars(example = &"https://example.org/join")]
        pub url: Option<ServiceUrl> = None;
        /// How it is called.
        #[serde(with = "crate::declared")]
        #[schemars(with = "Declared<HookRequests>", extend("x-flat" = true))]
        pub requests: HookRequests = HookRequests::default();
        /// A file with the key that signs each request.
        #[schemars(example = &"hook-secret.txt", extend("format" = "path", "x-after" = "fail_open"))]
        pub hmac_secret_file: Option<PathBuf> = None;
        /// A file with a token for Authorization: Bearer.
        #[schemars(example = &"hook-token.txt", extend("format" = "path", "x-after" = "hmac_secret_file"))]
        pub bearer_token_file: Option<PathBuf> = None;
        /// Certificate authorities (PEM) instead of the usual ones.
        #[schemars(example = &"own-authority.pem", extend("format" = "path", "x-after" = "bearer_token_file"))]
        pub authorities_file: Option<PathBuf> = None;
    }
}
