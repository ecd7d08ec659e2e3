//! Tables that other crates declare with [`settings!`](consonance_settings::settings), as JSON and as JSON Schema.
//!
//! A field of a [`table!`](crate::table) has one with `#[serde(with = "consonance_server_config::declared")]` and
//! `#[schemars(with = "Declared<…>")]`; it is a table of its own, or with `extend("x-flat" = true)` its keys are keys
//! of the table around it (`schema/flat.rs`).

pub(crate) mod value;

use std::borrow::Cow;
use std::marker::PhantomData;

use consonance_settings::{DeclaredSettings, PlainValue, SettingKey, SettingKind, SettingRange};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Number, Value as Json, json};

/// The keys and values of a struct.
///
/// # Errors
/// Those of the serializer.
pub fn serialize<T: DeclaredSettings, S: Serializer>(settings: &T, serializer: S) -> Result<S::Ok, S::Error> {
    json_of_keys(|visit| settings.clone().visit(visit)).serialize(serializer)
}

/// The keys that this function shows, with their values.
pub(crate) fn json_of_keys(show: impl FnOnce(&mut dyn FnMut(SettingKey<'_>))) -> Json {
    let mut keys = Json::Object(Map::new());
    show(&mut |key| {
        let table = match key.table {
            Some(table) => &mut keys[table],
            None => &mut keys,
        };
        table[key.name] = json_of(key.value());
    });
    keys
}

/// The defaults of a struct with these values.
///
/// # Errors
/// For a key that the struct does not have, and a value of another kind than its key's.
pub fn deserialize<'de, T: DeclaredSettings, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let values = Map::deserialize(deserializer)?;
    let mut settings = T::default();
    set_keys(values, |visit| settings.visit(visit)).map_err(D::Error::custom)?;
    Ok(settings)
}

/// Sets the keys that this function shows to these values.
///
/// # Errors
/// A message about a key that is not shown, or a value of another kind than its key's.
pub(crate) fn set_keys(
    mut values: Map<String, Json>,
    show: impl FnOnce(&mut dyn FnMut(SettingKey<'_>)),
) -> Result<(), String> {
    let mut wrong = None;
    show(&mut |mut key| {
        let table = match key.table {
            Some(table) => values.get_mut(table).and_then(Json::as_object_mut),
            None => Some(&mut values),
        };
        if let Some(value) = table.and_then(|table| table.remove(key.name))
            && !plain(&value).is_some_and(|value| key.set(&value))
        {
            wrong.get_or_insert(key.name);
        }
    });
    let is_left = |value: &Json| value.as_object().is_none_or(|table| !table.is_empty());
    match (wrong, values.iter().find(|(_, value)| is_left(value)).map(|(key, _)| key)) {
        (Some(key), _) => Err(format!("{key}: the value is of another kind")),
        (None, Some(key)) => Err(format!("unknown key {key}")),
        (None, None) => Ok(()),
    }
}

/// The type of a field with the struct `T` in a derived schema.
#[derive(Debug)]
pub struct Declared<T>(PhantomData<T>);

impl<T: DeclaredSettings> JsonSchema for Declared<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Declared".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schema_of_keys(|visit| T::default().visit(visit)).into()
    }
}

/// The schema of a table with the keys that this function shows.
pub(crate) fn schema_of_keys(show: impl FnOnce(&mut dyn FnMut(SettingKey<'_>))) -> Map<String, Json> {
    let mut keys = Keys::default();
    let mut inner: Vec<(&'static str, Keys)> = Vec::new();
    show(&mut |key| {
        let keys = match key.table {
            None => &mut keys,
            Some(table) => {
                let known = inner.iter().position(|(known, _)| *known == table);
                let place = known.unwrap_or_else(|| {
                    inner.push((table, Keys::default()));
                    inner.len() - 1
                });
                &mut inner[place].1
            }
        };
        keys.add(key.name, schema_of_key(&key));
    });
    for (table, own) in inner {
        keys.add(table, own.into_table());
    }
    keys.into_table()
}

/// The keys of a table, and their order.
#[derive(Default)]
struct Keys {
    properties: Map<String, Json>,
    order: Vec<&'static str>,
}

impl Keys {
    fn add(&mut self, name: &'static str, schema: Map<String, Json>) {
        self.properties.insert(name.into(), schema.into());
        self.order.push(name);
    }

    fn into_table(self) -> Map<String, Json> {
        let table = [
            ("type", json!("object")),
            ("properties", Json::Object(self.properties)),
            ("additionalProperties", json!(false)),
            ("x-order", json!(self.order)),
        ];
        table.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
    }
}

fn schema_of_key(key: &SettingKey<'_>) -> Map<String, Json> {
    let mut schema = schema_of_kind(&key.kind);
    schema.insert("description".into(), key.about().into());
    schema.insert("default".into(), json_of(key.value()));
    if let Some(example) = &key.example {
        schema.insert("examples".into(), json!([json_of(example.clone())]));
    }
    if let Some(range) = key.range {
        let (least, most) = match range {
            SettingRange::Whole(least, most) => (least.into(), most.into()),
            SettingRange::Decimal(least, most) => (bound(least), bound(most)),
        };
        schema.extend([("minimum".to_owned(), least), ("maximum".to_owned(), most)]);
    }
    schema
}

/// Without a fraction where there is none.
fn bound(number: f64) -> Json {
    if number.fract() == 0.0 && number >= 0.0 { (number as u64).into() } else { number.into() }
}

fn schema_of_kind(kind: &SettingKind) -> Map<String, Json> {
    let schema = match kind {
        SettingKind::Flag => json!({ "type": "boolean" }),
        SettingKind::Whole(u64::MAX) => json!({ "type": "integer", "minimum": 0 }),
        SettingKind::Whole(most) => json!({ "type": "integer", "minimum": 0, "maximum": most }),
        SettingKind::Decimal => json!({ "type": "number" }),
        SettingKind::List(items) => json!({ "type": "array", "items": schema_of_kind(items) }),
        SettingKind::Text => json!({ "type": "string" }),
        SettingKind::Path => json!({ "type": "string", "format": "path" }),
        SettingKind::Address => json!({ "type": "string", "format": "address" }),
        SettingKind::Choice(words) => json!({ "type": "string", "enum": words }),
    };
    if let Json::Object(keys) = schema { keys } else { Map::new() }
}

fn json_of(value: PlainValue) -> Json {
    match value {
        PlainValue::None => Json::Null,
        PlainValue::Flag(flag) => flag.into(),
        PlainValue::Whole(number) => number.into(),
        PlainValue::Decimal(number) => Number::from_f64(number).into(),
        PlainValue::Text(text) => text.into(),
        PlainValue::List(items) => items.into_iter().map(json_of).collect(),
    }
}

/// `None` for what no setting is: a table.
fn plain(value: &Json) -> Option<PlainValue> {
    Some(match value {
        Json::Null => PlainValue::None,
        Json::Bool(flag) => PlainValue::Flag(*flag),
        Json::Number(number) => match number.as_u64() {
            Some(number) => PlainValue::Whole(number),
            None => PlainValue::Decimal(number.as_f64()?),
        },
        Json::String(text) => PlainValue::Text(text.clone()),
        Json::Array(items) => PlainValue::List(items.iter().map(plain).collect::<Option<_>>()?),
        Json::Object(_) => return None,
    })
}
