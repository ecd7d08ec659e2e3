//! Keys as files have them: JSON Web Keys (RFC 7518, section 6.4, and RFC 8037, section 2), alone or in
//! a set (RFC 7517, section 5).

use ring::signature::{Ed25519KeyPair, KeyPair as _};
use serde::{Deserialize, Serialize};

use super::key::{Key, Kind};
use super::signed::{decode, encode};
use super::{TokenError, numeric_date};

/// Unknown members are ignored.
#[derive(Serialize, Deserialize)]
pub(super) struct Jwk {
    kty: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    crv: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kid: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    k: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    x: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    d: Option<String>,
    /// The time at which the key expires; the member has this meaning in `OpenID` Federation 1.0, section 8.7.2.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "numeric_date::read_if_any"
    )]
    exp: Option<u64>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum File {
    Set { keys: Vec<Jwk> },
    One(Jwk),
}

/// A secret must not be shorter than the hash output (RFC 7518, section 3.2).
const LEAST_SECRET_BYTES: usize = 32;
/// A token names its key and has to fit into a handshake.
const ID_BYTES_MAX: usize = 64;
const KEYS_MAX: usize = 64;

/// Keys in files.
impl Key {
    /// Reads a JSON Web Key: `{"kty":"oct","k":…}`, or `{"kty":"OKP","crv":"Ed25519","x":…}`, with `d` if
    /// it shall sign. `kid` is the name that tokens may call it by, and `exp` when it is no longer
    /// believed, in seconds since 1970.
    ///
    /// # Errors
    /// If it is none, of another kind, or too short.
    pub fn from_jwk(text: &str) -> Result<Self, TokenError> {
        let jwk: Jwk = serde_json::from_str(text).map_err(|_| TokenError::Key(NO_JWK))?;
        jwk.read()
    }

    /// Reads a JSON Web Key, or a set of 64 of them at most: `{"keys":[…]}`.
    ///
    /// # Errors
    /// If one of them cannot be used.
    pub fn all_from_jwk(text: &str) -> Result<Vec<Self>, TokenError> {
        let keys = match serde_json::from_str(text).map_err(|_| TokenError::Key(NO_JWK))? {
            File::Set { keys } => keys,
            File::One(key) => vec![key],
        };
        match keys.len() {
            0 => Err(TokenError::Key("the set has no key")),
            1..=KEYS_MAX => keys.into_iter().map(Jwk::read).collect(),
            _ => Err(TokenError::Key("a set has at most 64 keys")),
        }
    }

    /// The key as a JSON Web Key, secrets included.
    pub fn to_jwk(&self) -> String {
        let (kid, exp) = (self.id.clone(), self.good_until);
        let empty = Jwk { kty: String::new(), crv: None, kid, k: None, x: None, d: None, exp };
        let jwk = match &self.kind {
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
}

impl Jwk {
    fn read(self) -> Result<Key, TokenError> {
        if self.kid.as_ref().is_some_and(|id| id.len() > ID_BYTES_MAX) {
            return Err(TokenError::Key("its name (kid) has more than 64 bytes"));
        }
        let kind = match (&*self.kty, self.crv.as_deref(), self.k, self.x) {
            ("oct", None, Some(secret), _) => {
                let secret = read_part(&secret)?;
                if secret.len() < LEAST_SECRET_BYTES {
                    return Err(TokenError::Key("a secret has at least 32 bytes"));
                }
                Kind::Hs256 { secret }
            }
            ("OKP", Some("Ed25519"), _, Some(public)) => {
                let (public, seed) = (read_part(&public)?, self.d.as_deref().map(read_part).transpose()?);
                if public.len() != 32 {
                    return Err(TokenError::Key("a public key of Ed25519 has 32 bytes"));
                }
                if let Some(seed) = &seed {
                    check_pair(seed, &public)?;
                }
                Kind::Ed25519 { public, seed }
            }
            _ => {
                return Err(TokenError::Key(
                    "only keys of the kinds oct (HS256) and OKP with Ed25519 are known",
                ));
            }
        };
        Ok(Key { kind, id: self.kid, good_until: self.exp })
    }
}

fn check_pair(seed: &[u8], public: &[u8]) -> Result<(), TokenError> {
    let pair = Ed25519KeyPair::from_seed_unchecked(seed).ok();
    match pair.filter(|pair| pair.public_key().as_ref() == public) {
        Some(_) => Ok(()),
        None => Err(TokenError::Key("its two halves do not match")),
    }
}

fn read_part(part: &str) -> Result<Vec<u8>, TokenError> {
    decode(part).map_err(|_| TokenError::Key("a part is not base64url"))
}

const NO_JWK: &str = "it is neither a JSON Web Key nor a set of them";
