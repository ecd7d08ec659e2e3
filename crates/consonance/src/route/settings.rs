//! When a fallback is used, and when to return from it.

use std::time::Duration;

/// When a chat whose address begins with `quic://` uses the server's `WebSocket` because UDP does not get through, and
/// how often it tries UDP again.
///
/// The server announces its `WebSocket`: in the address (`#sha256=…&wss=PORT`), and to each client that connects. It
/// must have TLS and the same certificate as over QUIC; voice never uses plain `ws` automatically.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FallbackSettings {
    /// How long nothing may arrive over UDP before the link counts as lost, if there is a `WebSocket` to use instead. 7
    /// s: a silent QUIC link gets an answer every 4.5 s. Without a `WebSocket`, QUIC's own limit of 10 s holds.
    pub idle_timeout: Duration,
    /// How long UDP is tried alone before the `WebSocket` is tried, too; the first of them that connects is used. 2 s:
    /// QUIC repeats its first datagram after 0.3 and 0.9 s, so two may be lost.
    pub head_start: Duration,
    /// The same after a link over UDP has fallen silent, when UDP is likely to be blocked. 0.5 s: a restarted server
    /// answers within that on most paths.
    pub head_start_after_loss: Duration,
    /// How long the `WebSocket` is used before UDP is tried again in the background. 15 s. Doubles with each failed
    /// attempt, and with each link over UDP that is lost again within a minute.
    pub probe_interval_min: Duration,
    /// The longest time between two attempts. 10 min.
    pub probe_interval_max: Duration,
}

impl Default for FallbackSettings {
    fn default() -> Self {
        Self {
            idle_timeout: Duration::from_secs(7),
            head_start: Duration::from_secs(2),
            head_start_after_loss: Duration::from_millis(500),
            probe_interval_min: Duration::from_secs(15),
            probe_interval_max: Duration::from_mins(10),
        }
    }
}
