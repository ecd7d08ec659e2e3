//! Keys that sign and check join tokens.

use std::fmt;

use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use serde::{Deserialize, Serialize};

use super::signed::{Signed, decode, encode, message};
use super::{Claims, TokenError};

/// A key for join tokens: one secret that signs and checks (HS256), or a pair of which the public half checks (Ed25519).
///
/// A server needs no more than the public half, so that whoever breaks into it still cannot make tokens.
#[derive(Clone)]
pub struct Key(Kind);

#[derive(Clone)]
enum Kind {
    Hs256 { secret: Vec<u8> },
    Ed25519 { public: Vec<u8>, seed: Option<Vec<u8>> },
}

/// A JSON Web Key, as far as it matters here (RFC 7518, section 6.4, and RFC 8037, section 2).
#[derive(Serialize, Deserialize)]
struct Jwk {
    kty: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    crv: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    k: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    x: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    d: Option<String>,
}

/// A secret may not be shorter than what the hash gives (RFC 7518, section 3.2).
const LEAST_SECRET_BYTES: usize = 32;
const HS256: &str = "HS256";
/// The signature algorithm of every curve of RFC 8037; the key says which.
const EDDSA: &str = "EdDSA";

impl Key {
    /// A new secret for HS256, from the operating system's random numbers.
    ///
    /// # Errors
    /// If the operating system gives none.
    pub fn generate_hs256() -> Result<Self, TokenError> {
        Ok(Self(Kind::Hs256 { secret: random()?.to_vec() }))
    }

    /// A new pair for Ed25519, from the operating system's random numbers.
    ///
    /// # Errors
    /// If the operating system gives none.
    pub fn generate_ed25519() -> Result<Self, TokenError> {
        let seed = random()?;
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|_| TokenError::Key(NO_PAIR))?;
        let public = pair.public_key().as_ref().to_vec();
        Ok(Self(Kind::Ed25519 { public, seed: Some(seed.to_vec()) }))
    }

    /// Reads a JSON Web Key: `{"kty":"oct","k":…}`, or `{"kty":"OKP","crv":"Ed25519","x":…}`, with `d` if it shall sign.
    ///
    /// # Errors
    /// If it is none, of another kind, or too short.
    pub fn from_jwk(text: &str) -> Result<Self, TokenError> {
        let jwk: Jwk = serde_json::from_str(text).map_err(|_| TokenError::Key("it is no JSON Web Key"))?;
        match (&*jwk.kty, jwk.crv.as_deref(), jwk.k, jwk.x) {
            ("oct", None, Some(secret), _) => {
                let secret = read(&secret)?;
                if secret.len() < LEAST_SECRET_BYTES {
                    return Err(TokenError::Key("a secret has at least 32 bytes"));
                }
                Ok(Self(Kind::Hs256 { secret }))
            }
            ("OKP", Some("Ed25519"), _, Some(public)) => {
                let (public, seed) = (read(&public)?, jwk.d.as_deref().map(read).transpose()?);
                if public.len() != 32 {
                    return Err(TokenError::Key("a public key of Ed25519 has 32 bytes"));
                }
                if let Some(seed) = &seed {
                    Ed25519KeyPair::from_seed_and_public_key(seed, &public)
                        .map_err(|_| TokenError::Key("its two halves do not belong together"))?;
                }
                Ok(Self(Kind::Ed25519 { public, seed }))
            }
            _ => Err(TokenError::Key("only keys of the kinds oct (HS256) and OKP with Ed25519 are known")),
        }
    }

    /// The key as a JSON Web Key, secrets included.
    pub fn to_jwk(&self) -> String {
        let empty = Jwk { kty: String::new(), crv: None, k: None, x: None, d: None };
        let jwk = match &self.0 {
            Kind::Hs256 { secret } => Jwk { kty: "oct".into(), k: Some(encode(secret)), ..empty },
            Kind::Ed25519 { public, seed } => Jwk {
                kty: "OKP".into(),
                crv: Some("Ed25519".into()),
                x: Some(encode(public)),
                d: seed.as_deref().map(encode),
                ..empty
            },
        };
        serde_json::to_string(&jwk).unwrap_or_default()
    }

    /// The half that checks and cannot sign.
    ///
    /// # Errors
    /// If there is none: HS256 has one secret for both.
    pub fn public(&self) -> Result<Self, TokenError> {
        match &self.0 {
            Kind::Hs256 { .. } => Err(TokenError::Key("HS256 has no public half: choose Ed25519")),
            Kind::Ed25519 { public, .. } => Ok(Self(Kind::Ed25519 { public: public.clone(), seed: None })),
        }
    }

    /// A token that says this.
    ///
    /// # Errors
    /// If this is the public half of a key.
    pub fn sign(&self, claims: &Claims) -> Result<String, TokenError> {
        let (message, signature) = match &self.0 {
            Kind::Hs256 { secret } => {
                let message = message(HS256, claims)?;
                let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
                let signature = hmac::sign(&key, message.as_bytes()).as_ref().to_vec();
                (message, signature)
            }
            Kind::Ed25519 { public, seed } => {
                let seed = seed.as_ref().ok_or(TokenError::Key("it is public, and cannot sign"))?;
                let pair = Ed25519KeyPair::from_seed_and_public_key(seed, public)
                    .map_err(|_| TokenError::Key(NO_PAIR))?;
                let message = message(EDDSA, claims)?;
                let signature = pair.sign(message.as_bytes()).as_ref().to_vec();
                (message, signature)
            }
        };
        Ok(format!("{message}.{}", encode(&signature)))
    }

    /// What a token says, if this key has signed it and it is good at `now`, in seconds since 1970.
    ///
    /// # Errors
    /// Why it is not good. The key alone decides about the algorithm; a token of another one is not by this key.
    pub fn verify(&self, token: &str, now: u64) -> Result<Claims, TokenError> {
        let signed = Signed::read(token)?;
        let is_good = match &self.0 {
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
        let claims = signed.claims()?;
        if claims.expires_at <= now {
            return Err(TokenError::Expired { expires_at: claims.expires_at });
        }
        Ok(claims)
    }
}

/// Does not show secrets.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.0 {
            Kind::Hs256 { .. } => "Key(HS256)",
            Kind::Ed25519 { seed: Some(_), .. } => "Key(Ed25519)",
            Kind::Ed25519 { seed: None, .. } => "Key(Ed25519, public)",
        })
    }
}

fn read(part: &str) -> Result<Vec<u8>, TokenError> {
    decode(part).map_err(|_| TokenError::Key("a part is no base64url"))
}

fn random() -> Result<[u8; 32], TokenError> {
    let mut bytes = [0; 32];
    let drawn = SystemRandom::new().fill(&mut bytes);
    drawn.map_err(|_| TokenError::Key("the operating system gives no random numbers"))?;
    Ok(bytes)
}

const NO_PAIR: &str = "it is no pair of Ed25519";
