//! A choice that can be switched off, in files: the word "off" stands for nothing, because TOML has no word for it.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum OrOff<T> {
    Off(Off),
    On(T),
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Off {
    Off,
}

#[expect(clippy::ref_option, reason = "what serde calls")]
pub(crate) fn serialize<T: Serialize, S: Serializer>(
    choice: &Option<T>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match choice {
        Some(choice) => OrOff::On(choice),
        None => OrOff::Off(Off::Off),
    }
    .serialize(serializer)
}

pub(crate) fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    Ok(match OrOff::deserialize(deserializer)? {
        OrOff::On(choice) => Some(choice),
        OrOff::Off(Off::Off) => None,
    })
}
