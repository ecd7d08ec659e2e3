//! Signed join tokens: a player's identity and access, issued by a service that the server trusts.
//!
//! A token is a JSON Web Token (RFC 7519) in its compact form, signed with HS256 (RFC 7518) or Ed25519 (RFC 8037).
//! A key is a JSON Web Key (RFC 7517), so that programs in any language can make tokens.
//!
//! ```
//! use consonance_server::token::{Claims, Key};
//!
//! let key = Key::generate_ed25519()?;
//! let claims = Claims {
//!     name: Some("Alice".into()),
//!     expires_at: 2_000_000_000,
//!     tokens: vec!["gold".into()],
//!     ..Claims::default()
//! };
//! let token = key.sign(&claims)?;
//! // The server has the public half only.
//! let read = key.public()?.verify(&token, 1_900_000_000)?;
//! assert_eq!(read, claims);
//! # Ok::<(), consonance_server::token::TokenError>(())
//! ```

mod attestation;
mod claims;
mod jwk;
mod key;
mod numeric_date;
mod priority_name;
mod rules;
mod signed;

use crate::utc::utc;
pub use claims::{AUDIENCE, Audience, Claims};
pub use key::Key;
pub use priority_name::{priority_name, priority_named};
pub use rules::TokenRules;

/// The time by the wall clock, and the tolerance for wrong clocks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WallClock {
    /// Seconds since 1970.
    pub now: u64,
    /// A token is valid this many seconds earlier and longer than it states (RFC 7519, section 4.1.4, allows a few
    /// minutes).
    pub leeway_s: u64,
}

/// Without leeway.
impl From<u64> for WallClock {
    fn from(now: u64) -> Self {
        Self { now, leeway_s: 0 }
    }
}

/// Why a token or a key cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// No token was presented.
    #[error("this session requires a join token")]
    Missing,
    /// It is not three parts of which the first two are JSON, or its algorithm is not known.
    #[error("malformed join token: {0}")]
    Malformed(&'static str),
    /// No key fits.
    #[error("the join token is not signed with a key of this server")]
    Signature,
    /// The key that fits has an end, and that is over.
    #[error("the join token is signed with a key that is no longer in use: get a new token")]
    KeyEnded,
    /// Its time is over.
    #[error("the join token expired at {}: get a new one", utc(*expires_at))]
    Expired {
        /// The time at which it expired, in seconds since 1970.
        expires_at: u64,
    },
    /// Its time has not come.
    #[error("the join token is not valid before {}: try again then", utc(*not_before))]
    NotYet {
        /// The time at which it becomes valid, in seconds since 1970.
        not_before: u64,
    },
    /// It is for a player of another name.
    #[error("the join token is for {name:?}: join under that name")]
    OtherName {
        /// The player's identity.
        name: String,
    },
    /// It is for another session.
    #[error("the join token is for the session {session:?}")]
    OtherSession {
        /// The session that it is for.
        session: String,
    },
    /// It is for another service.
    #[error("the join token is for another service: its audience (aud) does not name {expected:?}")]
    OtherAudience {
        /// The name that its audience has to contain.
        expected: String,
    },
    /// Another service has issued it, or it does not say which.
    #[error("the join token is from another service: its issuer (iss) is not {expected:?}")]
    OtherIssuer {
        /// The issuer that it has to name.
        expected: String,
    },
    /// It is a token for something else, or does not say for what.
    #[error("this is not a join token: its type (typ) is not {expected:?}")]
    OtherType {
        /// The type that it has to name.
        expected: String,
    },
    /// A key cannot be used.
    #[error("this key cannot be used: {0}")]
    Key(&'static str),
}

impl TokenError {
    /// A word for what failed, for logs and bindings: unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Malformed(_) => "malformed",
            Self::Signature => "signature",
            Self::KeyEnded => "key-ended",
            Self::Expired { .. } => "expired",
            Self::NotYet { .. } => "not-yet",
            Self::OtherName { .. } => "other-name",
            Self::OtherSession { .. } => "other-session",
            Self::OtherAudience { .. } => "other-audience",
            Self::OtherIssuer { .. } => "other-issuer",
            Self::OtherType { .. } => "other-type",
            Self::Key(_) => "key",
        }
    }
}

/// The claims of an unverified token, for display.
///
/// # Errors
/// If it is not a token.
pub fn read_unchecked(token: &str) -> Result<Claims, TokenError> {
    signed::Signed::read(token)?.claims()
}

/// The claims of a token, if one of the keys has signed it and it is valid at this time, with the default
/// [`TokenRules`].
///
/// # Errors
/// The reason why the token is not valid.
pub fn check(keys: &[Key], token: &[u8], clock: impl Into<WallClock>) -> Result<Claims, TokenError> {
    TokenRules::default().check(keys, token, clock)
}
