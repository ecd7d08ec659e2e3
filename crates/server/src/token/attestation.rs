//! Attestations for encrypted sessions: that a player's key belongs to an account (RFC 7800).
//!
//! Members of a session check them with the public half of the key; see `AttestationKeys` of the crate
//! `consonance-e2ee`. They are no secrets, so a token that is bound to a key admits no player.

use serde::Serialize;

use super::signed::encode;
use super::{Key, TokenError};

#[derive(Serialize)]
struct Attestation<'a> {
    sub: &'a str,
    cnf: Confirmation,
    exp: u64,
}

#[derive(Serialize)]
struct Confirmation {
    jwk: PublicJwk,
}

#[derive(Serialize)]
struct PublicJwk {
    kty: &'static str,
    crv: &'static str,
    x: String,
}

impl Key {
    /// A token that says until when, in seconds since 1970, a player's public key of Ed25519 belongs to an account.
    ///
    /// # Errors
    /// If this is a shared secret, which members could not check with, or the public half of a key.
    pub fn attest(
        &self,
        account: &str,
        player_key: &[u8; 32],
        expires_at: u64,
    ) -> Result<String, TokenError> {
        // Fails for a shared secret, which has no public half.
        self.public()?;
        let jwk = PublicJwk { kty: "OKP", crv: "Ed25519", x: encode(player_key) };
        self.sign_json(&Attestation { sub: account, cnf: Confirmation { jwk }, exp: expires_at })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_900_000_000;

    fn is_malformed<T>(result: &Result<T, TokenError>) -> bool {
        matches!(result, Err(TokenError::Malformed(_)))
    }

    #[test]
    fn an_attestation_is_not_a_join_token() {
        let key = Key::generate_ed25519().unwrap();
        let attestation = key.attest("42", &[7; 32], 3_000_000_000).unwrap();
        assert!(is_malformed(&key.verify(&attestation, NOW)));
        let shared = Key::generate_hs256().unwrap();
        assert!(matches!(shared.attest("42", &[7; 32], 3_000_000_000), Err(TokenError::Key(_))));
        for confirmation in [serde_json::json!({}), serde_json::Value::Null] {
            let bound = serde_json::json!({ "exp": 3_000_000_000_u64, "cnf": confirmation });
            assert!(is_malformed(&shared.verify(&shared.sign_json(&bound).unwrap(), NOW)), "{bound}");
        }
    }
}
