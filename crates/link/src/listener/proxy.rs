//! The keys of a listener in front of a game's own server.

use std::net::SocketAddr;
use std::time::Duration;

use consonance_settings::settings;

settings! {
    /// A listener in front of a game's own server; the reasons stand with
    /// [`UpstreamSettings`](crate::gateway::UpstreamSettings).
    #[derive(Debug, PartialEq, Eq)]
    pub struct ProxyListenerSettings {
        /// The host and port of the game's server.
        #[example("127.0.0.1:7778")]
        pub upstream: Option<String> = None;
        /// Addresses of this machine, as a prefix: each client's connection comes from its own; see docs/proxy.md.
        #[example("127.1.0.0/16")]
        pub source_addresses: Option<String> = None;
        /// Send clients' addresses in PROXY protocol headers, version 2.
        pub proxy_protocol: bool = false;
        /// Time for the game's server to accept a client.
        pub upstream_timeout: Duration as upstream_timeout_s = Duration::from_secs(5), 0.1..=60;
        /// Disconnect a player from the game when the session kicks or refuses its voice.
        pub disconnect_on_voice_kick: bool = false;
        /// Otherwise, the time after which its next voice packet asks again.
        pub voice_retry: Duration as voice_retry_s = Duration::from_secs(10), 1..=3600;
    }
}

impl ProxyListenerSettings {
    /// A message about a wrong address of the game's server, for a listener at this address.
    pub fn problem(&self, listener: SocketAddr) -> Option<String> {
        let upstream = self.upstream.as_deref()?;
        let has_port = upstream
            .rsplit_once(':')
            .is_some_and(|(host, port)| !host.is_empty() && port.parse().is_ok_and(|port: u16| port != 0));
        if !has_port {
            let what = "expected a host and a port, such as 127.0.0.1:7778 or game.internal:7777";
            return Some(format!("upstream {upstream:?}: {what}"));
        }
        let is_itself = upstream.parse().is_ok_and(|upstream: SocketAddr| {
            let is_here = listener.ip().is_unspecified() && upstream.ip().is_loopback();
            upstream.port() == listener.port() && (upstream.ip() == listener.ip() || is_here)
        });
        let what = "is this listener itself: expected the address of the game's server";
        is_itself.then(|| format!("upstream {upstream} {what}"))
    }
}
