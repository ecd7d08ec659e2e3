//! Reading the fields of an entry; missing and unknown fields are failures.

use std::fmt::Debug;

use consonance_wire::{ClientId, CodecId, CodecParameters};
use serde_json::{Map, Value};

/// Success, or a description of the failure.
pub(crate) type Verdict = Result<(), String>;

/// One entry of a file, or an object within one.
#[derive(Clone, Copy)]
pub(crate) struct Entry<'v>(pub(crate) &'v Value);

impl<'v> Entry<'v> {
    /// Fails if the entry has any other field.
    pub(crate) fn only(self, known: &[&str]) -> Verdict {
        match self.object()?.keys().find(|key| !known.contains(&key.as_str())) {
            Some(key) => Err(format!("unknown field `{key}`")),
            None => Ok(()),
        }
    }

    pub(crate) fn has(self, key: &str) -> bool {
        self.0.get(key).is_some()
    }

    pub(crate) fn field(self, key: &str) -> Result<Entry<'v>, String> {
        self.object()?.get(key).map(Entry).ok_or_else(|| format!("no field `{key}`"))
    }

    pub(crate) fn number<N: TryFrom<i64>>(self, key: &str) -> Result<N, String> {
        let number = self.field(key)?.0.as_i64().ok_or_else(|| format!("`{key}` is not an integer"))?;
        number.try_into().map_err(|_| format!("`{key}` is out of range: {number}"))
    }

    pub(crate) fn float(self, key: &str) -> Result<f32, String> {
        self.field(key)?
            .0
            .as_f64()
            .map(|float| float as f32)
            .ok_or_else(|| format!("`{key}` is not a number"))
    }

    pub(crate) fn boolean(self, key: &str) -> Result<bool, String> {
        self.field(key)?.0.as_bool().ok_or_else(|| format!("`{key}` is neither true nor false"))
    }

    pub(crate) fn words(self, key: &str) -> Result<&'v str, String> {
        self.field(key)?.0.as_str().ok_or_else(|| format!("`{key}` is not a string"))
    }

    pub(crate) fn bytes(self, key: &str) -> Result<Vec<u8>, String> {
        unhex(self.words(key)?).ok_or_else(|| format!("`{key}` is not hexadecimal"))
    }

    pub(crate) fn items(self, key: &str) -> Result<Vec<Entry<'v>>, String> {
        let items = self.field(key)?.0.as_array().ok_or_else(|| format!("`{key}` is not a list"))?;
        Ok(items.iter().map(Entry).collect())
    }

    /// A string, `{"utf16": …}` or null; lone surrogates become U+FFFD.
    pub(crate) fn text(self) -> Result<Option<String>, String> {
        match self.0 {
            Value::Null => Ok(None),
            Value::String(text) => Ok(Some(text.clone())),
            Value::Object(_) => Ok(Some(String::from_utf16_lossy(&self.utf16("utf16")?))),
            other => Err(format!("no string: {other}")),
        }
    }

    pub(crate) fn utf16(self, key: &str) -> Result<Vec<u16>, String> {
        let bytes = self.bytes(key)?;
        let units = bytes.chunks_exact(2).map(|unit| u16::from_be_bytes([unit[0], unit[1]]));
        Ok(units.collect())
    }

    pub(crate) fn codec(self) -> Result<CodecParameters, String> {
        let codec = self.field("codec")?;
        codec.only(&["codec", "frame", "rate"])?;
        let kind = CodecId(codec.number("codec")?);
        // The original's rate is signed.
        let sample_rate_hz = codec.number::<i32>("rate")?.cast_unsigned();
        Ok(CodecParameters { kind, frame_size_samples: codec.number("frame")?, sample_rate_hz })
    }

    pub(crate) fn ids(self, key: &str) -> Result<Vec<ClientId>, String> {
        let ids = self.items(key)?.into_iter().map(|id| id.0.as_u64().and_then(|id| u16::try_from(id).ok()));
        ids.map(|id| id.map(ClientId).ok_or_else(|| format!("`{key}` has an invalid id"))).collect()
    }

    fn object(self) -> Result<&'v Map<String, Value>, String> {
        self.0.as_object().ok_or_else(|| format!("no object: {}", self.0))
    }
}

/// Fails, naming the field, unless both are equal.
pub(crate) fn same<T: PartialEq + Debug>(what: &str, expected: &T, found: &T) -> Verdict {
    if expected == found { Ok(()) } else { Err(format!("{what}: expected {expected:?}, found {found:?}")) }
}

/// As [`same`], for bytes, which are shown in hexadecimal.
pub(crate) fn same_bytes(what: &str, expected: &[u8], found: &[u8]) -> Verdict {
    same(what, &hex(expected), &hex(found))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.filter_map(|digit| char::from_digit(u32::from(digit), 16)).collect()
}

fn unhex(digits: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> =
        digits.chars().map(|digit| digit.to_digit(16).map(|digit| digit as u8)).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    Some(digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}
