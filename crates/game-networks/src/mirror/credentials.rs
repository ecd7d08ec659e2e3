//! Credentials for Mirror's own authenticator.

use std::{fmt, hint, iter};

use crate::mirror::{Dialect, MessageKind, text};

/// User and password of Mirror's `BasicAuthenticator`. They travel as plain text.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    user: String,
    password: String,
}

/// A user or a password that does not fit its message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a user or a password of {bytes} bytes is too long; at most {CREDENTIAL_BYTES_MAX} are possible")]
pub struct CredentialsTooLong {
    /// How long it is.
    pub bytes: usize,
}

/// The longest user or password, in bytes of UTF-8: both fit the smallest batch of any transport.
pub const CREDENTIAL_BYTES_MAX: usize = 512;

impl Credentials {
    /// A user and a password.
    ///
    /// # Errors
    /// If one of them is longer than [`CREDENTIAL_BYTES_MAX`].
    pub fn new(user: impl Into<String>, password: impl Into<String>) -> Result<Self, CredentialsTooLong> {
        let (user, password) = (user.into(), password.into());
        let bytes = user.len().max(password.len());
        if bytes > CREDENTIAL_BYTES_MAX {
            return Err(CredentialsTooLong { bytes });
        }
        Ok(Self { user, password })
    }

    /// Whether the body of an [`AuthRequest`](MessageKind::AuthRequest) holds them, which takes as long wherever it
    /// differs.
    pub fn are_in(&self, body: &[u8]) -> bool {
        let Some((user, rest)) = text::read(body) else { return false };
        let Some((password, [])) = text::read(rest) else { return false };
        are_equal(user, &self.user) & are_equal(password, &self.password)
    }

    /// Appends the message that asks to be admitted.
    pub(crate) fn write_request(&self, dialect: Dialect, batch: &mut Vec<u8>) {
        let lengths = [&self.user, &self.password].map(|text| text::length_prefix(text).unwrap_or_default());
        let body = [lengths[0].as_slice(), self.user.as_bytes(), &lengths[1], self.password.as_bytes()];
        dialect.write_message(MessageKind::AuthRequest, &body, batch);
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Credentials").field("user", &self.user).finish_non_exhaustive()
    }
}

/// Whether a client has sent what is expected. How long that takes depends on the length of what is expected only.
fn are_equal(said: &str, expected: &str) -> bool {
    let are_as_long = said.len() == expected.len();
    let said = said.bytes().chain(iter::repeat(0));
    let difference =
        expected.bytes().zip(said).fold(0, |difference, (expected, said)| difference | (expected ^ said));
    (hint::black_box(difference) == 0) & are_as_long
}

/// The answer's code for an accepted client, and its text in Mirror.
pub(crate) const TAKEN_IN: (u8, &str) = (100, "Success");
/// The same for a refused client.
pub(crate) const REFUSED: (u8, &str) = (200, "Invalid Credentials");

/// Appends the answer.
pub(crate) fn write_response(dialect: Dialect, (code, words): (u8, &str), batch: &mut Vec<u8>) {
    let length = text::length_prefix(words).unwrap_or_default();
    dialect.write_message(MessageKind::AuthResponse, &[&[code], &length, words.as_bytes()], batch);
}
