//! Environment variables as values of keys.

use std::path::Path;

use serde_json::Value as Json;

use crate::document::Value;
use crate::schema::{Kind, kind};

/// A variable's text as the key's value: in the syntax of the file, or a string without quotes.
pub(super) fn value(schema: &Json, text: &str) -> Value {
    let is_text = |value: &Value| matches!(value, Value::Text(_) | Value::List(_));
    let takes_text = match kind(schema) {
        // A password is the text itself, whatever it looks like.
        Kind::Secret => return text.into(),
        Kind::String | Kind::Path | Kind::Address | Kind::Choice(_) | Kind::Listeners => true,
        Kind::List(items) => items["type"] == "string",
        _ => false,
    };
    let read = Value::of_text(text);
    if takes_text && !is_text(&read) { text.into() } else { read }
}

/// Paths in variables and arguments are relative to the working directory.
pub(super) fn folder() -> &'static Path {
    Path::new("")
}
