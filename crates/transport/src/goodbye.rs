//! Why a server ends a link, for programs.

use std::time::Duration;

/// What kind of reason it is; the words beside it are for people, and may be an operator's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Goodbye {
    /// Its kind.
    pub code: GoodbyeCode,
    /// After how long the same may succeed, where the server knows.
    pub retry_in: Option<Duration>,
}

/// Why a link ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum GoodbyeCode {
    /// The player's join token is missing, wrong or too old.
    Token,
    /// Its password is missing or wrong.
    Password,
    /// Its name is too long, reserved or somebody else's.
    Name,
    /// The session or the server holds as many as it may.
    Full,
    /// An operator has banned it.
    Banned,
    /// What it uses does not fit this server.
    Version,
    /// The session or the server ends.
    Closing,
    /// Another worker has the session, which this link does not lead to.
    Elsewhere,
    /// It did too much against the rules.
    Abuse,
    /// Something else, which the words say.
    Other,
}

impl From<GoodbyeCode> for Goodbye {
    fn from(code: GoodbyeCode) -> Self {
        Self { code, retry_in: None }
    }
}
