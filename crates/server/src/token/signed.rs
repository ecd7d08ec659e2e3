//! The compact form of a signed token: header, claims and signature in base64url, joined by
//! dots (RFC 7515, section 7.1).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer, Serialize};

use super::{Claims, TokenError};

/// A token whose signature has not been checked yet.
pub(super) struct Signed<'a> {
    pub(super) algorithm: String,
    /// The name of the key, if the token has one; nothing depends on it but which keys are tried.
    pub(super) key_id: Option<String>,
    /// The type that its header names.
    pub(super) token_type: Option<String>,
    /// The signed part.
    pub(super) message: &'a [u8],
    pub(super) signature: Vec<u8>,
    claims: &'a str,
}

#[derive(Serialize, Deserialize)]
struct Header {
    alg: String,
    /// Some services use the member for kinds of their own, not all of them text; it is looked at where the server asks
    /// for a type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    typ: Option<serde_json::Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kid: Option<String>,
    /// Extensions that must be understood (RFC 7515, section 4.1.11): we know of none.
    #[serde(default, skip_serializing, deserialize_with = "is_there", rename = "crit")]
    has_extensions: bool,
}

/// A token that is worth something only with a key (RFC 7800) is shown to others, and so must not admit its bearer.
#[derive(Deserialize)]
struct Binding {
    #[serde(default, deserialize_with = "is_there", rename = "cnf")]
    is_bound: bool,
}

impl<'a> Signed<'a> {
    pub(super) fn read(token: &'a str) -> Result<Self, TokenError> {
        let token = token.trim_ascii();
        let (message, signature) = token.rsplit_once('.').ok_or(TokenError::Malformed(PARTS))?;
        let (header, claims) = message.split_once('.').ok_or(TokenError::Malformed(PARTS))?;
        let header: Header = read_json(header)?;
        if header.has_extensions {
            return Err(TokenError::Malformed("it requires unknown extensions"));
        }
        let signature = decode(signature)?;
        let (algorithm, key_id) = (header.alg, header.kid);
        let token_type = header.typ.as_ref().and_then(|kind| kind.as_str()).map(str::to_owned);
        Ok(Self { algorithm, key_id, token_type, message: message.as_bytes(), signature, claims })
    }

    /// The claims of the token; only to be trusted after its signature was verified.
    pub(super) fn claims(&self) -> Result<Claims, TokenError> {
        if read_json::<Binding>(self.claims)?.is_bound {
            return Err(TokenError::Malformed("it is bound to a player's key (cnf): an attestation"));
        }
        read_json(self.claims)
    }
}

/// Header and claims of a token to be signed.
pub(super) fn message(
    algorithm: &str,
    key_id: Option<&str>,
    claims: &impl Serialize,
) -> Result<String, TokenError> {
    let (alg, kid) = (algorithm.into(), key_id.map(Into::into));
    let header = Header { alg, typ: Some("JWT".into()), kid, has_extensions: false };
    let header = serde_json::to_vec(&header).map_err(|_| TokenError::Malformed("the header is not JSON"))?;
    let claims = serde_json::to_vec(claims).map_err(|_| TokenError::Malformed("the claims are not JSON"))?;
    Ok(format!("{}.{}", encode(&header), encode(&claims)))
}

/// Whatever the value is: also `null` and an empty list name extensions in a way that is not allowed.
fn is_there<'de, D: Deserializer<'de>>(value: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(value).map(|IgnoredAny| true)
}

pub(super) fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(super) fn decode(text: &str) -> Result<Vec<u8>, TokenError> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| TokenError::Malformed("a part is not base64url"))
}

fn read_json<T: serde::de::DeserializeOwned>(part: &str) -> Result<T, TokenError> {
    serde_json::from_slice(&decode(part)?)
        .map_err(|_| TokenError::Malformed("a part is not the expected JSON"))
}

const PARTS: &str = "it does not have three parts separated by dots";
