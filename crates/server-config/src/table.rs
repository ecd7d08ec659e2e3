//! The tables of the file: structs with defaults, and the kinds of values that serde lacks.

use std::borrow::Cow;
use std::time::Duration;

use consonance_server::SecretText;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// Declares a table: for each key its documentation, its default, as in RFC 3681, and for a number its range.
///
/// From it follow the struct, the keys of the file, the environment variables, the JSON Schema, the printed file and
/// the reference page. `x-reload` says whether a reload applies a key, or all keys of a table; `format` tells paths and
/// addresses from other strings.
#[macro_export]
macro_rules! table {
    ($(#[$of_table:meta])* $vis:vis struct $name:ident {
        $($(#[$of_key:meta])* pub $key:ident: $kind:ty = $default:expr $(, $least:tt..=$most:tt)?;)*
    }) => {
        #[derive(
            Clone,
            Debug,
            PartialEq,
            $crate::derives::serde::Deserialize,
            $crate::derives::serde::Serialize,
            $crate::derives::schemars::JsonSchema,
        )]
        #[serde(crate = "consonance_server_config::derives::serde")]
        #[schemars(crate = "consonance_server_config::derives::schemars")]
        $(#[$of_table])*
        #[serde(default, deny_unknown_fields)]
        #[schemars(extend("x-order" = [$(stringify!($key)),*]))]
        #[non_exhaustive]
        $vis struct $name {
            $($(#[$of_key])* $(#[schemars(range(min = $least, max = $most))])? pub $key: $kind,)*
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $($key: $default,)* }
            }
        }
    };
}

pub(super) use table;

/// A time in the file: a number of seconds, fractions allowed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seconds(pub Duration);

impl Seconds {
    /// Whole seconds.
    pub const fn new(seconds: u64) -> Self {
        Self(Duration::from_secs(seconds))
    }

    /// Milliseconds.
    pub const fn millis(milliseconds: u64) -> Self {
        Self(Duration::from_millis(milliseconds))
    }
}

impl From<Seconds> for Duration {
    fn from(seconds: Seconds) -> Self {
        seconds.0
    }
}

impl Serialize for Seconds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.0.as_secs_f64())
    }
}

impl<'de> Deserialize<'de> for Seconds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let seconds = f64::deserialize(deserializer)?;
        Duration::try_from_secs_f64(seconds).map(Self).map_err(D::Error::custom)
    }
}

impl JsonSchema for Seconds {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Seconds".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "number" })
    }
}

/// A secret such as a password, which is neither printed nor shown in errors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret(pub SecretText);

/// In plain text, so that configurations can be compared; printing hides it.
impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.reveal())
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(SecretText::new(text)))
    }
}

impl JsonSchema for Secret {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Secret".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "writeOnly": true })
    }
}
