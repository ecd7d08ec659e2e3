//! The token that a client presents to be admitted.

use alloc::boxed::Box;
use core::fmt;

use consonance_wire::limits::JOIN_TOKEN_BYTES_MAX;

/// Bytes that only the operator's own programs understand, usually a signed statement of the player's identity and
/// permissions.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct JoinToken(Box<[u8]>);

/// A join token that does not fit into a handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the join token has {bytes} bytes, at most {JOIN_TOKEN_BYTES_MAX} are allowed: ask for one with fewer claims"
)]
pub struct JoinTokenTooLong {
    /// The length of the token in bytes.
    pub bytes: usize,
}

impl JoinToken {
    /// A token of these bytes.
    ///
    /// # Errors
    /// [`JoinTokenTooLong`] if there are more than [`JOIN_TOKEN_BYTES_MAX`].
    pub fn new(bytes: impl Into<Box<[u8]>>) -> Result<Self, JoinTokenTooLong> {
        let bytes = bytes.into();
        if bytes.len() > JOIN_TOKEN_BYTES_MAX {
            return Err(JoinTokenTooLong { bytes: bytes.len() });
        }
        Ok(Self(bytes))
    }

    /// A token, if there is one, and a password.
    ///
    /// They are transmitted with a line break between them, which no token contains.
    ///
    /// # Errors
    /// [`JoinTokenTooLong`] if both together have more than [`JOIN_TOKEN_BYTES_MAX`] less one.
    pub fn with_password(token: Option<&str>, password: &str) -> Result<Self, JoinTokenTooLong> {
        Self::new([token.unwrap_or_default().as_bytes(), b"\n", password.as_bytes()].concat())
    }

    /// The token alone; empty if there is none.
    pub fn token(&self) -> &[u8] {
        self.parts().0
    }

    /// The password, if there is one.
    pub fn password(&self) -> Option<&[u8]> {
        self.parts().1
    }

    fn parts(&self) -> (&[u8], Option<&[u8]>) {
        match self.0.iter().position(|byte| *byte == b'\n') {
            Some(end) => (&self.0[..end], Some(&self.0[end + 1..])),
            None => (&self.0, None),
        }
    }

    /// The bytes as transmitted.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Does not show the token, which admits its bearer.
impl fmt::Debug for JoinToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JoinToken({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn token_and_password_travel_together_and_are_told_apart() {
        for (token, password) in
            [(None, "let me in"), (Some("a.b.c"), "x"), (Some("a.b.c"), ""), (None, "a\nb")]
        {
            let shown = JoinToken::with_password(token, password).unwrap();
            assert_eq!(shown.token(), token.unwrap_or_default().as_bytes());
            assert_eq!(shown.password(), Some(password.as_bytes()));
        }
        let alone = JoinToken::new(*b"a.b.c").unwrap();
        assert_eq!((alone.token(), alone.password()), (&b"a.b.c"[..], None));
        assert!(JoinToken::with_password(None, &"x".repeat(JOIN_TOKEN_BYTES_MAX)).is_err());
    }

    #[test]
    fn a_token_fits_into_a_handshake_and_does_not_show_in_logs() {
        let token = JoinToken::new([7; JOIN_TOKEN_BYTES_MAX]).unwrap();
        assert_eq!(alloc::format!("{token:?}"), "JoinToken(832 bytes)");
        let too_long = JoinToken::new([7; JOIN_TOKEN_BYTES_MAX + 1]);
        assert_eq!(too_long, Err(JoinTokenTooLong { bytes: JOIN_TOKEN_BYTES_MAX + 1 }));
    }
}
