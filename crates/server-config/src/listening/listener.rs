//! One listener for another network than QUIC.

use std::net::SocketAddr;
use std::sync::LazyLock;

use consonance_link::listener::{ListenerKeys, NetworkTable, ProxyListenerSettings};
use consonance_settings::DeclaredSettings as _;
use serde::{Serialize, Serializer};
use serde_json::{Value as Json, json};

use super::network_keys::{NetworkKeys, PROXY_KEYS};
use crate::declared::{json_of_keys, set_keys};
use crate::document::Keys;
use crate::schema::{properties, schema_of};
use crate::table::table;
use crate::written::inline_table;

/// One listener for another network than QUIC, whose clients are all in one session.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ListenerConfig {
    /// The network.
    pub network: &'static NetworkTable,
    /// Where to listen: a TCP address or a UDP one, depending on the network.
    pub address: SocketAddr,
    /// The session of its clients; see [`session_among`](Self::session_among).
    pub session: Option<String>,
    /// What a listener in front of a game's own server has.
    pub proxy: ProxyListenerSettings,
    /// The keys of its network.
    pub keys: ListenerKeys,
}

table! {
    /// What every listener for another network than QUIC has.
    struct CommonKeys {
        /// Where to listen: a TCP address or a UDP one, depending on the network.
        #[schemars(extend("format" = "address"))]
        pub address: Option<String> = None;
        /// The session of its clients, required if there are several, except for links of sidecars.
        #[schemars(example = &"main")]
        pub session: Option<String> = None;
    }
}

/// The schema of the keys of every listener.
pub(in super::super) static COMMON_KEYS: LazyLock<Json> = LazyLock::new(schema_of::<CommonKeys>);

impl ListenerConfig {
    /// One with the defaults of its network.
    pub fn new(network: &'static NetworkTable, address: SocketAddr) -> Self {
        let (proxy, keys) = (ProxyListenerSettings::default(), (network.keys)());
        Self { network, address, session: None, proxy, keys }
    }

    /// The value of one of its keys, as JSON: null if it has none, or if there is no such key.
    pub fn value(&self, key: &str) -> Json {
        self.to_json()[key].take()
    }

    /// Out of checked values of its keys.
    pub(super) fn read(
        network: &'static NetworkTable,
        address: SocketAddr,
        keys: Keys,
    ) -> Result<Self, String> {
        let is_of_proxy = |key: &str| properties(&PROXY_KEYS).any(|(known, _)| known == key);
        let (proxy, mut own): (Keys, Keys) = keys.into_iter().partition(|(key, _)| is_of_proxy(key));
        let mut listener = Self::new(network, address);
        if let Some(Json::String(session)) = own.remove("session") {
            listener.session = Some(session);
        }
        set_keys(proxy, |visit| listener.proxy.visit(visit))?;
        set_keys(own, |visit| listener.keys.visit(visit))?;
        Ok(listener)
    }

    /// In the syntax of the file, without defaults.
    pub(super) fn written(&self) -> String {
        let is_proxy = self.proxy.upstream.is_some();
        let place = ["network", "address"].map(|key| (key, &COMMON_KEYS["properties"]["address"]));
        let keys = NetworkKeys::of(self.network);
        inline_table(place.into_iter().chain(keys.all(is_proxy)), &self.to_json(), false)
    }

    /// All its keys, in one table.
    fn to_json(&self) -> Json {
        let Self { network, address, session, proxy, keys } = self;
        let mut all = json!({ "network": network.name, "address": address, "session": session });
        let (mut proxy, mut keys) = (proxy.clone(), keys.clone());
        for part in [json_of_keys(|visit| proxy.visit(visit)), json_of_keys(|visit| keys.visit(visit))] {
            let keys = part.as_object().into_iter().flatten();
            keys.for_each(|(key, value)| all[key] = value.clone());
        }
        all
    }

    /// A message about a mistake in its keys as a whole.
    pub(super) fn problem_of_keys(&self) -> Option<String> {
        self.keys.problem(self.address).or_else(|| self.proxy.problem(self.address))
    }
}

impl PartialEq for ListenerConfig {
    fn eq(&self, other: &Self) -> bool {
        self.to_json() == other.to_json()
    }
}

impl Serialize for ListenerConfig {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_json().serialize(serializer)
    }
}
