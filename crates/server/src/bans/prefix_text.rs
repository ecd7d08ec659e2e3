//! Address prefixes in JSON: texts, as operators write them.

use consonance_transport::AddressPrefix;
use serde::{Deserialize as _, Deserializer, Serializer};

pub(super) fn serialize<S: Serializer>(prefix: &AddressPrefix, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(prefix)
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<AddressPrefix, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(serde::de::Error::custom)
}
