//! What the configuration has to know of a network: its name, what it is, and the struct of its own keys.

use std::any::TypeId;
use std::fmt;
use std::net::SocketAddr;
use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use crate::document::Keys;
use crate::schema::{item_of, properties, schema_of, value_of_key, without_marks};

/// A network that a listener may be for, besides QUIC.
///
/// Its listeners have the keys of every listener, its own (the fields of one struct), and, in front of a game's server,
/// those of [`ProxyListenerConfig`](super::ProxyListenerConfig).
#[derive(Debug)]
pub struct NetworkTable {
    /// As a file has it: lower case, such as `mirror-kcp`.
    pub name: &'static str,
    /// What its clients are, in sentences.
    pub about: &'static str,
    /// The protocol of its port.
    pub ip_protocol: IpProtocol,
    /// Whether its clients name a session themselves, where the listener leaves a choice.
    pub names_sessions: bool,
    /// Its own keys.
    pub settings: SettingsType,
    /// Those of them that a listener in front of a game's server does not have.
    pub without_upstream: &'static [&'static str],
    /// Those of them that only a listener in front of a game's server has; `None` if there is no proxy for it.
    pub with_upstream: Option<&'static [&'static str]>,
}

/// The protocol of a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IpProtocol {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
}

/// The struct of a network's own keys; [`table!`](crate::table) declares one.
///
/// Keys that the network's crate declares are in a field with its struct; see [`declared`](crate::declared).
pub trait NetworkSettings:
    Clone + fmt::Debug + Default + DeserializeOwned + Serialize + JsonSchema + Send + Sync + 'static
{
    /// What does not fit together, as the end of a sentence, for a listener at this address.
    fn problem(&self, _listener: SocketAddr) -> Option<String> {
        None
    }
}

/// Which struct has the keys of a network.
pub struct SettingsType {
    id: TypeId,
    /// All keys, those of the structs of other crates included.
    pub(crate) schema: LazyLock<Json>,
    /// The same with the places of values in the struct.
    with_places: LazyLock<Json>,
    complete: fn(&Self, Keys) -> serde_json::Result<Json>,
    problem: fn(&Self, &Json, SocketAddr) -> Option<String>,
}

impl SettingsType {
    /// This one.
    pub const fn of<T: NetworkSettings>() -> Self {
        Self {
            id: TypeId::of::<T>(),
            schema: LazyLock::new(|| without_marks(schema_of::<T>())),
            with_places: LazyLock::new(schema_of::<T>),
            complete: |own, keys| own.keys_of(&own.build::<T>(keys)?),
            problem: |own, keys, listener| own.read::<T>(keys)?.problem(listener),
        }
    }

    /// These keys, and the defaults of all others.
    pub(super) fn complete(&self, keys: Keys) -> serde_json::Result<Json> {
        (self.complete)(self, keys)
    }

    /// [`NetworkSettings::problem`] of complete keys.
    pub(super) fn problem(&self, keys: &Json, listener: SocketAddr) -> Option<String> {
        (self.problem)(self, keys, listener)
    }

    /// The struct with these keys, if it is this one.
    pub(super) fn read<T: NetworkSettings>(&self, keys: &Json) -> Option<T> {
        let keys = keys.as_object().filter(|_| self.id == TypeId::of::<T>())?;
        self.build(keys.clone()).ok()
    }

    fn build<T: NetworkSettings>(&self, keys: Keys) -> serde_json::Result<T> {
        serde_json::from_value(item_of(&self.with_places, keys))
    }

    fn keys_of<T: NetworkSettings>(&self, settings: &T) -> serde_json::Result<Json> {
        let settings = serde_json::to_value(settings)?;
        let value = |(key, schema)| (key, value_of_key(key, schema, &settings).clone());
        Ok(properties(&self.with_places).map(value).collect())
    }
}

impl fmt::Debug for SettingsType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SettingsType").finish_non_exhaustive()
    }
}

impl NetworkTable {
    /// Whether a listener for it may be in front of a game's own server.
    pub fn has_proxy(&self) -> bool {
        self.with_upstream.is_some()
    }

    /// The defaults of its own keys, as a JSON object.
    pub fn default_settings(&self) -> Json {
        self.settings.complete(Keys::new()).unwrap_or_default()
    }

    /// Its own keys, in front of a game's server or not.
    pub(super) fn own_keys(
        &'static self,
        is_proxy: bool,
    ) -> impl Iterator<Item = (&'static str, &'static Json)> + Clone {
        let absent = if is_proxy { self.without_upstream } else { self.with_upstream.unwrap_or_default() };
        properties(&self.settings.schema).filter(move |(key, _)| !absent.contains(key))
    }
}
