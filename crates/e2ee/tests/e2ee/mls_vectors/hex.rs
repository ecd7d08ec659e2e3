//! Test vector files: JSON with bytes as hexadecimal digits.

use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};

/// Bytes.
#[derive(Clone)]
pub(crate) struct Hex(pub(crate) Vec<u8>);

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let digits = String::deserialize(deserializer)?;
        let pairs = digits.as_bytes().chunks(2);
        let bytes = pairs.map(|pair| u8::from_str_radix(core::str::from_utf8(pair).ok()?, 16).ok());
        bytes.collect::<Option<_>>().map(Self).ok_or_else(|| D::Error::custom("not hexadecimal"))
    }
}

/// The cases of a file.
pub(crate) fn load<T: DeserializeOwned>(json: &str) -> Vec<T> {
    serde_json::from_str(json).expect("a file of vectors")
}
