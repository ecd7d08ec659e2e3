//! Settings and limits of the network.

use std::time::Duration;

use consonance_link::AddressShares;
use consonance_link::gateway::streams::{PingSettings, StreamSettings};
use consonance_settings::settings;

settings! {
    /// Limits of a server, and its release name.
    #[derive(Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct MumbleSettings {
        /// Users at once, without those that have not logged in.
        pub connections_max: usize = 1000, 1..=65_535;
        /// The rules for sharing connections between address prefixes.
        pub address_shares: AddressShares as _ = AddressShares::default();
        /// Bits per second for a client's voice, which set its quality.
        ///
        /// The highest quality of Mumble's client with packets of 10 ms takes 133 000.
        pub bandwidth_max: u32 = 144_000, 8000..=1_000_000;
        /// Connections that have not yet logged in.
        pub handshakes_max: usize = 256, 1..=65_535;
        /// Time for a connection to log in.
        ///
        /// Users confirm a certificate meanwhile.
        pub handshake_timeout: Duration as handshake_timeout_s = Duration::from_secs(10), 1..=120;
        /// Silence after which a user counts as lost.
        ///
        /// The default is that of Mumble's own server.
        pub idle_timeout: Duration as idle_timeout_s = Duration::from_secs(30), 15..=600;
        /// Other bytes than voice that wait for one user.
        pub control_bytes_max: usize = 1 << 20, 131_072..=1_073_741_824;
        /// Bytes of control messages that a client may send in a second, and eight times as many at once; messages
        /// above that are counted and dropped unread.
        pub control_bytes_per_second: u32 as _ = 32 << 10;
        /// Bytes of voice that wait for one user without UDP.
        ///
        /// The oldest is dropped.
        pub voice_bytes_max: usize = 32 << 10, 8192..=16_777_216;
        /// The server's release name.
        pub release: String as _ = "Consonance".to_owned();
    }
}

impl MumbleSettings {
    /// The settings of the control channels.
    pub(crate) fn streams(&self) -> StreamSettings {
        // The server sends no pings, since live clients send their own.
        let pings = PingSettings { every: self.idle_timeout / 3, unanswered_max: 2 };
        let mut settings = StreamSettings {
            address_shares: self.address_shares,
            handshake_timeout: self.handshake_timeout,
            handshakes_max: self.handshakes_max,
            pings: Some(pings),
            clients_ping: true,
            voice_bytes_max: self.voice_bytes_max,
            ..StreamSettings::default()
        };
        settings.tcp.connections_max = self.connections_max;
        settings.tcp.outgoing_bytes_max = self.control_bytes_max;
        settings
    }
}
