//! Input from the page's scripts, in JSON.

use consonance_e2ee::{AttestationKeys, Credential, E2eeError, IdentityKey, KnownKeys, ModeratorsKey};
use serde::Deserialize;
use serde_json::Value;

/// The settings that a member starts with. Keys are kept as texts until they are asked for.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Settings {
    name: Box<str>,
    account: Option<Box<str>>,
    purpose: Option<Box<str>>,
    attestation: Option<Box<str>>,
    attestation_keys: Option<Box<str>>,
    key: Option<Box<str>>,
    known_keys: Option<Box<str>>,
    moderators_key: Option<Box<str>>,
    #[serde(default)]
    pub strict: bool,
    #[serde(default)]
    pub constant_rate: bool,
}

/// A player of the session.
pub(super) struct PlayerRecord {
    pub id: u16,
    pub name: Option<Box<str>>,
}

/// The player in a slot.
pub(super) struct SlotRecord {
    pub slot: usize,
    pub name: Option<Box<str>>,
    pub rooms: Vec<Box<str>>,
}

/// A recipient of voice or text.
#[derive(Debug)]
pub(super) enum PageTarget {
    Room(Box<str>),
    Player(Box<str>),
}

/// A text, its sender or its recipient.
pub(super) struct TextRecord {
    pub text: String,
    pub name: Option<Box<str>>,
    pub to: Option<PageTarget>,
}

// Parsed by hand: derived code takes twice the bytes, and every page has to load them.

impl PlayerRecord {
    /// `None` without an id.
    pub(super) fn read(player: &[u8]) -> Option<Self> {
        let player: Value = serde_json::from_slice(player).ok()?;
        let id = player.get("id")?.as_u64()?.try_into().ok()?;
        Some(Self { id, name: text_in(&player, "name") })
    }
}

impl SlotRecord {
    /// `None` without a slot.
    pub(super) fn read(slot: &[u8]) -> Option<Self> {
        let record: Value = serde_json::from_slice(slot).ok()?;
        let slot = record.get("slot")?.as_u64()?.try_into().ok()?;
        let rooms = record.get("rooms").and_then(texts).unwrap_or_default();
        Some(Self { slot, name: text_in(&record, "name"), rooms })
    }
}

impl PageTarget {
    fn of(target: &Value) -> Option<Self> {
        text_in(target, "room").map(Self::Room).or_else(|| text_in(target, "player").map(Self::Player))
    }

    /// A list of them; `None` if an item is invalid.
    pub(super) fn read_all(targets: &[u8]) -> Option<Vec<Self>> {
        let targets: Value = serde_json::from_slice(targets).ok()?;
        targets.as_array()?.iter().map(Self::of).collect()
    }
}

impl TextRecord {
    /// `None` without a text.
    pub(super) fn read(text: &[u8]) -> Option<Self> {
        let record: Value = serde_json::from_slice(text).ok()?;
        let to = record.get("to").and_then(PageTarget::of);
        Some(Self { text: text_in(&record, "text")?.into(), name: text_in(&record, "name"), to })
    }
}

/// A list of texts; `None` if an item is invalid.
pub(super) fn read_texts(list: &[u8]) -> Option<Vec<Box<str>>> {
    texts(&serde_json::from_slice(list).ok()?)
}

fn texts(list: &Value) -> Option<Vec<Box<str>>> {
    list.as_array()?.iter().map(|text| text.as_str().map(Into::into)).collect()
}

fn text_in(record: &Value, field: &str) -> Option<Box<str>> {
    record.get(field)?.as_str().map(Into::into)
}

/// A report to the moderators.
pub(super) struct ReportRecord {
    pub players: Vec<String>,
    pub reason: String,
    pub made_unix_s: u64,
}

impl ReportRecord {
    /// `None` if a field is missing.
    pub(super) fn read(report: &[u8]) -> Option<Self> {
        let report: Value = serde_json::from_slice(report).ok()?;
        Some(Self {
            players: texts(report.get("players")?)?.into_iter().map(Into::into).collect(),
            reason: text_in(&report, "reason")?.into(),
            made_unix_s: report.get("madeUnixS")?.as_u64()?,
        })
    }
}

impl Settings {
    /// Reads the settings.
    pub(super) fn read(settings: &[u8]) -> Result<Self, E2eeError> {
        serde_json::from_slice(settings).map_err(|error| malformed(error.to_string()))
    }

    pub(super) fn credential(&self) -> Result<Credential, E2eeError> {
        let mut credential = Credential::new(&self.name)?;
        if let Some(account) = &self.account {
            credential = credential.with_account(account)?;
        }
        if let Some(purpose) = &self.purpose {
            credential = credential.with_purpose(purpose)?;
        }
        if let Some(attestation) = &self.attestation {
            credential = credential.with_attestation(attestation.as_bytes())?;
        }
        Ok(credential)
    }

    /// The member's own key; without one, a new one is generated.
    pub(super) fn key(&self) -> Result<IdentityKey, E2eeError> {
        let Some(key) = &self.key else { return IdentityKey::generate() };
        let bytes = from_hexadecimal(key).ok_or_else(|| malformed("the key is not hexadecimal".into()))?;
        IdentityKey::from_bytes(&bytes)
    }

    pub(super) fn attestation_keys(&self) -> Result<AttestationKeys, E2eeError> {
        Ok(self.attestation_keys.as_deref().map(AttestationKeys::from_jwk).transpose()?.unwrap_or_default())
    }

    pub(super) fn known_keys(&self) -> Result<KnownKeys, E2eeError> {
        Ok(self.known_keys.as_deref().map(KnownKeys::from_text).transpose()?.unwrap_or_default())
    }

    pub(super) fn moderators_key(&self) -> Result<Option<ModeratorsKey>, E2eeError> {
        self.moderators_key.as_deref().map(ModeratorsKey::from_text).transpose()
    }
}

fn malformed(why: String) -> E2eeError {
    E2eeError::Malformed { what: "settings", why }
}

fn from_hexadecimal(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> =
        text.chars().map(|digit| digit.to_digit(16).map(|digit| digit as u8)).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    Some(digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}
