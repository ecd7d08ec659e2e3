//! Checks values against the schema: mistakes become messages, valid values become JSON for serde.

use std::net::SocketAddr;
use std::path::Path;

use consonance_server::{ServiceAddress, ServiceAddressError};
use serde_json::Value as Json;

use crate::default_port::DEFAULT_PORT;
use crate::document::{Keys, as_table, described};
use crate::former_keys::new_name;
use crate::schema::{Kind, item_of, kind, properties};
use crate::suggestion::did_you_mean;

/// A mistake in a value.
#[derive(Debug)]
pub(super) struct Mistake {
    /// The path of the wrong part, from the value on: `0.address`; empty for the value as a whole.
    pub(super) at: String,
    pub(super) what: String,
}

impl Mistake {
    /// In the value as a whole.
    pub(super) fn new(what: impl Into<String>) -> Self {
        Self { at: String::new(), what: what.into() }
    }

    /// A value of another kind.
    pub(super) fn expected(what: &str, got: &Json) -> Self {
        Self::new(format!("expected {what}, not {}", described(got)))
    }

    /// In this key of a table, or item of a list.
    pub(super) fn within(self, part: &impl ToString) -> Self {
        let dot = if self.at.is_empty() { "" } else { "." };
        Self { at: part.to_string() + dot + &self.at, ..self }
    }
}

/// The value of a key, with paths relative to `folder`.
pub(super) fn checked(name: &str, schema: &Json, value: &Json, folder: &Path) -> Result<Json, Mistake> {
    let kind = kind(schema);
    let wrong = || expected(schema, name, value);
    match (&kind, value) {
        (Kind::Flag, Json::Bool(_)) | (Kind::String | Kind::Secret, Json::String(_)) => Ok(value.clone()),
        (Kind::Whole(range), Json::Number(number)) => {
            number.as_u64().filter(|number| range.contains(number)).map(Json::from).ok_or_else(wrong)
        }
        (Kind::Decimal(range), Json::Number(number)) => {
            number.as_f64().filter(|number| range.contains(number)).map(Json::from).ok_or_else(wrong)
        }
        (Kind::Path, Json::String(text)) if text.is_empty() => {
            Err(Mistake::new("the path is empty: name a file, or remove the key"))
        }
        (Kind::Path, Json::String(text)) => {
            let path = folder.join(text);
            let wrong = || Mistake::new(format!("the path {} is not valid UTF-8: rename it", path.display()));
            path.to_str().map(Json::from).ok_or_else(wrong)
        }
        (Kind::Address, Json::String(text)) => {
            let looks = format!("0.0.0.0:{DEFAULT_PORT}, [::]:{DEFAULT_PORT} or 127.0.0.1:0");
            let wrong = |_| Mistake::new(format!("cannot listen on {text:?}: an address looks like {looks}"));
            Ok(Json::from(text.parse::<SocketAddr>().map_err(wrong)?.to_string()))
        }
        (Kind::ServiceUrl, Json::String(text)) => match text.parse::<ServiceAddress>() {
            Ok(_) => Ok(value.clone()),
            Err(error @ ServiceAddressError::Credentials) => {
                Err(Mistake::new(format!("{error}: {}", place_of_credentials(name))))
            }
            Err(error) => Err(Mistake::new(error.to_string())),
        },
        (Kind::Choice(names), Json::String(text)) if names.contains(&&**text) => Ok(value.clone()),
        (Kind::List(items), Json::String(_)) if items["type"] == "string" => {
            Ok(Json::from(vec![checked(name, items, value, folder)?]))
        }
        (Kind::List(_), Json::Array(list)) if list.is_empty() && schema["minItems"] == 1 => {
            Err(Mistake::new("the list is empty: expected at least one item"))
        }
        (Kind::List(items), Json::Array(list)) => {
            let checked = |(index, item)| {
                checked(name, items, item, folder).map_err(|mistake: Mistake| mistake.within(&index))
            };
            list.iter().enumerate().map(checked).collect()
        }
        (Kind::Table, value) => table(name, schema, as_table(value).ok_or_else(wrong)?, folder),
        _ => Err(wrong()),
    }
}

