//! Fields of a table whose keys are keys of the table itself: structs that other crates declare.
//!
//! Such a field is marked with `x-flat`. Tables inside of such a struct are merged into the tables of the same names,
//! before their own keys; a table that has no keys of its own is named in `x-tables`, with its description. A key of a
//! table's own that stands between those of structs names the key before it with `x-after`; a struct whose keys stand
//! between those of others has a table there, of keys and those before them.

use serde_json::{Map, Value as Json, json};

use super::properties;

/// The place of a key's value in a configuration, or in an item of a list, below the key.
const PLACE: &str = "x-place";

/// The key behind which a key stands.
const AFTER: &str = "x-after";

/// Tables after the other keys that have only keys of structs, with their descriptions.
const TABLES: &str = "x-tables";

/// The place of the value of a key, if it is in the struct of another crate.
pub(super) fn place_of(schema: &Json) -> Option<&str> {
    schema[PLACE].as_str()
}

/// The value at this place.
pub(super) fn value_at<'v>(place: &str, value: &'v Json) -> &'v Json {
    place.split('.').fold(value, |table, key| &table[key])
}

/// Puts a value at this place.
pub(super) fn set_at(place: &str, table: &mut Json, value: Json) {
    *place.split('.').fold(table, |table, key| &mut table[key]) = value;
}

/// Replaces the marked fields by their keys, in this table and those in it.
pub(super) fn flatten(schema: &mut Json) {
    flatten_at("", schema);
}

fn flatten_at(place: &str, schema: &mut Json) {
    if let Some(items) = schema.get_mut("items") {
        flatten_at("", items);
    }
    let Some(Json::Array(mut order)) = schema.get("x-order").cloned() else { return };
    let tables = schema.as_object_mut().and_then(|keys| keys.remove(TABLES));
    let Some(Json::Object(fields)) = schema.get_mut("properties") else { return };
    for (name, about) in tables.as_ref().and_then(Json::as_object).into_iter().flatten() {
        fields.insert(name.clone(), table_of_others(about));
        order.push(name.as_str().into());
    }
    let place_of_field =
        |name: &str| if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") };
    let order: Vec<_> = order.iter().filter_map(Json::as_str).collect();
    for name in &order {
        merge_tables(&place_of_field(name), name, fields);
    }
    let (mut keys, mut names) = (Map::new(), Vec::new());
    for name in order {
        let Some(mut field) = fields.remove(name) else { continue };
        let after = field.as_object_mut().and_then(|keys| keys.remove(AFTER)).unwrap_or_default();
        if is_flat(&field) {
            let mut next = names.len();
            for (key, schema) in properties(&field).filter(|(_, schema)| !is_table(schema)) {
                next = insert_after(&after[key], next, key, &mut names);
                keys.insert(
                    key.to_owned(),
                    key_of(&format!("{}.{key}", place_of_field(name)), &field, schema),
                );
            }
        } else {
            flatten_at(&place_of_field(name), &mut field);
            insert_after(&after, names.len(), name, &mut names);
            keys.insert(name.to_owned(), field);
        }
    }
    *fields = keys;
    schema["x-order"] = names.into();
    for key in schema["required"].as_array().cloned().unwrap_or_default() {
        if let Some(Json::Object(required)) = key.as_str().map(|key| &mut schema["properties"][key]) {
            required.remove("default");
        }
    }
}

/// A table without keys of its own.
fn table_of_others(about: &Json) -> Json {
    json!({
        "description": about,
        "type": "object",
        "properties": {},
        "additionalProperties": false,
        "x-order": [],
    })
}

/// Inserts a key behind that one, if it is known, or else at this place; returns the place behind it.
fn insert_after(after: &Json, place: usize, key: &str, names: &mut Vec<Json>) -> usize {
    let before = names.iter().position(|known| known == after);
    let place = before.map_or(place, |before| before + 1);
    names.insert(place, key.into());
    place + 1
}

fn is_flat(field: &Json) -> bool {
    field["x-flat"] == true
}

fn is_table(schema: &Json) -> bool {
    schema["type"] == "object"
}

/// Adds the keys in the tables of this field, if it is marked, to the tables of the same names beside it.
fn merge_tables(place: &str, name: &str, fields: &mut Map<String, Json>) {
    let Some(field) = fields.get(name).filter(|field| is_flat(field)).cloned() else { return };
    for (table, inner) in properties(&field).filter(|(_, schema)| is_table(schema)) {
        let Some(Json::Object(known)) = fields.get_mut(table) else { continue };
        let Some(Json::Array(mut names)) = known.get("x-order").cloned() else { continue };
        let all = known.entry("properties").or_insert_with(|| Map::new().into());
        let mut next =
            names.iter().filter_map(Json::as_str).filter(|key| place_of(&all[key]).is_some()).count();
        for (key, schema) in properties(inner) {
            next = insert_after(&field[AFTER][key], next, key, &mut names);
            all[key] = key_of(&format!("{place}.{table}.{key}"), &field, schema);
        }
        known.insert("x-order".into(), names.into());
    }
}

/// A key of the struct that this field has; a reload applies it if it applies the whole field.
fn key_of(place: &str, field: &Json, schema: &Json) -> Json {
    let mut schema = schema.clone();
    schema[PLACE] = place.into();
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
            keys.remove(PLACE);
            keys.values_mut().for_each(remove_marks);
        }
        _ => {}
    }
}
