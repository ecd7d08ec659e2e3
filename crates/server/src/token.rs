//! Signed join tokens: who a player is and which rooms are open to it, in the words of a service that the server trusts.
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

mod key;
mod signed;

use consonance_session::Access;

pub use key::Key;

/// What a token says.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Claims {
    /// The player's name; anybody's if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The session that it is for, by the name in addresses; any session if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// When it ends, in seconds since 1970. A token without an end is refused.
    #[serde(rename = "exp")]
    pub expires_at: u64,
    /// The player's access tokens.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tokens: Vec<String>,
}

/// Why a token or a key cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// No token was shown.
    #[error("there is no join token")]
    Missing,
    /// It is not three parts of which the first two are JSON, or its algorithm is not known.
    #[error("this is no join token that can be read: {0}")]
    Malformed(&'static str),
    /// No key fits.
    #[error("the signature is not by a key of this server")]
    Signature,
    /// Its time is over.
    #[error("the token was good until {expires_at} s after 1970: get another one")]
    Expired {
        /// When it ended, in seconds since 1970.
        expires_at: u64,
    },
    /// It is for a player of another name.
    #[error("the token is for {name:?}: join under that name")]
    OtherName {
        /// Whom it is for.
        name: String,
    },
    /// It is for another session.
    #[error("the token is for the session {session:?}")]
    OtherSession {
        /// What it is for.
        session: String,
    },
    /// A key cannot be used.
    #[error("this key cannot be used: {0}")]
    Key(&'static str),
}

impl Claims {
    /// What these claims let a player of this name do in this session.
    ///
    /// # Errors
    /// If they are for another name or session.
    pub fn access(&self, session: &str, name: &str) -> Result<Access, TokenError> {
        if let Some(other) = self.name.as_ref().filter(|claimed| *claimed != name) {
            return Err(TokenError::OtherName { name: other.clone() });
        }
        if let Some(other) = self.session.as_ref().filter(|claimed| *claimed != session) {
            return Err(TokenError::OtherSession { session: other.clone() });
        }
        Ok(self.tokens.iter().collect())
    }
}

/// The access that a token gives, if one of the keys has signed it and it is good at `now`, in seconds since 1970.
///
/// # Errors
/// Why it is not good.
pub fn check(keys: &[Key], session: &str, name: &str, token: &[u8], now: u64) -> Result<Access, TokenError> {
    if token.is_empty() {
        return Err(TokenError::Missing);
    }
    let token = str::from_utf8(token).map_err(|_| TokenError::Malformed("it is no text"))?;
    let mut refused = TokenError::Signature;
    for key in keys {
        match key.verify(token, now) {
            Ok(claims) => return claims.access(session, name),
            Err(TokenError::Signature) => {}
            Err(error) => refused = error,
        }
    }
    Err(refused)
}
