//! A client's place in its session: in files of a hand-over, which are JSON, and between nodes, which write it with
//! postcard, by the order of its fields.

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use consonance_session::{ClientId, CodecId, CodecParameters, KeptPlace, SharedSecret};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::AccessRecord;

/// A [`KeptPlace`] in these formats, which outlive a version of the server: order, names and types of the fields stay
/// as they are, however the session's own type changes.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PlaceRecord {
    id: u16,
    name: String,
    codec: (u8, u32, u32),
    rooms: Vec<String>,
    secret: Secret,
    #[serde(rename = "is_untold")]
    is_unannounced: bool,
    access: AccessRecord,
}

/// Text in JSON, bytes elsewhere.
struct Secret(Option<[u8; 16]>);

impl PlaceRecord {
    pub(crate) fn of(place: &KeptPlace) -> Self {
        let CodecParameters { kind, frame_size_samples, sample_rate_hz } = place.codec;
        Self {
            id: place.id.0,
            name: place.name.to_string(),
            codec: (kind.0, frame_size_samples, sample_rate_hz),
            rooms: place.rooms.iter().map(ToString::to_string).collect(),
            secret: Secret(place.secret.map(|secret| secret.0)),
            is_unannounced: place.is_unannounced,
            access: AccessRecord::of(&place.access),
        }
    }

    /// The place; `age` is the time since it was written.
    pub(crate) fn read(self, age: Duration) -> Result<KeptPlace, String> {
        let (kind, frame_size_samples, sample_rate_hz) = self.codec;
        Ok(KeptPlace {
            id: ClientId(self.id),
            name: self.name.into(),
            codec: CodecParameters { kind: CodecId(kind), frame_size_samples, sample_rate_hz },
            rooms: self.rooms.into_iter().map(Into::into).collect(),
            secret: self.secret.0.map(SharedSecret),
            is_unannounced: self.is_unannounced,
            access: self.access.read(age)?,
        })
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Some(secret) if serializer.is_human_readable() => BASE64.encode(secret).serialize(serializer),
            secret => secret.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if !deserializer.is_human_readable() {
            return Option::deserialize(deserializer).map(Self);
        }
        let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(Self(None)) };
        let secret = BASE64.decode(text).ok().and_then(|bytes| bytes.try_into().ok());
        secret
            .map(|secret| Self(Some(secret)))
            .ok_or_else(|| D::Error::custom("invalid secret, expected 16 bytes"))
    }
}
