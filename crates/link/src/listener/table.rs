//! What a configuration has to know of a network: its name, what it is, and its own keys.

use super::ListenerKeys;

/// A network that a listener may be for.
///
/// Its listeners have the keys of every listener, its own, and, in front of a game's server, those of
/// [`ProxyListenerSettings`](super::ProxyListenerSettings).
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
    /// Its own keys, with their defaults: [`ListenerKeys::of`] its struct.
    pub keys: fn() -> ListenerKeys,
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

impl NetworkTable {
    /// Whether a listener for it may be in front of a game's own server.
    pub fn has_proxy(&self) -> bool {
        self.with_upstream.is_some()
    }
}
