//! Values in the syntax of the file.

use consonance_server::ServiceAddress;
use serde_json::Value as Json;

use crate::document::quoted;
use crate::schema::{Kind, kind, properties, value_of_key};

/// A value with its secrets hidden; `None` if there is none.
pub(super) fn written(schema: &Json, value: &Json) -> Option<String> {
    written_with(schema, value, false)
}

/// An example; its secrets are made up and shown.
pub(super) fn written_example(schema: &Json, value: &Json) -> Option<String> {
    written_with(schema, value, true)
}

fn written_with(schema: &Json, value: &Json, reveals: bool) -> Option<String> {
    Some(match (kind(schema), value) {
        (_, Json::Null) => return None,
        (Kind::Secret, _) if !reveals => "(hidden)".into(),
        (Kind::ServiceUrl, Json::String(text)) if !reveals => {
            let shown = text.parse::<ServiceAddress>().map(|address| quoted(&address.to_string()));
            shown.unwrap_or_else(|_| "(hidden)".into())
        }
        (_, Json::String(text)) => quoted(text),
        (Kind::Decimal(_), Json::Number(number)) => number.as_f64().unwrap_or_default().to_string(),
        (Kind::List(_) | Kind::Listeners, Json::Array(list)) => {
            let items: Vec<_> =
                list.iter().filter_map(|item| written_with(&schema["items"], item, reveals)).collect();
            format!("[{}]", items.join(", "))
        }
        (Kind::Table, Json::Object(_)) => inline_table(properties(schema), value, reveals),
        (_, value) => value.to_string(),
    })
}

/// These keys of a table without defaults, in one line.
pub(super) fn inline_table<'s>(
    keys: impl Iterator<Item = (&'s str, &'s Json)>,
    table: &Json,
    reveals: bool,
) -> String {
    let keys = keys.map(|(key, schema)| (key, schema, value_of_key(key, schema, table)));
    let keys = keys.filter(|(_, schema, value)| **value != schema["default"]);
    let keys = keys.filter_map(|(key, schema, value)| {
        Some(format!("{key} = {}", written_with(schema, value, reveals)?))
    });
    format!("{{ {} }}", keys.collect::<Vec<_>>().join(", "))
}
