//! The limits of a server's clients.

use std::time::Duration;

use consonance_settings::settings;

use crate::AddressShares;
use crate::gateway::streams::{PingSettings, StreamSettings};

settings! {
    /// The limits of a server's clients.
    #[derive(Debug, PartialEq, Eq)]
    pub struct WebSocketLimits {
        /// Clients at once, without pending handshakes and unproved addresses.
        pub connections_max: usize = 1000, 1..=65_535;
        /// Connections that have not yet sent a request.
        pub handshakes_max: usize = 256, 1..=65_535;
        /// Time for a connection to send its request.
        pub handshake_timeout: Duration as handshake_timeout_s = Duration::from_secs(5), 0.1..=60;
        /// How often each client is pinged; proxies often close silent connections after 60 s.
        pub ping_interval: Duration as ping_interval_s = Duration::from_secs(15), 1..=3600;
        /// Other bytes than voice that wait for one client.
        ///
        /// The default is as much as there is to tell a newcomer of 5000 players at once.
        pub control_bytes_max: usize = 8 << 20, 65_536..=1_073_741_824;
        /// Bytes of voice that wait for one client.
        pub voice_bytes_max: usize = 32 << 10, 8192..=16_777_216;
    }
}

impl WebSocketLimits {
    /// The settings of streams with these limits, whose connections are shared between address prefixes by these rules.
    pub fn streams(&self, address_shares: AddressShares) -> StreamSettings {
        let mut settings = StreamSettings {
            address_shares,
            handshake_timeout: self.handshake_timeout,
            handshakes_max: self.handshakes_max,
            pings: Some(PingSettings { every: self.ping_interval, ..PingSettings::default() }),
            voice_bytes_max: self.voice_bytes_max,
            ..StreamSettings::default()
        };
        settings.tcp.connections_max = self.connections_max;
        settings.tcp.outgoing_bytes_max = self.control_bytes_max;
        settings
    }
}
