//! The timeout for a silent peer.

use std::time::Duration;

use consonance_server_config::Seconds;

/// The configured timeout; 0 stands for the default of the network.
pub(crate) fn idle_timeout(configured: Seconds, default: Duration) -> Duration {
    let own = configured.into();
    if own == Duration::ZERO { default } else { own }
}
