//! `listen`: where players connect, and over which networks.

mod keys;
mod networks;

use std::borrow::Cow;
use std::net::{Ipv6Addr, SocketAddr};
use std::path::Path;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

use crate::check::{Mistake, checked};
use crate::document::{Placed, Value, quoted};
use crate::former_keys::new_name;
use crate::schema::SCHEMA;
use crate::suggestion::{did_you_mean, nearest};
use crate::web::{ORIGIN, is_origin};
use crate::written::written;
use crate::{Config, DEFAULT_PORT};

pub use keys::{
    GameListenerConfig, KcpGeneration, ListenerConfig, ProxyListenerConfig, SidecarListenerConfig,
    VoiceLayout, WebSocketListenerConfig,
};
use networks::UPSTREAM;
pub(super) use networks::{COMMON_KEYS, NETWORKS, NetworkRow, PROXY_KEYS};
pub use networks::{IpProtocol, ListenerNetwork};

/// Where players connect.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[non_exhaustive]
pub struct ListenConfig {
    /// UDP addresses for QUIC.
    pub quic: Vec<SocketAddr>,
    /// Listeners for other networks.
    pub others: Vec<ListenerConfig>,
}

impl Default for ListenConfig {
    fn default() -> Self {
        Self { quic: vec![SocketAddr::from((Ipv6Addr::UNSPECIFIED, DEFAULT_PORT))], others: Vec::new() }
    }
}

/// The name of the network QUIC.
const QUIC: &str = "quic";

/// A list of addresses and of tables with the keys of their networks, as in the file.
impl JsonSchema for ListenConfig {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Listen".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let listener = generator.subschema_for::<ListenerConfig>().to_value();
        let table = |name: &str, about: &str, keys: Vec<&str>| {
            let mut properties = Map::from_iter([
                ("network".to_owned(), json!({ "const": name })),
                ("address".to_owned(), listener["properties"]["address"].clone()),
            ]);
            properties.extend(
                keys.into_iter().map(|path| (last(path).to_owned(), at_path(&listener, path).clone())),
            );
            json!({
                "type": "object",
                "description": about,
                "properties": properties,
                "required": ["network", "address"],
                "additionalProperties": false,
            })
        };
        let mut items = vec![
            json!({ "type": "string", "format": "address" }),
            table(QUIC, "Clients over QUIC; `[quic]` has the limits of all such listeners.", Vec::new()),
        ];
        items.extend(NETWORKS.iter().map(|row| table(row.name, row.about.trim(), row.all_keys())));
        json_schema!({ "type": ["array", "string"], "format": "listeners", "items": { "anyOf": items } })
    }
}

/// The schema of a key of a listener.
pub(super) fn schema_of(row: &NetworkRow, path: &str) -> &'static Json {
    let items = SCHEMA["properties"]["listen"]["items"]["anyOf"].as_array();
    let table = items.into_iter().flatten().find(|item| item["properties"]["network"]["const"] == row.name);
    table.map_or(&Json::Null, |table| &table["properties"][last(path)])
}

/// The name of a key in the file.
pub(super) fn last(path: &str) -> &str {
    path.rsplit_once('.').map_or(path, |(_, last)| last)
}

fn at_path<'s>(listener: &'s Json, path: &str) -> &'s Json {
    path.split('.').fold(listener, |table, key| &table["properties"][key])
}

/// The value of `listen` as JSON. A single address is a list of one.
pub(super) fn checked_listeners(value: &Value, folder: &Path) -> Result<Json, Mistake> {
    let (mut quic, mut others) = (Vec::new(), Vec::new());
    let single = [Placed { value: value.clone(), line: 0 }];
    let items = match value {
        Value::Text(_) => &single[..],
        Value::List(items) => items,
        _ => return Err(Mistake::expected("a list of addresses and tables", value)),
    };
    for Placed { value, line } in items {
        let in_line = |mistake: Mistake| if *line == 0 { mistake } else { mistake.or_at(*line) };
        match value {
            Value::Text(_) => quic.push(address(value, folder).map_err(in_line)?),
            Value::Table(keys) => match checked_table(keys, folder).map_err(in_line)? {
                Listener::Quic(address) => quic.push(address),
                Listener::Other(listener) => others.push(listener),
            },
            _ => return Err(in_line(Mistake::expected("an address or a table", value))),
        }
    }
    Ok(json!({ "quic": quic, "others": others }))
}

fn address(value: &Value, folder: &Path) -> Result<Json, Mistake> {
    checked("address", &json!({ "type": "string", "format": "address" }), value, folder)
}

/// The listener of a table.
pub(super) enum Listener {
    Quic(Json),
    Other(Json),
}

