//! How long the other end of a connection may be silent.

use std::time::Duration;

use consonance_server_config::Seconds;

/// As configured: 0 is the default of its network.
pub(crate) fn silence_timeout(configured: Seconds, default: Duration) -> Duration {
    let own = configured.into();
    if own == Duration::ZERO { default } else { own }
}
