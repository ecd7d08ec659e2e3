//! Attestations: signed statements of a service that the game trusts, which bind a player's key to an account.
//!
//! An attestation is a JSON Web Token (RFC 7519) signed with Ed25519 (RFC 8037). `sub` is the account, `cnf` has the
//! player's public key as a JSON Web Key (RFC 7800, section 3.2), and `exp` says when it ends. All members see it, so
//! it is worth nothing without the key: servers accept no token with `cnf` to join.

use core::slice;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use mls_rs::CipherSuiteProvider as _;
use mls_rs::time::MlsTime;
use serde_json::Value;

use crate::identity::cipher_suite;
use crate::{Credential, E2eeError, PublicKey};

/// The proof that a member's account is genuine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(not(feature = "exhaustive"), non_exhaustive)]
pub enum AccountProof {
    /// Nothing: the member has no account or shows no attestation for it, or the game has no key to check one.
    #[default]
    Claimed,
    /// A service that the game trusts has signed that this key belongs to the account.
    Attested,
    /// The member shows an attestation that is not valid: of another service, for another account or key, or expired.
    Rejected,
}

/// The public keys of the services that attest to accounts: Ed25519.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AttestationKeys(Vec<PublicKey>);

impl AttestationKeys {
    /// Keys in one set.
    pub const MAX: usize = 64;

    /// Reads a JSON Web Key (RFC 8037, section 2), or a set of them (RFC 7517, section 5).
    ///
    /// # Errors
    /// [`E2eeError::Malformed`] if it is neither, has a key of another kind, or more than [`MAX`](Self::MAX).
    pub fn from_jwk(text: &str) -> Result<Self, E2eeError> {
        let malformed = |why: String| E2eeError::Malformed { what: "attestation key", why };
        let file: Value = serde_json::from_str(text).map_err(|error| malformed(error.to_string()))?;
        let keys = file.get("keys").and_then(Value::as_array).map_or(slice::from_ref(&file), Vec::as_slice);
        if !(1..=Self::MAX).contains(&keys.len()) {
            return Err(malformed(format!("{} keys, expected 1 to {}", keys.len(), Self::MAX)));
        }
        let keys = keys.iter().map(|key| {
            let expected = "expected \"kty\": \"OKP\", \"crv\": \"Ed25519\" and 32 bytes as \"x\"";
            public_key(key).ok_or_else(|| malformed(expected.into()))
        });
        keys.collect::<Result<_, _>>().map(Self)
    }

    /// Whether there are none, so that no attestation is checked.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The proof that a credential's attestation gives at this time.
    pub(crate) fn check(&self, credential: &Credential, key: &PublicKey) -> AccountProof {
        self.check_at(MlsTime::now().seconds_since_epoch(), credential, key)
    }

    fn check_at(&self, now: u64, credential: &Credential, key: &PublicKey) -> AccountProof {
        let (Some(account), false) =
            (credential.account(), self.is_empty() || credential.attestation().is_empty())
        else {
            return AccountProof::Claimed;
        };
        match self.read(credential.attestation()) {
            Some(claims) if do_attest(&claims, now, account, key) => AccountProof::Attested,
            _ => AccountProof::Rejected,
        }
    }

    /// The claims; `None` if none of the keys has signed them.
    fn read(&self, token: &[u8]) -> Option<Value> {
        let token = str::from_utf8(token).ok()?.trim_ascii();
        let (message, signature) = token.rsplit_once('.')?;
        let (header, claims) = message.split_once('.')?;
        let header = from_part(header)?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        let has_signed = |key: &PublicKey| {
            cipher_suite().verify(key.as_signature_key(), &signature, message.as_bytes()).is_ok()
        };
        // No critical extension (RFC 7515, section 4.1.11) is supported.
        let is_known = header.get("alg")?.as_str() == Some("EdDSA") && header.get("crit").is_none();
        let is_valid = is_known && self.0.iter().any(has_signed);
        is_valid.then(|| from_part(claims))?
    }
}

/// How wrong clocks may be (RFC 7519, section 4.1.4).
const LEEWAY_S: u64 = 300;

/// Whether claims are about this account and key, now.
fn do_attest(claims: &Value, now: u64, account: &str, key: &PublicKey) -> bool {
    let time = |name: &str| claims.get(name).and_then(Value::as_f64);
    let has_begun = claims.get("nbf").is_none() || time("nbf").is_some_and(|at| at < (now + LEEWAY_S) as f64);
    let is_over = time("exp").is_none_or(|at| at <= now.saturating_sub(LEEWAY_S) as f64);
    let is_account = claims.get("sub").and_then(Value::as_str) == Some(account);
    let jwk = claims.get("cnf").and_then(|confirmation| confirmation.get("jwk"));
    has_begun && !is_over && is_account && jwk.and_then(public_key).as_ref() == Some(key)
}

