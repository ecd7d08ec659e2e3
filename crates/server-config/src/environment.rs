//! Environment variables as values of keys.

use std::path::Path;

use crate::document::{Value, parse};
use crate::field::Field;

/// A variable's text as the key's value: as a file has it, or a text without its quotes.
pub(super) fn value(field: Field, text: &str) -> Value {
    let read = || {
        let mut table = parse(&format!("value = {text}")).ok()?;
        (table.len() == 1).then(|| table.remove(0).1.value)
    };
    let is_text = |value: &Value| matches!(value, Value::Text(_) | Value::List(_));
    match (field, read()) {
        // A password is what stands there, whatever that looks like.
        (Field::Secret(_), _) => text.into(),
        (Field::Text(_) | Field::Texts(_) | Field::File(_) | Field::Files(_), read) => {
            read.filter(is_text).unwrap_or_else(|| text.into())
        }
        (Field::Tables(tables), read) if tables.takes_text => {
            read.filter(is_text).unwrap_or_else(|| text.into())
        }
        (_, read) => read.unwrap_or_else(|| text.into()),
    }
}

/// Paths of variables and arguments are relative to where the program runs.
pub(super) fn folder() -> &'static Path {
    Path::new("")
}
