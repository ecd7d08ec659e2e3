//! What the configuration has to know of a network: its name, what it is, and the struct of its own keys.

use std::any::TypeId;
use std::fmt;
use std::net::SocketAddr;
use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};

use crate::schema::{properties, schema_of};

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
    pub(super) id: TypeId,
    pub(crate) schema: LazyLock<Json>,
    /// These keys, and the defaults of all others.
    pub(super) complete: fn(Json) -> serde_json::Result<Json>,
    /// [`NetworkSettings::problem`] of complete keys.
    pub(super) problem: fn(&Json, SocketAddr) -> Option<String>,
}

impl SettingsType {
    /// This one.
    pub const fn of<T: NetworkSettings>() -> Self {
        Self {
            id: TypeId::of::<T>(),
            schema: LazyLock::new(schema_of::<T>),
            complete: |keys| serde_json::to_value(serde_json::from_value::<T>(keys)?),
            problem: |keys, listener| T::deserialize(keys).ok()?.problem(listener),
        }
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
        (self.settings.complete)(json!({})).unwrap_or_default()
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
