//! Values in a page's messages with limits: a message that exceeds them is refused.

use std::fmt::Display;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use consonance_wire::limits::{PACKET_BYTES_MAX, TEXT_BYTES_MAX};
use serde::de::{Deserializer, Error};
use serde::{Deserialize, Serialize, Serializer};

/// Bytes of the longest name of a room or a player in a message; the session allows fewer as a rule.
pub const NAME_BYTES_MAX: usize = PACKET_BYTES_MAX - 22;

/// Bytes of the longest name of a world; the server's board of places takes as many.
pub const WORLD_BYTES_MAX: usize = 256;

/// The largest number that a page can count to, `Number.MAX_SAFE_INTEGER`: 2⁵³ − 1.
pub const NUMBER_MAX: u64 = (1 << 53) - 1;

/// Bytes of a message's longest part for an encrypted session's group: in base64 they fit into a message of a page.
pub const GROUP_PART_BYTES_MAX: usize = 12_000;

/// The longest time in a message, in ms: a day.
pub(super) const MS_MAX: f64 = 86_400_000.0;

/// The name of a room or a player: 1 … [`NAME_BYTES_MAX`] bytes.
pub(super) fn name<'de, D: Deserializer<'de>>(from: D) -> Result<Box<str>, D::Error> {
    let name = Box::<str>::deserialize(from)?;
    if name.is_empty() {
        return Err(D::Error::custom("a name is empty"));
    }
    within(name, "a name", NAME_BYTES_MAX)
}

/// A text message: at most [`TEXT_BYTES_MAX`].
pub(super) fn text<'de, D: Deserializer<'de>>(from: D) -> Result<Box<str>, D::Error> {
    within(Box::<str>::deserialize(from)?, "a text", TEXT_BYTES_MAX)
}

/// The reason for a request: at most as long as a text.
pub(super) fn reason<'de, D: Deserializer<'de>>(from: D) -> Result<Box<str>, D::Error> {
    within(Box::<str>::deserialize(from)?, "a reason", TEXT_BYTES_MAX)
}

/// The name of a world: at most [`WORLD_BYTES_MAX`].
pub(super) fn world<'de, D: Deserializer<'de>>(from: D) -> Result<Box<str>, D::Error> {
    within(Box::<str>::deserialize(from)?, "the name of a world", WORLD_BYTES_MAX)
}

/// A part of a message for the group, in base64 without padding: at most [`GROUP_PART_BYTES_MAX`].
pub(super) fn group_part<'de, D: Deserializer<'de>>(from: D) -> Result<Box<[u8]>, D::Error> {
    let text = Box::<str>::deserialize(from)?;
    let bytes = BASE64.decode(&*text).map_err(D::Error::custom)?;
    if bytes.len() > GROUP_PART_BYTES_MAX {
        let length = bytes.len();
        return Err(D::Error::custom(format_args!(
            "a part has {length} bytes, at most {GROUP_PART_BYTES_MAX} are allowed"
        )));
    }
    Ok(bytes.into())
}

/// As [`group_part`] reads it.
pub(super) fn write_group_part<S: Serializer>(part: &[u8], to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&BASE64.encode(part))
}

/// A number that a page has chosen: 0 … [`NUMBER_MAX`].
pub(super) fn number<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
    let number = u64::deserialize(from)?;
    if number > NUMBER_MAX {
        return Err(D::Error::custom(format_args!("{number} is above 2⁵³ − 1")));
    }
    Ok(number)
}

/// Loudness, 0 … 2.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "f64")]
pub struct Amplitude(f32);

/// Per cent, 0 … 100.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "f64")]
pub struct Percent(f32);

/// The name of a channel that a page has chosen, 1 … 2³² − 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u64")]
pub struct ChannelNumber(u32);

impl Amplitude {
    /// The original level.
    pub const ONE: Self = Self(1.0);

    /// The nearest value within 0 … 2, in hundredths: on the wire there are 255 steps, and none of them is 1. 0 for
    /// NaN.
    pub fn nearest(amplitude: f32) -> Self {
        Self(if amplitude.is_nan() { 0.0 } else { (amplitude.clamp(0.0, 2.0) * 100.0).round() / 100.0 })
    }

    /// As a number, 0 … 2.
    pub fn get(self) -> f32 {
        self.0
    }
}

impl Percent {
    /// The nearest value within 0 … 100, in tenths; 0 for NaN.
    pub fn nearest(percent: f32) -> Self {
        Self(if percent.is_nan() { 0.0 } else { (percent.clamp(0.0, 100.0) * 10.0).round() / 10.0 })
    }

    /// As a number, 0 … 100.
    pub fn get(self) -> f32 {
        self.0
    }
}

impl ChannelNumber {
    /// As a number, 1 … 2³² − 1.
    pub fn get(self) -> u32 {
        self.0
    }
}

impl TryFrom<f64> for Amplitude {
    type Error = String;

    fn try_from(amplitude: f64) -> Result<Self, String> {
        in_range(amplitude, "an amplitude", 2.0).map(|amplitude| Self(amplitude as f32))
    }
}

impl TryFrom<f64> for Percent {
    type Error = String;

    fn try_from(percent: f64) -> Result<Self, String> {
        in_range(percent, "a percentage", 100.0).map(|percent| Self(percent as f32))
    }
}

impl TryFrom<u64> for ChannelNumber {
    type Error = String;

    fn try_from(number: u64) -> Result<Self, String> {
        match u32::try_from(number) {
            Ok(number) if number > 0 => Ok(Self(number)),
            _ => Err(format!("a channel is numbered 1 to 4294967295, and not {number}")),
        }
    }
}

/// NaN is out of every range.
pub(super) fn in_range(value: f64, what: impl Display, most: f64) -> Result<f64, String> {
    if (0.0..=most).contains(&value) {
        Ok(value)
    } else {
        Err(format!("{what} is 0 to {most}, and not {value}"))
    }
}

fn within<E: Error>(text: Box<str>, what: &str, most: usize) -> Result<Box<str>, E> {
    if text.len() > most {
        let bytes = text.len();
        return Err(E::custom(format_args!("{what} has {bytes} bytes, at most {most} are allowed")));
    }
    Ok(text)
}
