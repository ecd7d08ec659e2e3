//! The keys of a network's listeners, with their schemas.

use std::sync::LazyLock;

use consonance_link::listener::{NetworkTable, ProxyListenerSettings};
use consonance_settings::DeclaredSettings as _;
use serde_json::{Map, Value as Json};

use super::listener::COMMON_KEYS;
use crate::declared::schema_of_keys;
use crate::schema::{properties, simplify};

/// The schema of the keys that a listener has in front of a game's own server.
pub(in super::super) static PROXY_KEYS: LazyLock<Json> = LazyLock::new(|| {
    let mut keys = ProxyListenerSettings::default();
    simplified(schema_of_keys(|visit| keys.visit(visit)))
});

/// The keys of a network's listeners.
pub(in super::super) struct NetworkKeys {
    pub(in super::super) network: &'static NetworkTable,
    /// The schema of its own keys.
    own: Json,
}

impl NetworkKeys {
    pub(in super::super) fn of(network: &'static NetworkTable) -> Self {
        let mut keys = (network.keys)();
        Self { network, own: simplified(schema_of_keys(|visit| keys.visit(visit))) }
    }

    /// Its own keys.
    pub(in super::super) fn own(&self) -> impl Iterator<Item = (&str, &Json)> + Clone {
        properties(&self.own)
    }

    /// All keys of a listener besides `network` and `address`, with a game's server behind it or without.
    pub(super) fn all(&self, is_proxy: bool) -> impl Iterator<Item = (&str, &Json)> + Clone {
        let NetworkTable { with_upstream, without_upstream, .. } = self.network;
        let absent = if is_proxy { without_upstream } else { with_upstream.unwrap_or_default() };
        let session = properties(&COMMON_KEYS).filter(|(key, _)| *key == "session");
        let own = self.own().filter(move |(key, _)| !absent.contains(key));
        let proxy = properties(&PROXY_KEYS).filter(move |_| is_proxy && with_upstream.is_some());
        session.chain(own).chain(proxy)
    }
}

fn simplified(schema: Map<String, Json>) -> Json {
    let mut schema = schema.into();
    simplify(&mut schema);
    schema
}
