//! What a client shows to be let in.

use alloc::boxed::Box;
use core::fmt;

use consonance_wire::limits::MAX_JOIN_TOKEN_BYTES;

/// Bytes that only the operator's own programs understand, usually a signed statement of who this is and what it may do.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct JoinToken(Box<[u8]>);

/// A join token that does not fit into a handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JoinTokenTooLong {
    /// Bytes that it has.
    pub bytes: usize,
}

impl JoinToken {
    /// A token of these bytes.
    ///
    /// # Errors
    /// [`JoinTokenTooLong`] if there are more than [`MAX_JOIN_TOKEN_BYTES`].
    pub fn new(bytes: impl Into<Box<[u8]>>) -> Result<Self, JoinTokenTooLong> {
        let bytes = bytes.into();
        if bytes.len() > MAX_JOIN_TOKEN_BYTES {
            return Err(JoinTokenTooLong { bytes: bytes.len() });
        }
        Ok(Self(bytes))
    }

    /// The bytes as they travel.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Does not show the token, which lets in whoever has it.
impl fmt::Debug for JoinToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JoinToken({} bytes)", self.0.len())
    }
}

impl fmt::Display for JoinTokenTooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { bytes } = self;
        write!(
            f,
            "the join token has {bytes} bytes, at most {MAX_JOIN_TOKEN_BYTES} are allowed: ask for one with fewer claims"
        )
    }
}

impl core::error::Error for JoinTokenTooLong {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_fits_into_a_handshake_and_does_not_show_in_logs() {
        let token = JoinToken::new([7; MAX_JOIN_TOKEN_BYTES]).unwrap();
        assert_eq!(alloc::format!("{token:?}"), "JoinToken(832 bytes)");
        let too_long = JoinToken::new([7; MAX_JOIN_TOKEN_BYTES + 1]);
        assert_eq!(too_long, Err(JoinTokenTooLong { bytes: MAX_JOIN_TOKEN_BYTES + 1 }));
    }
}
