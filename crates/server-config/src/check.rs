//! Checks values against the schema: mistakes become messages, valid values become JSON for serde.

use std::net::SocketAddr;
use std::path::Path;

use serde_json::Value as Json;

use crate::DEFAULT_PORT;
use crate::document::{Placed, Value};
use crate::former_keys::new_name;
use crate::schema::{Kind, kind, properties};
use crate::suggestion::did_you_mean;

/// A mistake in a value.
#[derive(Debug)]
pub(super) struct Mistake {
    /// Its line, if it is not the key's.
    pub(super) line: Option<usize>,
    pub(super) what: String,
}

impl Mistake {
    /// In the value as a whole.
    pub(super) fn new(what: impl Into<String>) -> Self {
        Self { line: None, what: what.into() }
    }

    pub(super) fn at(line: usize, what: impl Into<String>) -> Self {
        Self { line: Some(line), what: what.into() }
    }

    /// A value of another kind.
    pub(super) fn expected(what: &str, got: &Value) -> Self {
        Self::new(format!("expected {what}, not {}", got.in_words()))
    }

    /// In the value of this key of a table in a list.
    pub(super) fn of_key(self, key: &str) -> Self {
        Self { what: format!("{key}: {}", self.what), ..self }
    }

    /// In this line, unless a more precise one is known.
    pub(super) fn or_at(self, line: usize) -> Self {
        Self { line: self.line.or(Some(line)), ..self }
    }
}

/// The value of a key as JSON, with paths relative to `folder`.
pub(super) fn checked(name: &str, schema: &Json, value: &Value, folder: &Path) -> Result<Json, Mistake> {
    let kind = kind(schema);
    let wrong = || expected(schema, name, value);
    match (&kind, value) {
        (Kind::Flag, Value::Flag(flag)) => Ok(Json::from(*flag)),
        (Kind::Whole { least, most }, Value::Integer(number)) => {
            let number = u64::try_from(*number).ok().filter(|number| (*least..=*most).contains(number));
            number.map(Json::from).ok_or_else(wrong)
        }
        (Kind::Decimal { least, most }, Value::Decimal(number)) => {
            Some(*number).filter(|it| (*least..=*most).contains(it)).map(Json::from).ok_or_else(wrong)
        }
        (Kind::Decimal { .. }, Value::Integer(number)) => {
            checked(name, schema, &Value::Decimal(*number as f64), folder)
        }
        (Kind::String | Kind::Secret, Value::Text(text)) => Ok(Json::from(&**text)),
        (Kind::Path, Value::Text(text)) if text.is_empty() => {
            Err(Mistake::new("the path is empty: name a file, or remove the key"))
        }
        (Kind::Path, Value::Text(text)) => {
            let path = folder.join(text);
            let wrong = || Mistake::new(format!("the path {} is not valid UTF-8: rename it", path.display()));
            path.to_str().map(Json::from).ok_or_else(wrong)
        }
        (Kind::Address, Value::Text(text)) => {
            let looks = format!("0.0.0.0:{DEFAULT_PORT}, [::]:{DEFAULT_PORT} or 127.0.0.1:0");
            let wrong = |_| Mistake::new(format!("cannot listen on {text:?}: an address looks like {looks}"));
            Ok(Json::from(text.parse::<SocketAddr>().map_err(wrong)?.to_string()))
        }
        (Kind::Choice(names), Value::Text(text)) if names.contains(&&**text) => Ok(Json::from(&**text)),
        (Kind::List(items), Value::Text(_)) if items["type"] == "string" => {
            Ok(Json::from(vec![checked(name, items, value, folder)?]))
        }
        (Kind::List(_), Value::List(list)) if list.is_empty() && schema["minItems"] == 1 => {
            Err(Mistake::new("the list is empty: expected at least one item"))
        }
        (Kind::List(items), Value::List(list)) => {
            let checked = |item: &Placed| {
                checked(name, items, &item.value, folder).map_err(|mistake| mistake.or_at(item.line))
            };
            list.iter().map(checked).collect()
        }
        (Kind::Table, Value::Table(keys)) => table(name, schema, keys, folder),
        _ => Err(wrong()),
    }
}

/// A table in a list.
fn table(list: &str, schema: &Json, keys: &[(String, Placed)], folder: &Path) -> Result<Json, Mistake> {
    let required = schema["required"].as_array().into_iter().flatten().filter_map(Json::as_str);
    if let Some(missing) = required.into_iter().find(|name| !keys.iter().any(|(key, _)| key == name)) {
        return Err(Mistake::new(format!("the key {missing} is missing")));
    }
    let checked = |(key, Placed { value, line }): &(String, Placed)| {
        let Some((_, known)) = properties(schema).find(|(name, _)| name == key) else {
            let meant = did_you_mean(key, properties(schema).map(|(name, _)| name));
            let what = match new_name(&format!("{list}.{key}")) {
                Some(new) => format!("the key {key} is now {new}"),
                None => format!("unknown key {key} here{meant}"),
            };
            return Err(Mistake::at(*line, what));
        };
        let value = checked(key, known, value, folder).map_err(|mistake| mistake.of_key(key).or_at(*line))?;
        Ok((key.clone(), value))
    };
    keys.iter().map(checked).collect()
}

fn expected(schema: &Json, name: &str, got: &Value) -> Mistake {
    let what = expected_in_words(&kind(schema), name);
    // A value in place of a secret may be one, and is not shown.
    let may_be_secret = schema.to_string().contains("\"writeOnly\":true");
    if may_be_secret { Mistake::new(format!("expected {what}")) } else { Mistake::expected(&what, got) }
}

fn expected_in_words(kind: &Kind, name: &str) -> String {
    match kind {
        Kind::Whole { least, most } => format!("a whole number from {least} to {most}"),
        Kind::Decimal { least, most } => format!("a number{} from {least} to {most}", unit(name)),
        Kind::Path | Kind::Address | Kind::Secret => "a string".into(),
        Kind::List(items) if items["type"] == "string" => "a list of strings".into(),
        kind => allowed(kind, name),
    }
}

/// The allowed values, in words.
pub(super) fn allowed(kind: &Kind, name: &str) -> String {
    match kind {
        Kind::Flag => "true or false".into(),
        Kind::Whole { least, most } => format!("{least} to {most}"),
        Kind::Decimal { least, most } => format!("{least} to {most}{}", unit(name).replace(" of", "")),
        Kind::String | Kind::Secret => "a string".into(),
        Kind::Path => "a path".into(),
        Kind::Address => "an address with a port".into(),
        Kind::Choice(names) => {
            let (last, rest) = names.split_last().map_or(("", &names[..]), |(last, rest)| (*last, rest));
            format!("{} or {last}", rest.join(", "))
        }
        Kind::List(items) => match crate::schema::kind(items) {
            Kind::Path => "a list of paths".into(),
            Kind::Table => "a list of tables".into(),
            _ => "a list of strings".into(),
        },
        Kind::Listeners => "a list of addresses with ports, or of tables".into(),
        Kind::Table => "a table".into(),
    }
}

/// The unit, by the end of the name.
fn unit(name: &str) -> &'static str {
    match name.rsplit_once('_') {
        Some((_, "s")) => " of seconds",
        Some((_, "m")) => " of metres",
        _ => "",
    }
}
