//! Fields of a table whose keys are keys of the table itself: structs that other crates declare.
//!
//! Such a field is marked with `x-flat`. A key of the table's own that stands between those of the struct names the key
//! before it with `x-after`. Tables in lists and those of networks have no such fields.

use serde_json::{Map, Value as Json};

use super::properties;

/// The name of the field that a key of a table is in, below the key.
const FIELD: &str = "x-field";

/// The field of the table that has this key, if it is not one of the table's own.
pub(super) fn field_of(schema: &Json) -> Option<&str> {
    schema[FIELD].as_str()
}

/// Replaces the marked fields by their keys, in this table and those in it.
pub(super) fn flatten(schema: &mut Json) {
    let Some(Json::Array(order)) = schema.get("x-order").cloned() else { return };
    let Some(Json::Object(fields)) = schema.get_mut("properties") else { return };
    fields.values_mut().for_each(flatten);
    let (mut keys, mut names) = (Map::new(), Vec::new());
    for name in order.iter().filter_map(Json::as_str) {
        let Some(mut field) = fields.remove(name) else { continue };
        if field["x-flat"] == true {
            names.extend(properties(&field).map(|(key, _)| key.to_owned()));
            keys.extend(
                properties(&field).map(|(key, schema)| (key.to_owned(), key_of(name, &field, schema))),
            );
        } else {
            let after = field.as_object_mut().and_then(|keys| keys.remove("x-after"));
            let place = after.and_then(|after| names.iter().position(|known| *known == after));
            names.insert(place.map_or(names.len(), |before| before + 1), name.to_owned());
            keys.insert(name.to_owned(), field);
        }
    }
    *fields = keys;
    schema["x-order"] = names.into();
}

/// A key of the struct that this field has; a reload applies it if it applies the whole field.
fn key_of(name: &str, field: &Json, schema: &Json) -> Json {
    let mut schema = schema.clone();
    schema[FIELD] = name.into();
    if let Some(reload) = field.get("x-reload") {
        schema["x-reload"] = reload.clone();
    }
    schema
}

/// Removes what only this crate reads.
pub(super) fn remove_marks(schema: &mut Json) {
    match schema {
        Json::Array(items) => items.iter_mut().for_each(remove_marks),
        Json::Object(keys) => {
            keys.remove(FIELD);
            keys.values_mut().for_each(remove_marks);
        }
        _ => {}
    }
}
