//! Times as tokens have them: seconds since 1970, fractions allowed (RFC 7519, section 2, `NumericDate`).

use serde::de::{Error, Unexpected};
use serde::{Deserialize, Deserializer};

/// Whole seconds; a fraction is cut off.
pub(super) fn read<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
    let number = serde_json::Number::deserialize(from)?;
    if let Some(seconds) = number.as_u64() {
        return Ok(seconds);
    }
    let decimal = number.as_f64().unwrap_or(f64::NAN);
    // Beyond 2^53, a decimal is no longer an exact number of seconds, nor a plausible time.
    if (0.0..9.0e15).contains(&decimal) {
        return Ok(decimal as u64);
    }
    Err(D::Error::invalid_value(Unexpected::Float(decimal), &"seconds since 1970"))
}

pub(super) fn read_if_any<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    read(from).map(Some)
}