/// A table in a list.
fn table(list: &str, schema: &Json, keys: &Keys, folder: &Path) -> Result<Json, Mistake> {
    let mut required = schema["required"].as_array().into_iter().flatten().filter_map(Json::as_str);
    if let Some(missing) = required.find(|name| !keys.contains_key(*name)) {
        return Err(Mistake::new(format!("the key {missing} is missing")));
    }
    let unknown = |key: &str| {
        let meant = did_you_mean(key, properties(schema).map(|(name, _)| name));
        format!("unknown key {key} here{meant}")
    };
    let keys = checked_keys(list, |key| schema["properties"].get(key), keys, folder, unknown)?;
    Ok(item_of(schema, keys))
}

/// The values of these keys of a table in a list; `unknown` describes a key that no table there ever had.
pub(super) fn checked_keys<'k, 'v>(
    list: &str,
    known: impl Fn(&str) -> Option<&'k Json>,
    keys: impl IntoIterator<Item = (&'v String, &'v Json)>,
    folder: &Path,
    unknown: impl Fn(&str) -> String,
) -> Result<Keys, Mistake> {
    let checked = |(key, value): (&String, &Json)| {
        let Some(schema) = known(key) else {
            let renamed = new_name(&format!("{list}.{key}")).map(|new| format!("the key {key} is now {new}"));
            return Err(Mistake::new(renamed.unwrap_or_else(|| unknown(key))).within(key));
        };
        let value = checked(key, schema, value, folder);
        let in_key =
            |mistake: Mistake| Mistake { what: format!("{key}: {}", mistake.what), ..mistake }.within(key);
        Ok((key.clone(), value.map_err(in_key)?))
    };
    keys.into_iter().map(checked).collect()
}

/// Where the credentials go that are in the address of a service, which has this key.
fn place_of_credentials(name: &str) -> &'static str {
    match name {
        "nats" => {
            "name the user in cluster.user and a file with the password in cluster.password_file, or set \
             cluster.credentials_file"
        }
        "otlp_endpoint" => "write the header `Authorization: …` into the file of telemetry.headers_file",
        _ => "use hmac_secret_file or bearer_token_file to authenticate this server to the service",
    }
}

fn expected(schema: &Json, name: &str, got: &Json) -> Mistake {
    let what = allowed(&kind(schema), name);
    // A value in place of a secret may be a secret itself, so it is not shown.
    let schema = schema.to_string();
    let may_be_secret =
        ["\"writeOnly\":true", "\"format\":\"uri\""].into_iter().any(|mark| schema.contains(mark));
    if may_be_secret { Mistake::new(format!("expected {what}")) } else { Mistake::expected(&what, got) }
}

/// The allowed values, in words.
pub(super) fn allowed(kind: &Kind, name: &str) -> String {
    match kind {
        Kind::Flag => "true or false".into(),
        Kind::Whole(range) => format!("a whole number from {} to {}", range.start(), range.end()),
        Kind::Decimal(range) => {
            let unit = match name.rsplit_once('_') {
                Some((_, "s")) => " of seconds",
                Some((_, "m")) => " of metres",
                _ => "",
            };
            format!("a number{unit} from {} to {}", range.start(), range.end())
        }
        Kind::String | Kind::Secret => "a string".into(),
        Kind::Path => "a path".into(),
        Kind::Address => "an address with a port".into(),
        Kind::ServiceUrl => "a URL".into(),
        Kind::Choice(names) => {
            let (last, rest) = names.split_last().map_or(("", &names[..]), |(last, rest)| (*last, rest));
            format!("{} or {last}", rest.join(", "))
        }
        Kind::List(items) => match crate::schema::kind(items) {
            Kind::Path => "a list of paths".into(),
            Kind::Table => "a list of tables".into(),
            _ => "a list of strings".into(),
        },
        Kind::Listeners => "a list of addresses and tables".into(),
        Kind::Table => "a table".into(),
    }
}
