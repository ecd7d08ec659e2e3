//! TOML documents as JSON, with the line of each value.

use std::collections::BTreeMap;
use std::fmt::Display;

use serde_json::{Map, Number, Value as Json, json};
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

/// The keys and values of a document or table.
pub(super) type Keys = Map<String, Json>;

/// The lines of keys and items of lists, from 1, by their paths: `limits.links`, `listen.0.address`.
pub(super) type Lines = BTreeMap<String, usize>;

/// The values of a document and their lines, or the line of the first mistake and its description.
pub(super) fn parse(text: &str) -> Result<(Keys, Lines), (usize, String)> {
    let line_at = |offset: usize| 1 + text.bytes().take(offset).filter(|byte| *byte == b'\n').count();
    let table = DeTable::parse(text).map_err(|error| {
        let span = error.span().unwrap_or_default();
        (line_at(span.start), in_words(error.message(), text.get(span).unwrap_or_default()))
    })?;
    let mut lines = Lines::new();
    let keys = read_table(table.get_ref(), "", &mut |path, offset| {
        lines.insert(path.to_owned(), line_at(offset));
    });
    Ok((keys, lines))
}

/// The parser's message about this part of a document, with a correction where it is not obvious.
fn in_words(message: &str, part: &str) -> String {
    if message == "duplicate key" {
        return format!("{part} occurs twice in this file: merge the two");
    }
    message.replace('\n', " ")
}

/// Parses what follows the `=` in a file; other text is a string without quotes.
pub fn value_of_text(text: &str) -> Json {
    let read = parse(&format!("value = {text}")).ok().filter(|(keys, _)| keys.len() == 1);
    read.and_then(|(mut keys, _)| keys.remove("value")).unwrap_or_else(|| text.into())
}

/// `place` is told the path and the offset of each key and item.
fn read_table(table: &DeTable<'_>, path: &str, place: &mut dyn FnMut(&str, usize)) -> Keys {
    let dot = if path.is_empty() { "" } else { "." };
    let entry = |(key, value): (&Spanned<DeString<'_>>, &Spanned<DeValue<'_>>)| {
        let path = format!("{path}{dot}{}", key.get_ref());
        place(&path, key.span().start);
        (key.get_ref().to_string(), read_value(value.get_ref(), &path, place))
    };
    table.iter().map(entry).collect()
}

fn read_value(value: &DeValue<'_>, path: &str, place: &mut dyn FnMut(&str, usize)) -> Json {
    match value {
        DeValue::String(text) => Json::from(&**text),
        DeValue::Boolean(flag) => Json::from(*flag),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or_else(|_| not_in_json(number), Json::from),
        DeValue::Float(number) => number
            .as_str()
            .parse()
            .ok()
            .and_then(Number::from_f64)
            .map_or_else(|| not_in_json(number), Json::from),
        DeValue::Datetime(date) => not_in_json(date),
        DeValue::Array(items) => {
            let item = |(index, item): (usize, &Spanned<DeValue<'_>>)| {
                let path = format!("{path}.{index}");
                place(&path, item.span().start);
                read_value(item.get_ref(), &path, place)
            };
            items.iter().enumerate().map(item).collect()
        }
        DeValue::Table(table) => Json::Object(read_table(table, path, place)),
    }
}

/// Dates, `nan` and too large numbers, which no key accepts.
fn not_in_json(value: impl Display) -> Json {
    json!({ NOT_IN_JSON: value.to_string() })
}

const NOT_IN_JSON: &str = "$toml";

/// The keys of a table.
pub(super) fn as_table(value: &Json) -> Option<&Keys> {
    value.as_object().filter(|keys| !keys.contains_key(NOT_IN_JSON))
}

/// The description of a value in messages.
pub(super) fn described(value: &Json) -> String {
    match value {
        Json::String(text) => format!("{text:?}"),
        Json::Array(_) => "a list".into(),
        Json::Object(keys) => keys.get(NOT_IN_JSON).and_then(Json::as_str).unwrap_or("a table").into(),
        other => other.to_string(),
    }
}

/// A text as a TOML string (TOML 1.0, "String").
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            letter if letter.is_control() => quoted.extend(format!("\\U{:08X}", letter as u32).chars()),
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}
