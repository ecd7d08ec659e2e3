//! `listen`: where players connect, and over which networks.

mod listener;
mod network_keys;
mod session_among;

use std::borrow::Cow;
use std::net::{Ipv6Addr, SocketAddr};
use std::path::Path;
use std::slice;

use consonance_link::listener::NetworkTable;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value as Json, json};

use crate::check::{Mistake, checked, checked_keys};
use crate::default_port::DEFAULT_PORT;
use crate::document::{Keys, as_table, quoted};
use crate::suggestion::{did_you_mean, nearest};

pub(super) use listener::COMMON_KEYS;
pub use listener::ListenerConfig;
pub(super) use network_keys::{NetworkKeys, PROXY_KEYS};

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
        let all = NetworkKeys::of(network);
        let mut keys: Vec<_> = all.all(false).collect();
        if network.has_proxy() {
            keys.extend(all.all(true).filter(|key| !keys.contains(key)).collect::<Vec<_>>());
        }
        table(network.name, network.about.trim(), &mut keys.into_iter())
    }));
}

impl ListenConfig {
    /// The value of `listen` in a file of this folder. A single address is a list of one.
    pub(super) fn read(value: &Json, folder: &Path, networks: NetworkTables) -> Result<Self, Mistake> {
        let mut listen = Self { quic: Vec::new(), others: Vec::new() };
        let items = match value {
            Json::String(_) => slice::from_ref(value),
            Json::Array(items) => items,
            _ => return Err(Mistake::expected("a list of addresses and tables", value)),
        };
        for (index, item) in items.iter().enumerate() {
            let added = match as_table(item) {
                Some(keys) => listen.add(keys, folder, networks),
                None if item.is_string() => address(item, folder).map(|address| listen.quic.push(address)),
                None => Err(Mistake::expected("an address or a table", item)),
            };
            added.map_err(|mistake| mistake.within(&index))?;
        }
        Ok(listen)
    }

    /// Adds the listener of a table. Paths are relative to the folder.
    pub(super) fn add(&mut self, keys: &Keys, folder: &Path, networks: NetworkTables) -> Result<(), Mistake> {
        let names = networks.iter().map(|network| network.name).chain([QUIC]);
        let all = names.clone().collect::<Vec<_>>().join(", ");
        let missing = |key, what| Mistake::new(format!("the key {key} is missing{what}"));
        let network = keys.get("network").ok_or_else(|| missing("network", format!(": one of {all}")))?;
        let example = || missing("address", ", for example \"0.0.0.0:7777\"".to_owned());
        let at = keys.get("address").ok_or_else(example)?;
        let in_network = |mistake: Mistake| mistake.within(&"network");
        let name = network.as_str().ok_or_else(|| in_network(Mistake::expected("a string", network)))?;
        let at = address(at, folder).map_err(|mistake| mistake.within(&"address"))?;
        let mut others = keys.iter().filter(|(key, _)| !["network", "address"].contains(&&***key));
        if name == QUIC {
            let unknown = |(key, _)| Mistake::new(format!("unknown key {key} for {name}")).within(key);
            self.quic.push(at);
            return others.next().map(unknown).map_or(Ok(()), Err);
        }
        let table = networks.iter().find(|table| table.name == name).ok_or_else(|| {
            let meant = nearest(name, names).map(|meant| format!("; did you mean {meant}?"));
            let meant = meant.unwrap_or_else(|| format!(", only {all}"));
            in_network(Mistake::new(format!("unknown network {name:?}{meant}")))
        })?;
        let is_proxy = keys.contains_key(UPSTREAM);
        let all = NetworkKeys::of(table);
        let unknown = |key: &str| no_such_key(&all, is_proxy, key);
        let known = |key: &str| all.all(is_proxy).find(|(known, _)| *known == key).map(|(_, schema)| schema);
        let own = checked_keys("listen", known, others, folder, unknown)?;
        let listener = ListenerConfig::read(table, at, own);
        self.others.push(listener.map_err(|error| in_network(Mistake::new(error)))?);
        Ok(())
    }

    /// In the syntax of the file, without defaults.
    pub(super) fn written(&self) -> String {
        let quic = self.quic.iter().map(|address| quoted(&address.to_string()));
        let all: Vec<_> = quic.chain(self.others.iter().map(ListenerConfig::written)).collect();
        format!("[{}]", all.join(", "))
    }
}

fn address(value: &Json, folder: &Path) -> Result<SocketAddr, Mistake> {
    let address = checked("address", &address_schema(), value, folder)?;
    serde_json::from_value(address).map_err(|error| Mistake::new(error.to_string()))
}

/// What makes a listener a proxy.
const UPSTREAM: &str = "upstream";

fn no_such_key(keys: &NetworkKeys, is_proxy: bool, key: &str) -> String {
    let NetworkTable { name, .. } = keys.network;
    let has_proxy = keys.network.has_proxy();
    let names = |is_proxy| keys.all(is_proxy).map(|(known, _)| known);
    match (is_proxy, names(!is_proxy).any(|known| known == key)) {
        _ if key == UPSTREAM => format!("{name} has no proxy: remove upstream"),
        (true, true) => format!("{key} is for listeners without upstream: remove one of them"),
        (false, true) if has_proxy => {
            format!("{key} is for a proxy: also set upstream to the address of the game's server")
        }
        _ => {
            let more = ["network", "address"].into_iter().chain(has_proxy.then_some(UPSTREAM));
            format!("unknown key {key} for {name}{}", did_you_mean(key, names(is_proxy).chain(more)))
        }
    }
}
