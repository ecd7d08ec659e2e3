//! What a listener may be told that stands in front of a game's own server.

use std::net::SocketAddr;
use std::time::Duration;

use super::ListenerConfig;
use crate::field::Field;
use crate::keys::Key;

/// Where the game's server is, and how it meets its clients; the reasons stand with the settings of the crate
/// `consonance-gateway`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SpliceListenerConfig {
    /// The game's server, as a host and a port. With it the listener is a splice.
    pub upstream: Option<String>,
    /// Out of which addresses connections to the game's server come, such as `127.1.0.0/16`.
    pub source_addresses: Option<String>,
    /// Whether they begin with a header of the PROXY protocol.
    pub proxy_protocol: bool,
    /// How long the game's server may take to take a client in.
    pub upstream_timeout: Duration,
    /// Whether somebody whose voice the session closes is disconnected from the game, too.
    pub voice_closed_ends_game: bool,
    /// If not, after how long its next voice packet knocks again.
    pub voice_again: Duration,
}

impl SpliceListenerConfig {
    /// What is wrong with where the game's server is, in words, for a listener at this address.
    pub(super) fn problem(&self, listener: SocketAddr) -> Option<String> {
        let upstream = self.upstream.as_deref()?;
        let has_port = upstream
            .rsplit_once(':')
            .is_some_and(|(host, port)| !host.is_empty() && port.parse().is_ok_and(|port: u16| port != 0));
        if !has_port {
            let what =
                "the game's server has a host and a port, such as 127.0.0.1:7778 or game.internal:7777";
            return Some(format!("upstream {upstream:?}: {what}"));
        }
        let is_itself = upstream.parse().is_ok_and(|upstream: SocketAddr| {
            let is_here = listener.ip().is_unspecified() && upstream.ip().is_loopback();
            upstream.port() == listener.port() && (upstream.ip() == listener.ip() || is_here)
        });
        let what = "is this listener itself: let the game's server listen elsewhere, and name that";
        is_itself.then(|| format!("upstream {upstream} {what}"))
    }
}

impl Default for SpliceListenerConfig {
    fn default() -> Self {
        Self {
            upstream: None,
            source_addresses: None,
            proxy_protocol: false,
            upstream_timeout: Duration::from_secs(5),
            voice_closed_ends_game: false,
            voice_again: Duration::from_secs(10),
        }
    }
}

/// The key that makes a listener a splice.
pub(super) const UPSTREAM: &str = "upstream";

/// Those of every network that has a splice.
pub(in super::super) const SPLICE_KEYS: &[Key<ListenerConfig>] = &[
    Key::of_listener(
        UPSTREAM,
        Field::Text(|listener| &mut listener.splice.upstream),
        "The host and port of the game's server. Each client gets a connection of its own to it, and all but voice is passed on both ways.",
    )
    .with_example("\"127.0.0.1:7778\""),
    Key::of_listener(
        "source_addresses",
        Field::Text(|listener| &mut listener.splice.source_addresses),
        "Addresses of this machine, by their prefix: each client's connection to the game's server comes from one of its own out of these, so that the game can tell clients apart and ban them.",
    )
    .with_example("\"127.1.0.0/16\""),
    Key::of_listener(
        "proxy_protocol",
        Field::Flag(|listener| &mut listener.splice.proxy_protocol),
        "Tell the game's server the addresses of its clients with headers of the PROXY protocol, version 2. Only for servers, or something in front of them, that understand it.",
    ),
    Key::of_listener(
        "upstream_timeout_s",
        Field::Seconds(|listener| &mut listener.splice.upstream_timeout, 0.1, 60.0),
        "How long the game's server may take to take a client in, in seconds; after it the client is refused.",
    ),
    Key::of_listener(
        "voice_closed_ends_game",
        Field::Flag(|listener| &mut listener.splice.voice_closed_ends_game),
        "Disconnect players from the game whose voice the session closes: who is kicked or refused there. Without this the game goes on.",
    ),
    Key::of_listener(
        "voice_again_s",
        Field::Seconds(|listener| &mut listener.splice.voice_again, 1.0, 3600.0),
        "Where the game goes on, the time in seconds after which the next voice packet of such a player knocks at the session again.",
    ),
];