/// The key of Ed25519 that a JSON Web Key has.
fn public_key(jwk: &Value) -> Option<PublicKey> {
    let field = |name: &str| jwk.get(name).and_then(Value::as_str);
    let is_ed25519 = field("kty") == Some("OKP") && field("crv") == Some("Ed25519");
    let bytes = URL_SAFE_NO_PAD.decode(field("x").filter(|_| is_ed25519)?).ok()?;
    (bytes.len() == 32).then(|| PublicKey::from_bytes(&bytes))
}

fn from_part(part: &str) -> Option<Value> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::IdentityKey;

    /// RFC 8037, appendix A: its key, and the token of A.4 signed with it.
    const RFC_KEY: &str =
        r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;

    struct Service(IdentityKey);

    impl Service {
        fn new() -> Self {
            Self(IdentityKey::generate().unwrap())
        }

        fn keys(&self) -> AttestationKeys {
            AttestationKeys::from_jwk(&jwk(self.0.public())).unwrap()
        }

        fn sign(&self, header: &str, claims: &str) -> Vec<u8> {
            let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
            let signature = cipher_suite().sign(self.0.secret(), message.as_bytes()).unwrap();
            format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)).into_bytes()
        }
    }

    fn jwk(key: &PublicKey) -> String {
        format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{}"}}"#, URL_SAFE_NO_PAD.encode(key.as_bytes()))
    }

    fn claims(account: &str, key: &PublicKey, exp: u64) -> String {
        format!(r#"{{"sub":"{account}","cnf":{{"jwk":{}}},"exp":{exp}}}"#, jwk(key))
    }

    fn credential(attestation: &[u8]) -> Credential {
        let credential = Credential::new("Ann").unwrap().with_account("42").unwrap();
        credential.with_attestation(attestation).unwrap()
    }

    const EDDSA: &str = r#"{"alg":"EdDSA"}"#;
    const NOW: u64 = 1_800_000_000;

    #[test]
    fn an_attestation_proves_the_account_of_its_key_until_it_ends() {
        let (service, ann) = (Service::new(), IdentityKey::generate().unwrap());
        let token = service.sign(EDDSA, &claims("42", ann.public(), NOW + 60));
        let at = |now| service.keys().check_at(now, &credential(&token), ann.public());
        assert_eq!(at(NOW), AccountProof::Attested);
        assert_eq!(at(NOW + 60 + LEEWAY_S), AccountProof::Rejected);
    }

    #[test]
    fn an_attestation_for_other_things_proves_nothing() {
        let (service, ann) = (Service::new(), IdentityKey::generate().unwrap());
        let mallory = IdentityKey::generate().unwrap();
        let good = claims("42", ann.public(), NOW + 60);
        let early = good.replace("\"exp\"", &format!("\"nbf\":{},\"exp\"", NOW + 1000));
        for (what, token) in [
            ("another account", service.sign(EDDSA, &claims("43", ann.public(), NOW + 60))),
            ("another key", service.sign(EDDSA, &claims("42", mallory.public(), NOW + 60))),
            ("another service", Service::new().sign(EDDSA, &good)),
            ("another algorithm", service.sign(r#"{"alg":"none"}"#, &good)),
            ("an extension", service.sign(r#"{"alg":"EdDSA","crit":["b64"]}"#, &good)),
            ("no end", service.sign(EDDSA, &good.replace("\"exp\"", "\"end\""))),
            ("no key", service.sign(EDDSA, &format!(r#"{{"sub":"42","exp":{}}}"#, NOW + 60))),
            ("not yet", service.sign(EDDSA, &early)),
            ("no token", b"\xff.a.b".to_vec()),
        ] {
            let proof = service.keys().check_at(NOW, &credential(&token), ann.public());
            assert_eq!(proof, AccountProof::Rejected, "{what}");
        }
    }

    #[test]
    fn without_keys_or_an_attestation_an_account_is_a_claim() {
        let (service, ann) = (Service::new(), IdentityKey::generate().unwrap());
        let token = service.sign(EDDSA, &claims("42", ann.public(), NOW + 60));
        let none = AttestationKeys::default();
        assert_eq!(none.check_at(NOW, &credential(&token), ann.public()), AccountProof::Claimed);
        assert_eq!(service.keys().check_at(NOW, &credential(b""), ann.public()), AccountProof::Claimed);
    }

    #[test]
    fn the_example_of_rfc_8037_is_by_its_key() {
        let keys = AttestationKeys::from_jwk(&format!(r#"{{"keys":[{RFC_KEY}]}}"#)).unwrap();
        let token = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6\
                     dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
        let (message, signature) = token.rsplit_once('.').unwrap();
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        let verified = cipher_suite().verify(keys.0[0].as_signature_key(), &signature, message.as_bytes());
        assert!(verified.is_ok());
    }

    #[test]
    fn a_key_of_another_kind_is_not_read() {
        for text in
            ["", "{}", r#"{"keys":[]}"#, &RFC_KEY.replace("Ed25519", "X25519"), &RFC_KEY.replace("11qY", "")]
        {
            assert_eq!(AttestationKeys::from_jwk(text).unwrap_err().code(), "malformed", "{text}");
        }
    }
}
