//! The log of handshakes that fail.

use std::fmt;
use std::time::{Duration, Instant};

use tracing::{debug, warn};

use crate::gateway::Allowance;

/// Logs each failed handshake as one line with its reason. Any stranger can cause one, so there is a limit; what is
/// above it counts, and the next line has the count.
///
/// ```
/// use std::time::Instant;
///
/// use consonance_link::gateway::HandshakeLog;
///
/// let mut log = HandshakeLog::new(Instant::now(), "WebRTC");
/// log.note(Instant::now(), Some("192.0.2.7:4000".parse()?), "the peer fell silent");
/// # Ok::<(), std::net::AddrParseError>(())
/// ```
#[derive(Debug)]
pub struct HandshakeLog {
    network: &'static str,
    lines: Allowance,
    omitted: u64,
}

impl HandshakeLog {
    /// The log of a network of this name.
    pub fn new(now: Instant, network: &'static str) -> Self {
        Self { network, lines: Allowance::within(now, LINES_MAX, PERIOD), omitted: 0 }
    }

    /// A handshake with the peer at this address, if it is known, failed for this reason.
    pub fn note(&mut self, now: Instant, remote: Option<std::net::SocketAddr>, reason: impl fmt::Display) {
        let (network, remote) = (self.network, remote.map(tracing::field::display));
        match self.admit(now) {
            Some(0) => warn!(network, remote, %reason, "handshake failed"),
            Some(omitted) => warn!(network, remote, %reason, omitted, "handshake failed"),
            None => debug!(network, remote, %reason, "handshake failed"),
        }
    }

    /// How many lines were left out before this one; `None` if this one is left out, too.
    fn admit(&mut self, now: Instant) -> Option<u64> {
        if self.lines.take(now) {
            return Some(std::mem::take(&mut self.omitted));
        }
        self.omitted += 1;
        None
    }
}

/// How many lines there may be in each period.
const LINES_MAX: u32 = 10;
const PERIOD: Duration = Duration::from_mins(1);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_failures_is_ten_lines_a_minute_and_a_count() {
        let start = Instant::now();
        let mut log = HandshakeLog::new(start, "WebRTC");
        let admitted: Vec<_> = (0..1000).filter_map(|_| log.admit(start)).collect();
        assert_eq!(admitted, [0; 10]);
        assert_eq!(log.admit(start + PERIOD / 10), Some(990));
        assert_eq!(log.admit(start + PERIOD / 10), None);
        assert_eq!(log.admit(start + 2 * PERIOD), Some(1));
    }
}
