//! Keys that several networks have.

use std::time::Duration;

use consonance_settings::settings;

settings! {
    /// How many clients a listener admits.
    #[derive(Copy, Debug, PartialEq, Eq)]
    pub struct ConnectionLimit {
        /// Clients at once, without pending handshakes and unproved addresses.
        pub connections_max: usize = 1000, 1..=65_535;
    }
}

settings! {
    /// When a silent peer counts as lost.
    #[derive(Copy, Debug, PartialEq, Eq)]
    pub struct IdleTimeout {
        /// Silence after which the other end counts as lost; 0 keeps the network's own.
        pub idle_timeout: Duration as idle_timeout_s = Duration::ZERO, 0..=600;
    }
}

impl IdleTimeout {
    /// The configured timeout, or the network's own if there is none.
    #[must_use]
    pub fn or(self, own: Duration) -> Duration {
        if self.idle_timeout == Duration::ZERO { own } else { self.idle_timeout }
    }
}
