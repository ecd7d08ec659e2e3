//! Why a player is not admitted.

use std::fmt;
use std::time::Duration;

use consonance_link::{EndCode, EndReason};

use crate::bans::Ban;
use crate::token::TokenError;

/// Why a player is not admitted. No secret is in it.
///
/// The player gets the [`EndReason`]. Logs have the same text, except for tokens, whose own errors are more specific.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// The token is not good, or there is none.
    Token(TokenError),
    /// No password was presented.
    PasswordMissing,
    /// The password is another one.
    PasswordWrong,
    /// There were too many wrong ones from the same address.
    TooManyGuesses {
        /// The time until passwords from there are checked again, in seconds.
        wait_s: u64,
    },
    /// Neither was presented.
    EitherMissing,
    /// Not both were presented.
    BothMissing,
    /// The operator's service does not admit the player.
    Denied {
        /// The words of the service, fit to be shown; may be empty.
        reason: String,
    },
    /// The operator's service could not be asked.
    HookFailed,
    /// Only players with a token for this name may have it.
    NameReserved,
    /// The name is kept for another account: that of the player that had it last.
    NameKept,
    /// An operator has banned the player.
    Banned(Box<Ban>),
}

impl Refusal {
    /// A word for what failed, for logs and bindings: unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Token(_) => "token",
            Self::PasswordMissing => "password-missing",
            Self::PasswordWrong => "password-wrong",
            Self::TooManyGuesses { .. } => "too-many-guesses",
            Self::EitherMissing => "either-missing",
            Self::BothMissing => "both-missing",
            Self::Denied { .. } => "denied",
            Self::HookFailed => "hook-failed",
            Self::NameReserved => "name-reserved",
            Self::NameKept => "name-kept",
            Self::Banned(_) => "banned",
        }
    }
}

impl From<TokenError> for Refusal {
    fn from(error: TokenError) -> Self {
        Self::Token(error)
    }
}

impl From<&Refusal> for EndReason {
    fn from(refusal: &Refusal) -> Self {
        match refusal {
            Refusal::Token(error) => error.into(),
            Refusal::PasswordMissing => EndCode::PasswordMissing.into(),
            Refusal::PasswordWrong => EndCode::PasswordWrong.into(),
            Refusal::TooManyGuesses { wait_s } => {
                Self { retry_in: Some(Duration::from_secs(*wait_s)), ..EndCode::PasswordAttempts.into() }
            }
            Refusal::EitherMissing => EndCode::PasswordOrToken.into(),
            Refusal::BothMissing => EndCode::PasswordAndToken.into(),
            Refusal::Denied { reason } => Self::with_words(EndCode::Denied, reason),
            Refusal::HookFailed => EndCode::Undecided.into(),
            Refusal::NameReserved => EndCode::NameReserved.into(),
            Refusal::NameKept => {
                Self::with_words(EndCode::NameReserved, "its last player had another certificate")
            }
            Refusal::Banned(ban) => ban.end_reason(),
        }
    }
}

impl From<&TokenError> for EndReason {
    fn from(error: &TokenError) -> Self {
        let at = |code: EndCode, seconds: u64| Self { until: Some(seconds), ..code.into() };
        match error {
            TokenError::Missing => EndCode::TokenMissing.into(),
            TokenError::Malformed(what) | TokenError::Key(what) => {
                Self::with_words(EndCode::TokenInvalid, what)
            }
            TokenError::Signature => EndCode::TokenSignature.into(),
            TokenError::KeyEnded => EndCode::TokenExpired.into(),
            TokenError::Expired { expires_at } => at(EndCode::TokenExpired, *expires_at),
            TokenError::NotYet { not_before } => at(EndCode::TokenEarly, *not_before),
            TokenError::OtherName { name } => Self::with_words(EndCode::NameOfToken, name),
            TokenError::OtherSession { session } => Self::with_words(EndCode::TokenSession, session),
            TokenError::OtherAudience { expected }
            | TokenError::OtherIssuer { expected }
            | TokenError::OtherType { expected } => Self::with_words(EndCode::TokenService, expected),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Token(error) => error.fmt(f),
            other => EndReason::from(other).fmt(f),
        }
    }
}

impl std::error::Error for Refusal {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Token(error) => Some(error),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use super::*;

    #[test]
    fn only_the_error_of_a_token_is_a_source() {
        let refusal = Refusal::Token(TokenError::Signature);
        assert_eq!(refusal.source().map(ToString::to_string), Some(TokenError::Signature.to_string()));
        assert!(Refusal::PasswordWrong.source().is_none());
    }
}
