//! Environment variables as values of keys.

use std::path::Path;

use crate::document::Value;
use crate::field::Field;

/// A variable's text as the key's value: as a file has it, or a text without its quotes.
pub(super) fn value(field: Field, text: &str) -> Value {
    let is_text = |value: &Value| matches!(value, Value::Text(_) | Value::List(_));
    let takes_text = match field {
        // A password is what stands there, whatever that looks like.
        Field::Secret(_) => return text.into(),
        Field::Text(_) | Field::Texts(_) | Field::File(_) | Field::Files(_) => true,
        Field::Tables(tables) => tables.takes_text,
        _ => false,
    };
    let read = Value::of_text(text);
    if takes_text && !is_text(&read) { text.into() } else { read }
}

/// Paths of variables and arguments are relative to where the program runs.
pub(super) fn folder() -> &'static Path {
    Path::new("")
}
