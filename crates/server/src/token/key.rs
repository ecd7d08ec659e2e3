//! Keys that sign and check join tokens.

use std::fmt;

use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use serde::Serialize;

use super::signed::{Signed, encode, message};
use super::{Claims, TokenError, TokenRules, WallClock};

/// A key for join tokens: one secret that signs and checks (HS256), or a pair of which the
/// public half checks (Ed25519).
///
/// A server needs only the public half, so that an attacker that breaks into it still cannot make tokens.
#[derive(Clone, PartialEq, Eq)]
pub struct Key {
    pub(super) kind: Kind,
    /// The name that tokens call it by (`kid`).
    pub(super) id: Option<String>,
    /// In seconds since 1970.
    pub(super) good_until: Option<u64>,
}

#[derive(Clone, PartialEq, Eq)]
pub(super) enum Kind {
    Hs256 { secret: Vec<u8> },
    Ed25519 { public: Vec<u8>, seed: Option<Vec<u8>> },
}

const HS256: &str = "HS256";
/// The signature algorithm of every curve of RFC 8037; the key says which.
const EDDSA: &str = "EdDSA";

impl Key {
    /// A new secret for HS256, from the operating system's random numbers, with a random name.
    ///
    /// # Errors
    /// If the operating system gives none.
    pub fn generate_hs256() -> Result<Self, TokenError> {
        Ok(Self::new(Kind::Hs256 { secret: random::<32>()?.to_vec() }, Some(random_id()?)))
    }

    /// A new pair for Ed25519, from the operating system's random numbers, with a random name.
    ///
    /// # Errors
    /// If the operating system gives none.
    pub fn generate_ed25519() -> Result<Self, TokenError> {
        let seed = random::<32>()?;
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|_| TokenError::Key(NO_PAIR))?;
        let public = pair.public_key().as_ref().to_vec();
        Ok(Self::new(Kind::Ed25519 { public, seed: Some(seed.to_vec()) }, Some(random_id()?)))
    }

    /// The name that tokens call it by (`kid`).
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// The time at which it expires, in seconds since 1970, if it has an end.
    pub fn good_until(&self) -> Option<u64> {
        self.good_until
    }

    /// Whether it signs tokens, and so has to be kept secret.
    pub fn can_sign(&self) -> bool {
        !matches!(self.kind, Kind::Ed25519 { seed: None, .. })
    }

    /// The half that checks and cannot sign.
    ///
    /// # Errors
    /// If there is none: HS256 has one secret for both.
    pub fn public(&self) -> Result<Self, TokenError> {
        match &self.kind {
            Kind::Hs256 { .. } => Err(TokenError::Key("HS256 has no public half: choose Ed25519")),
            Kind::Ed25519 { public, .. } => {
                let kind = Kind::Ed25519 { public: public.clone(), seed: None };
                Ok(Self { kind, id: self.id.clone(), good_until: self.good_until })
            }
        }
    }

    /// A token that says this, and calls the key by its name.
    ///
    /// # Errors
    /// If this is the public half of a key.
    pub fn sign(&self, claims: &Claims) -> Result<String, TokenError> {
        self.sign_json(claims)
    }

    pub(super) fn sign_json(&self, claims: &impl Serialize) -> Result<String, TokenError> {
        let (message, signature) = match &self.kind {
            Kind::Hs256 { secret } => {
                let message = message(HS256, self.id.as_deref(), claims)?;
                let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
                let signature = hmac::sign(&key, message.as_bytes()).as_ref().to_vec();
                (message, signature)
            }
            Kind::Ed25519 { public, seed } => {
                let seed = seed.as_ref().ok_or(TokenError::Key("it is public, and cannot sign"))?;
                let pair = Ed25519KeyPair::from_seed_and_public_key(seed, public)
                    .map_err(|_| TokenError::Key(NO_PAIR))?;
                let message = message(EDDSA, self.id.as_deref(), claims)?;
                let signature = pair.sign(message.as_bytes()).as_ref().to_vec();
                (message, signature)
            }
        };
        Ok(format!("{message}.{}", encode(&signature)))
    }

    #[cfg(feature = "fuzzing")]
    /// A token of these bytes, whatever they are.
    pub(crate) fn sign_anything(&self, header: &[u8], claims: &[u8]) -> String {
        let message = format!("{}.{}", encode(header), encode(claims));
        let Kind::Hs256 { secret } = &self.kind else { return message };
        let signature = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), message.as_bytes());
        format!("{message}.{}", encode(signature.as_ref()))
    }

    /// The claims of a token, if this key has signed it and it is valid at this time, regardless of the key that it
    /// names.
    ///
    /// # Errors
    /// Why it is not good. The key alone decides about the algorithm; a token of another one is not by this key.
    pub fn verify(&self, token: &str, clock: impl Into<WallClock>) -> Result<Claims, TokenError> {
        self.verify_signed(&Signed::read(token)?, &TokenRules::default(), clock.into())
    }

    /// Whether a token that has been read may be by this key, as far as names go.
    pub(super) fn may_have_signed(&self, token: &Signed<'_>) -> bool {
        match (&self.id, &token.key_id) {
            (Some(own), Some(named)) => own == named,
            _ => true,
        }
    }

    pub(super) fn verify_signed(
        &self,
        signed: &Signed<'_>,
        rules: &TokenRules,
        clock: WallClock,
    ) -> Result<Claims, TokenError> {
        let is_good = match &self.kind {
            Kind::Hs256 { secret } if signed.algorithm == HS256 => {
                let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
                hmac::verify(&key, signed.message, &signed.signature).is_ok()
            }
            Kind::Ed25519 { public, .. } if signed.algorithm == EDDSA => {
                let key = UnparsedPublicKey::new(&ED25519, public);
                key.verify(signed.message, &signed.signature).is_ok()
            }
            _ => false,
        };
        if !is_good {
            return Err(TokenError::Signature);
        }
        if self.good_until.is_some_and(|end| end <= clock.now) {
            return Err(TokenError::KeyEnded);
        }
        let claims = signed.claims()?;
        claims.check(clock)?;
        rules.check_signed(signed, &claims)?;
        Ok(claims)
    }

    fn new(kind: Kind, id: Option<String>) -> Self {
        Self { kind, id, good_until: None }
    }
}

/// Does not show secrets.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.kind {
            Kind::Hs256 { .. } => "Key(HS256)",
            Kind::Ed25519 { seed: Some(_), .. } => "Key(Ed25519)",
            Kind::Ed25519 { seed: None, .. } => "Key(Ed25519, public)",
        })
    }
}

/// Long enough that no two keys of one operator have the same.
fn random_id() -> Result<String, TokenError> {
    Ok(encode(&random::<6>()?))
}

fn random<const BYTES: usize>() -> Result<[u8; BYTES], TokenError> {
    let mut bytes = [0; BYTES];
    let drawn = SystemRandom::new().fill(&mut bytes);
    drawn.map_err(|_| TokenError::Key("could not get random numbers from the operating system"))?;
    Ok(bytes)
}

const NO_PAIR: &str = "it is not an Ed25519 pair";
