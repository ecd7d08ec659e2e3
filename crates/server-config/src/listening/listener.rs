//! One listener for another network than QUIC.

use std::any::type_name;
use std::error::Error;
use std::fmt;
use std::net::SocketAddr;
use std::sync::LazyLock;

use serde::{Serialize, Serializer};
use serde_json::{Value as Json, json};

use super::{NetworkSettings, NetworkTable, ProxyListenerConfig};
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
    pub proxy: ProxyListenerConfig,
    /// All keys of its network.
    settings: Json,
}

table! {
    /// What every listener for another network than QUIC has.
    struct CommonKeys {
        /// Where to listen: a TCP address or a UDP one, depending on the network.
        #[schemars(extend("format" = "address"))]
        pub address: Option<String> = None;
        /// The session of its clients, one of sessions; required if there are several. Default: the only one. Links of
        /// sidecars can name their own: by default they do where there is a choice, on-demand sessions included.
        #[schemars(example = &"main")]
        pub session: Option<String> = None;
    }
}

/// The schema of the keys of every listener.
pub(in super::super) static COMMON_KEYS: LazyLock<Json> = LazyLock::new(schema_of::<CommonKeys>);

/// The schema of the keys that a listener has in front of a game's own server.
pub(in super::super) static PROXY_KEYS: LazyLock<Json> = LazyLock::new(schema_of::<ProxyListenerConfig>);

impl NetworkTable {
    /// All keys of a listener besides `network` and `address`, with a game's server behind it or without.
    pub(in super::super) fn keys(
        &'static self,
        is_proxy: bool,
    ) -> impl Iterator<Item = (&'static str, &'static Json)> + Clone {
        let session = properties(&COMMON_KEYS).filter(|(key, _)| *key == "session");
        let proxy = properties(&PROXY_KEYS).filter(move |_| is_proxy && self.has_proxy());
        session.chain(self.own_keys(is_proxy)).chain(proxy)
    }
}

impl ListenerConfig {
    /// One with the defaults of its network.
    pub fn new(network: &'static NetworkTable, address: SocketAddr) -> Self {
        let (proxy, settings) = (ProxyListenerConfig::default(), network.default_settings());
        Self { network, address, session: None, proxy, settings }
    }

    /// The keys of its network.
    ///
    /// # Errors
    /// If `T` is not the type that the network's table names.
    pub fn settings<T: NetworkSettings>(&self) -> Result<T, OtherSettingsType> {
        let other = OtherSettingsType { network: self.network.name, asked: type_name::<T>() };
        self.network.settings.read(&self.settings).ok_or(other)
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
    ) -> serde_json::Result<Self> {
        let is_of_proxy = |key: &str| properties(&PROXY_KEYS).any(|(known, _)| known == key);
        let (proxy, mut own): (Keys, Keys) = keys.into_iter().partition(|(key, _)| is_of_proxy(key));
        let session = serde_json::from_value(own.remove("session").unwrap_or_default())?;
        let proxy = serde_json::from_value(proxy.into())?;
        Ok(Self { network, address, session, proxy, settings: network.settings.complete(own)? })
    }

    /// In the syntax of the file, without defaults.
    pub(super) fn written(&self) -> String {
        let is_proxy = self.proxy.upstream.is_some();
        let place = ["network", "address"].map(|key| (key, &COMMON_KEYS["properties"]["address"]));
        inline_table(place.into_iter().chain(self.network.keys(is_proxy)), &self.to_json(), false)
    }

    /// All its keys, in one table.
    fn to_json(&self) -> Json {
        let Self { network, address, session, proxy, settings } = self;
        let mut all = json!({ "network": network.name, "address": address, "session": session });
        for part in [&json!(proxy), settings] {
            let keys = part.as_object().into_iter().flatten();
            keys.for_each(|(key, value)| all[key] = value.clone());
        }
        all
    }

    /// A message about a mistake in its keys as a whole.
    pub(super) fn problem_of_keys(&self) -> Option<String> {
        self.network
            .settings
            .problem(&self.settings, self.address)
            .or_else(|| self.proxy.problem(self.address))
    }
}

/// The settings of a listener are of another type than the one that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OtherSettingsType {
    network: &'static str,
    asked: &'static str,
}

impl fmt::Display for OtherSettingsType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { network, asked } = self;
        write!(f, "the settings of {network} are not {asked}: read them as the type in the network's table")
    }
}

impl Error for OtherSettingsType {}

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