/// The listener of a table. Paths are relative to the folder.
pub(super) fn checked_table(keys: &[(String, Placed)], folder: &Path) -> Result<Listener, Mistake> {
    let names = || NETWORKS.iter().map(|row| row.name).chain([QUIC]);
    let find = |name: &str| keys.iter().find(|(key, _)| key == name).map(|(_, placed)| placed);
    let all = || names().collect::<Vec<_>>().join(", ");
    let network = find("network")
        .ok_or_else(|| Mistake::new(format!("the key network is missing: one of {}", all())))?;
    let at = find("address")
        .ok_or_else(|| Mistake::new("the key address is missing, for example \"0.0.0.0:7777\""))?;
    let name = match &network.value {
        Value::Text(name) => &**name,
        other => return Err(Mistake::expected("a string", other).or_at(network.line)),
    };
    let at = address(&at.value, folder).map_err(|mistake| mistake.or_at(at.line))?;
    let mut others = keys.iter().filter(|(key, _)| !["network", "address"].contains(&&**key));
    if name == QUIC {
        return match others.next() {
            Some((key, placed)) => Err(Mistake::at(placed.line, format!("there is no key {key} for {name}"))),
            None => Ok(Listener::Quic(at)),
        };
    }
    let row = NETWORKS.iter().find(|row| row.name == name).ok_or_else(|| {
        let meant = nearest(name, names()).map(|meant| format!("; did you mean {meant}?"));
        let meant = meant.unwrap_or_else(|| format!(", only {}", all()));
        Mistake::at(network.line, format!("there is no network {name:?}{meant}"))
    })?;
    let is_proxy = find(last(UPSTREAM)).is_some();
    let mut listener = json!({ "network": name, "address": at });
    for (key, Placed { value, line }) in others {
        let Some(path) = row.keys_of(is_proxy).find(|path| last(path) == key) else {
            return Err(Mistake::at(*line, no_such_key(row, is_proxy, key)));
        };
        let value = checked(key, schema_of(row, path), value, folder);
        let value = value.map_err(|mistake| mistake.of_key(key).or_at(*line))?;
        *path.split('.').fold(&mut listener, |table, key| &mut table[key]) = value;
    }
    Ok(Listener::Other(listener))
}

fn no_such_key(row: &NetworkRow, is_proxy: bool, key: &str) -> String {
    let name = row.name;
    if let Some(new) = new_name(&format!("listen.{key}")) {
        return format!("the key {key} is now {new}");
    }
    let has = |is_proxy| row.keys_of(is_proxy).any(|path| last(path) == key);
    match (is_proxy, has(!is_proxy)) {
        _ if key == last(UPSTREAM) => format!("{name} has no proxy: remove upstream"),
        (true, true) => format!("{key} is for listeners without upstream: remove one of them"),
        (false, true) if row.proxy.is_some() => {
            format!("{key} is for a proxy: also set upstream to the address of the game's server")
        }
        _ => {
            let more = ["network", "address"].into_iter().chain(row.proxy.map(|_| last(UPSTREAM)));
            let meant = did_you_mean(key, row.keys_of(is_proxy).map(last).chain(more));
            format!("there is no key {key} for {name}{meant}")
        }
    }
}

/// The value of `listen` in the syntax of the file, without defaults.
pub(super) fn written_listeners(listen: &Json) -> String {
    let list = |key: &str| listen[key].as_array().into_iter().flatten();
    let text = |value: &Json| quoted(value.as_str().unwrap_or_default());
    let quic = list("quic").map(text);
    let table = |listener: &Json| {
        let mut keys = vec![
            format!("network = {}", text(&listener["network"])),
            format!("address = {}", text(&listener["address"])),
        ];
        let row = NETWORKS.iter().find(|row| row.name == listener["network"]);
        let is_proxy = !listener["proxy"]["upstream"].is_null();
        for (row, path) in row.into_iter().flat_map(|row| row.keys_of(is_proxy).map(move |path| (row, path)))
        {
            let (schema, value) =
                (schema_of(row, path), path.split('.').fold(listener, |table, key| &table[key]));
            if *value != schema["default"] {
                keys.extend(written(schema, value).map(|value| format!("{} = {value}", last(path))));
            }
        }
        format!("{{ {} }}", keys.join(", "))
    };
    format!("[{}]", quic.chain(list("others").map(table)).collect::<Vec<_>>().join(", "))
}

impl ListenerConfig {
    /// The session of all its clients, given those of the configuration; `None` if each link names its own.
    ///
    /// # Errors
    /// A message, if it is not among `sessions`, or if there are several and none was chosen.
    pub fn session_among<'s>(&'s self, config: &'s Config) -> Result<Option<&'s str>, String> {
        let settled = &config.sessions;
        match (&self.session, &settled[..]) {
            (Some(session), _) if settled.contains(session) => Ok(Some(session)),
            (Some(session), _) => {
                let meant = did_you_mean(session, settled.iter().map(|name| &**name));
                Err(format!("{session:?} is not in sessions{meant}"))
            }
            (None, [only]) if config.sessions_on_demand.is_empty() => Ok(Some(only)),
            (None, _) if self.network == ListenerNetwork::Sidecar => Ok(None),
            (None, [only]) => Ok(Some(only)),
            (None, []) => Err("its clients need a session, but sessions is empty: add one".into()),
            (None, [first, ..]) => {
                Err(format!("set the session of its clients, for example session = {first:?}"))
            }
        }
    }

    /// A message about a mistake in the listener as a whole.
    pub(super) fn problem(&self, config: &Config) -> Option<String> {
        let ip = self.address.ip();
        let wrong_origin = self.web_socket.origins.iter().find(|origin| *origin != "*" && !is_origin(origin));
        match self.network {
            ListenerNetwork::Sidecar if !ip.is_loopback() && self.sidecar.secret_file.is_none() => {
                Some("other machines reach this address: set secret_file, or listen on 127.0.0.1".into())
            }
            ListenerNetwork::WebRtcNetwork if ip.is_unspecified() && self.game.announced.is_none() => Some(
                "set announced to the address at which players reach it, or listen on that address".into(),
            ),
            _ => (self.game.problem())
                .or_else(|| Some(format!("origins: expected {ORIGIN}, or \"*\", not {:?}", wrong_origin?)))
                .or_else(|| self.proxy.problem(self.address))
                .or_else(|| self.session_among(config).err()),
        }
    }
}
