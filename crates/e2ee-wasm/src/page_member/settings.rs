//! What the page's scripts say, in JSON.

use consonance_e2ee::{AttestationKeys, Credential, E2eeError, IdentityKey, KnownKeys, ModeratorsKey};
use serde::Deserialize;

/// What a member begins with.
pub(super) struct Settings {
    pub credential: Credential,
    pub key: IdentityKey,
    pub attestation_keys: AttestationKeys,
    pub known_keys: KnownKeys,
    pub moderators_key: Option<ModeratorsKey>,
    pub strict: bool,
    pub constant_rate: bool,
}

/// A player of the session.
#[derive(Deserialize)]
pub(super) struct PlayerRecord {
    pub id: u16,
    pub name: Option<Box<str>>,
}

/// What a slot plays.
#[derive(Deserialize)]
pub(super) struct SlotRecord {
    pub slot: usize,
    pub name: Option<Box<str>>,
    #[serde(default)]
    pub rooms: Vec<Box<str>>,
}

/// A recipient of voice or text.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum PageTarget {
    Room(Box<str>),
    Player(Box<str>),
}

/// A text, its sender or its recipient.
#[derive(Deserialize)]
pub(super) struct TextRecord {
    pub text: String,
    pub name: Option<Box<str>>,
    pub to: Option<PageTarget>,
}

/// A report to the moderators.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReportRecord {
    pub players: Vec<String>,
    pub reason: String,
    pub made_unix_s: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SettingsRecord {
    name: Box<str>,
    account: Option<Box<str>>,
    purpose: Option<Box<str>>,
    attestation: Option<Box<str>>,
    attestation_keys: Option<Box<str>>,
    key: Option<Box<str>>,
    known_keys: Option<Box<str>>,
    moderators_key: Option<Box<str>>,
    #[serde(default)]
    strict: bool,
    #[serde(default)]
    constant_rate: bool,
}

impl Settings {
    /// Reads them; without a key, a new one is made.
    pub(super) fn read(settings: &[u8]) -> Result<Self, E2eeError> {
        let malformed = |why: String| E2eeError::Malformed { what: "settings", why };
        let read: SettingsRecord =
            serde_json::from_slice(settings).map_err(|error| malformed(error.to_string()))?;
        let mut credential = Credential::new(&read.name)?;
        if let Some(account) = &read.account {
            credential = credential.with_account(account)?;
        }
        if let Some(purpose) = &read.purpose {
            credential = credential.with_purpose(purpose)?;
        }
        if let Some(attestation) = &read.attestation {
            credential = credential.with_attestation(attestation.as_bytes())?;
        }
        let keys = read.attestation_keys.as_deref().map(AttestationKeys::from_jwk).transpose()?;
        let known_keys = read.known_keys.as_deref().map(KnownKeys::from_text).transpose()?;
        let key = match &read.key {
            Some(key) => {
                let bytes =
                    from_hexadecimal(key).ok_or_else(|| malformed("the key is not hexadecimal".into()))?;
                IdentityKey::from_bytes(&bytes)?
            }
            None => IdentityKey::generate()?,
        };
        Ok(Self {
            credential,
            key,
            attestation_keys: keys.unwrap_or_default(),
            known_keys: known_keys.unwrap_or_default(),
            moderators_key: read.moderators_key.as_deref().map(ModeratorsKey::from_text).transpose()?,
            strict: read.strict,
            constant_rate: read.constant_rate,
        })
    }
}

fn from_hexadecimal(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> =
        text.chars().map(|digit| digit.to_digit(16).map(|digit| digit as u8)).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    Some(digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}
