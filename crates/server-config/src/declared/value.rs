//! A single value whose type another crate declares, as JSON and as JSON Schema: a field of a [`table!`](crate::table)
//! with `#[serde(with = "crate::declared::value")]` and `#[schemars(with = "DeclaredValue<…>")]`.

use std::borrow::Cow;
use std::marker::PhantomData;

use consonance_settings::SettingType;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value as Json;

use super::{json_of, plain, schema_of_kind};

pub(crate) fn serialize<T: SettingType, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    json_of(value.to_plain()).serialize(serializer)
}

pub(crate) fn deserialize<'de, T: SettingType, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let value = plain(&Json::deserialize(deserializer)?).and_then(|value| T::from_plain(&value));
    value.ok_or_else(|| D::Error::custom("the value is of another kind"))
}

/// The type of a field with the value `T` in a derived schema.
#[derive(Debug)]
pub(crate) struct DeclaredValue<T>(PhantomData<T>);

impl<T: SettingType> JsonSchema for DeclaredValue<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "DeclaredValue".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schema_of_kind(&T::kind()).into()
    }
}
