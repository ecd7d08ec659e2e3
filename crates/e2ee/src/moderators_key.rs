//! The key pair that players' reports are sealed to.

use core::fmt;

use mls_rs::CipherSuiteProvider;
use mls_rs::crypto::{HpkePublicKey, HpkeSecretKey};

use crate::E2eeError;
use crate::identity::cipher_suite;
use crate::key_log::{hex, put_hex};

/// The public key of a game's moderators, of X25519 (RFC 7748). A game ships it: one that a server could name would be
/// the server's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModeratorsKey(HpkePublicKey);

/// The key pair of a game's moderators, which opens players' reports.
#[derive(Clone)]
pub struct ModeratorsSecret {
    secret: HpkeSecretKey,
    public: ModeratorsKey,
}

impl ModeratorsKey {
    /// Bytes of a key.
    pub const BYTES: usize = 32;

    /// The key of these bytes.
    ///
    /// # Errors
    /// [`E2eeError::Malformed`] if they are not [`BYTES`](Self::BYTES).
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, E2eeError> {
        if bytes.len() != Self::BYTES {
            let why = format!("{} bytes, expected {}", bytes.len(), Self::BYTES);
            return Err(E2eeError::Malformed { what: "moderators' key", why });
        }
        Ok(Self(HpkePublicKey::from(bytes.to_vec())))
    }

    /// The key's bytes.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_ref()
    }

    /// Reads a key of 64 hexadecimal digits, as [`Display`](fmt::Display) writes it; white space around it is ignored.
    ///
    /// # Errors
    /// [`E2eeError::Malformed`].
    pub fn from_text(text: &str) -> Result<Self, E2eeError> {
        let bytes = hex(text.trim()).ok_or_else(|| E2eeError::Malformed {
            what: "moderators' key",
            why: "expected 64 hexadecimal digits".into(),
        })?;
        Self::from_bytes(&bytes)
    }

    pub(crate) fn as_hpke(&self) -> &HpkePublicKey {
        &self.0
    }
}

/// As 64 hexadecimal digits.
impl fmt::Display for ModeratorsKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_bytes().iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl ModeratorsSecret {
    /// A new key pair, from the operating system's random numbers.
    ///
    /// # Errors
    /// [`E2eeError::Refused`] where the system has none.
    pub fn generate() -> Result<Self, E2eeError> {
        let made = cipher_suite().kem_generate();
        let (secret, public) = made.map_err(E2eeError::failed("the making of a key"))?;
        Ok(Self { secret, public: ModeratorsKey(public) })
    }

    /// The public half, which players get.
    pub fn public(&self) -> &ModeratorsKey {
        &self.public
    }

    /// Both halves as text: `secret` and `public` before 64 hexadecimal digits each. Keep it as a password.
    pub fn to_text(&self) -> String {
        let mut text = String::from("secret ");
        put_hex(&mut text, self.secret.as_ref());
        text += "\npublic ";
        put_hex(&mut text, self.public.as_bytes());
        text.push('\n');
        text
    }

    /// Reads what [`to_text`](Self::to_text) wrote.
    ///
    /// # Errors
    /// [`E2eeError::Malformed`] if it was not.
    pub fn from_text(text: &str) -> Result<Self, E2eeError> {
        let field = |name: &str| {
            let digits = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))?;
            hex(digits.trim()).filter(|bytes| bytes.len() == ModeratorsKey::BYTES)
        };
        let (Some(secret), Some(public)) = (field("secret"), field("public")) else {
            let why = "expected \"secret\" and \"public\", each with 64 hexadecimal digits".into();
            return Err(E2eeError::Malformed { what: "moderators' key pair", why });
        };
        Ok(Self { secret: HpkeSecretKey::from(secret), public: ModeratorsKey::from_bytes(&public)? })
    }

    pub(crate) fn as_hpke(&self) -> &HpkeSecretKey {
        &self.secret
    }
}

/// Does not show the secret.
impl fmt::Debug for ModeratorsSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ModeratorsSecret").field("public", &self.public).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_are_kept_as_text_are_the_same() {
        let secret = ModeratorsSecret::generate().unwrap();
        let kept = ModeratorsSecret::from_text(&secret.to_text()).unwrap();
        assert_eq!((kept.public(), &kept.secret), (secret.public(), &secret.secret));
        assert_eq!(ModeratorsKey::from_text(&format!("{}\n", secret.public())).as_ref(), Ok(secret.public()));
        for wrong in ["", "secret 00\npublic 00", &secret.public().to_string()] {
            assert!(ModeratorsSecret::from_text(wrong).is_err(), "{wrong}");
        }
        for wrong in ["", "00", &"x".repeat(64), &secret.to_text()] {
            assert!(ModeratorsKey::from_text(wrong).is_err(), "{wrong}");
        }
    }
}
