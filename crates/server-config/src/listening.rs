//! `listen`: where players connect, and over which networks.

mod listener;
mod network_table;
mod proxy;

use std::borrow::Cow;
use std::net::{Ipv6Addr, SocketAddr};
use std::path::Path;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value as Json, json};

use crate::DEFAULT_PORT;
use crate::check::{Mistake, checked};
use crate::document::{Placed, Value, quoted};
use crate::former_keys::new_name;
use crate::suggestion::{did_you_mean, nearest};

pub(super) use listener::{COMMON_KEYS, PROXY_KEYS};
pub use listener::{ListenerConfig, OtherSettingsType};
pub use network_table::{IpProtocol, NetworkSettings, NetworkTable, SettingsType};
pub use proxy::ProxyListenerConfig;

/// The networks that a configuration knows besides QUIC.
pub type NetworkTables = &'static [&'static NetworkTable];

/// Where players connect.
#[derive(Clone, Debug, PartialEq, Serialize)]
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

/// The default: serde knows no networks, and `ListenConfig::read` does its work.
impl<'de> Deserialize<'de> for ListenConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self::default())
    }
}

/// As it is in the file, but for the tables of other networks, which `add_tables` describes.
impl JsonSchema for ListenConfig {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Listen".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["array", "string"], "format": "listeners", "items": { "anyOf": [address_schema()] } })
    }
}

fn address_schema() -> Json {
    json!({ "type": "string", "format": "address" })
}

/// Describes the tables of these networks in the schema of a whole file.
pub(super) fn add_tables(schema: &mut Json, networks: NetworkTables) {
    let Json::Array(items) = &mut schema["properties"]["listen"]["items"]["anyOf"] else { return };
    let address = COMMON_KEYS["properties"]["address"].clone();
    let table = |name: &str, about: &str, keys: &mut dyn Iterator<Item = (&str, &Json)>| {
        let mut properties = Map::from_iter([
            ("network".to_owned(), json!({ "const": name })),
            ("address".to_owned(), address.clone()),
        ]);
        properties.extend(keys.map(|(key, schema)| (key.to_owned(), schema.clone())));
        json!({
            "type": "object",
            "description": about,
            "properties": properties,
            "required": ["network", "address"],
            "additionalProperties": false,
        })
    };
    let about_quic = "Clients over QUIC; `[quic]` has the limits of all such listeners.";
    items.push(table(QUIC, about_quic, &mut [].into_iter()));
    items.extend(networks.iter().map(|network| {
        let mut keys: Vec<_> = network.keys(false).collect();
        if network.has_proxy() {
            keys.extend(network.keys(true).filter(|key| !keys.contains(key)).collect::<Vec<_>>());
        }
        table(network.name, network.about.trim(), &mut keys.into_iter())
    }));
}

impl ListenConfig {
    /// The value of `listen` in a file of this folder. A single address is a list of one.
    pub(super) fn read(value: &Value, folder: &Path, networks: NetworkTables) -> Result<Self, Mistake> {
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
                Value::Table(keys) => match read_table(keys, folder, networks).map_err(in_line)? {
                    Listener::Quic(address) => quic.push(address),
                    Listener::Other(listener) => others.push(listener),
                },
                _ => return Err(in_line(Mistake::expected("an address or a table", value))),
            }
        }
        Ok(Self { quic, others })
    }

    /// In the syntax of the file, without defaults.
    pub(super) fn written(&self) -> String {
        let quic = self.quic.iter().map(|address| quoted(&address.to_string()));
        format!(
            "[{}]",
            quic.chain(self.others.iter().map(ListenerConfig::written)).collect::<Vec<_>>().join(", ")
        )
    }
}

fn address(value: &Value, folder: &Path) -> Result<SocketAddr, Mistake> {
    let address = checked("address", &address_schema(), value, folder)?;
    serde_json::from_value(address).map_err(|error| Mistake::new(error.to_string()))
}

/// The listener of a table.
pub(super) enum Listener {
    Quic(SocketAddr),
    Other(ListenerConfig),
}

/// The listener of a table. Paths are relative to the folder.
pub(super) fn read_table(
    keys: &[(String, Placed)],
    folder: &Path,
    networks: NetworkTables,
) -> Result<Listener, Mistake> {
    let names = || networks.iter().map(|network| network.name).chain([QUIC]);
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
            Some((key, placed)) => Err(Mistake::at(placed.line, format!("unknown key {key} for {name}"))),
            None => Ok(Listener::Quic(at)),
        };
    }
    let table = networks.iter().find(|table| table.name == name).ok_or_else(|| {
        let meant = nearest(name, names()).map(|meant| format!("; did you mean {meant}?"));
        let meant = meant.unwrap_or_else(|| format!(", only {}", all()));
        Mistake::at(network.line, format!("unknown network {name:?}{meant}"))
    })?;
    let is_proxy = find(UPSTREAM).is_some();
    let mut values = Map::new();
    for (key, Placed { value, line }) in others {
        let Some((_, schema)) = table.keys(is_proxy).find(|(known, _)| known == key) else {
            return Err(Mistake::at(*line, no_such_key(table, is_proxy, key)));
        };
        let value = checked(key, schema, value, folder);
        values.insert(key.clone(), value.map_err(|mistake| mistake.of_key(key).or_at(*line))?);
    }
    let listener = ListenerConfig::read(table, at, values);
    listener.map(Listener::Other).map_err(|error| Mistake::at(network.line, error.to_string()))
}

/// What makes a listener a proxy.
const UPSTREAM: &str = "upstream";

fn no_such_key(network: &'static NetworkTable, is_proxy: bool, key: &str) -> String {
    let name = network.name;
    if let Some(new) = new_name(&format!("listen.{key}")) {
        return format!("the key {key} is now {new}");
    }
    let names = |is_proxy| network.keys(is_proxy).map(|(known, _)| known);
    match (is_proxy, names(!is_proxy).any(|known| known == key)) {
        _ if key == UPSTREAM => format!("{name} has no proxy: remove upstream"),
        (true, true) => format!("{key} is for listeners without upstream: remove one of them"),
        (false, true) if network.has_proxy() => {
            format!("{key} is for a proxy: also set upstream to the address of the game's server")
        }
        _ => {
            let more = ["network", "address"].into_iter().chain(network.has_proxy().then_some(UPSTREAM));
            format!("unknown key {key} for {name}{}", did_you_mean(key, names(is_proxy).chain(more)))
        }
    }
}
