//! Why somebody is not let in, in words for the player and for the operator.

use crate::token::TokenError;

/// Why somebody is not let in. No secret is in its words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The token is not good, or there is none.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// No password was shown.
    #[error("this session asks for a password")]
    PasswordMissing,
    /// The password is another one.
    #[error("the password is wrong")]
    PasswordWrong,
    /// There were too many wrong ones from the same address.
    #[error("too many wrong passwords from your address: try again in {wait_s} s")]
    TooManyGuesses {
        /// When it is looked at again.
        wait_s: u64,
    },
    /// Neither was shown.
    #[error("this session asks for a join token or a password")]
    EitherMissing,
    /// Not both were shown.
    #[error("this session asks for a join token and a password")]
    BothMissing,
    /// The operator's service does not let it in.
    #[error("the server does not let this player in{}", after_colon(reason))]
    Denied {
        /// What the service said, fit to be shown; empty if nothing.
        reason: String,
    },
    /// The operator's service could not be asked.
    #[error("the server cannot find out at the moment whether this player may join: try again")]
    HookFailed,
    /// Only who has a token for this name may have it.
    #[error("this name is reserved: choose another one, or join with a token that is for this name")]
    NameReserved,
    /// An operator has banned the player; says until when, and why.
    #[error("{0}")]
    Banned(String),
}

fn after_colon(reason: &str) -> String {
    if reason.is_empty() { String::new() } else { format!(": {reason}") }
}
