//! Settings of either end of a link.

use std::fmt;
use std::time::Duration;

use consonance_link::gateway::tcp::TcpSettings;
use consonance_settings::settings;

use crate::sidecar::outbox::PIECE_BYTES;

/// The secret that both ends of a link know and never send. Empty where every program that reaches the port is trusted.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct LinkSecret(Box<[u8]>);

impl LinkSecret {
    /// With fewer than 16 bytes that are hard to guess, an attacker that has recorded a link's handshake can find the
    /// secret by trying.
    pub fn new(bytes: impl AsRef<[u8]>) -> Self {
        Self(bytes.as_ref().into())
    }

    /// Whether there is no secret.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for LinkSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LinkSecret")
    }
}

settings! {
    /// A voice server's settings for the links of adapters.
    #[derive(Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct SidecarSettings {
        /// The secret that adapters have to prove; by default none, as on a port that only this machine reaches.
        pub secret: LinkSecret as _ = LinkSecret::default();
        /// The session of all links: one that names another is ended. By default each link's players join the session
        /// that it names.
        pub session: Option<String> as _ = None;
        /// Links of game servers at once.
        pub links_max: usize = 64, 1..=4096;
        /// Links that have not yet proved the secret.
        ///
        /// With one more, one is closed: of the address that [has the most](consonance_link::HandshakeSlots), or
        /// the oldest.
        pub handshakes_max: usize = 16, 1..=4096;
        /// Players of one link.
        pub players_max: u32 = 1024, 1..=65_535;
        /// Time for a link to prove it.
        pub handshake_timeout: Duration as handshake_timeout_s = Duration::from_secs(5), 0.1..=60;
        /// Whole seconds of silence after which a link and its players count as lost.
        ///
        /// Heartbeats are sent four times as often.
        pub idle_timeout: Duration as idle_timeout_s = Duration::from_secs(10), 2..=600;
        /// Silence after which a link's players appear to leave.
        ///
        /// Three times the heartbeat interval requested from the adapter. Its players are reported as present with the
        /// next frame, and no player has to join again. The timeout is the same for adapters that promise the requested
        /// interval, and longer for adapters that promise a slower one.
        pub quiet_timeout: Duration as quiet_timeout_s = Duration::from_millis(750), 0.3..=60;
        /// Other bytes than voice that wait for one link.
        ///
        /// The link is not read then, so that its input causes no more of them: the rest is for the messages to one
        /// newcomer to a full session, and for those that other links cause. With more, and when that lasts for the
        /// idle timeout, the link ends as too slow.
        pub control_bytes_max: usize = 8 << 20, 65_536..=1_073_741_824;
        /// Bytes of voice that wait for one link.
        ///
        /// The default is a tenth of a second of 200 players that hear ten speakers each. The oldest are dropped.
        pub voice_bytes_max: usize = 64 << 10, 8192..=16_777_216;
        /// The size of the operating system's buffer for each direction, in bytes; Linux counts twice as much. Voice
        /// that waits there can no longer be dropped, and arrives late.
        pub socket_buffer_bytes: usize as _ = 64 << 10;
    }
}

/// The number of heartbeats requested from an adapter within the quiet timeout.
const SAYINGS_PER_QUIET: u32 = 3;

impl SidecarSettings {
    /// The heartbeat interval requested from adapters.
    pub(crate) fn pace_ms(&self) -> u16 {
        let pace = self.quiet_timeout / SAYINGS_PER_QUIET;
        u16::try_from(pace.as_millis()).unwrap_or(u16::MAX).max(1)
    }

    /// The quiet timeout of an adapter that promises this interval.
    pub(crate) fn quiet_after_pace(&self, pace_ms: u16) -> Duration {
        self.quiet_timeout.max(Duration::from_millis(pace_ms.into()) * SAYINGS_PER_QUIET)
    }

    pub(crate) fn tcp(&self) -> TcpSettings {
        TcpSettings {
            // Twice the pending handshakes, because connections that are saying goodbye count too.
            connections_max: self.links_max.saturating_add(self.handshakes_max.saturating_mul(2)),
            user_timeout: self.idle_timeout,
            ..tcp(self.control_bytes_max, self.socket_buffer_bytes)
        }
    }
}

/// An adapter's settings.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SidecarLinkSettings {
    /// The voice server's secret (default: none).
    pub secret: LinkSecret,
    /// The session that the players of this link are in, up to 255 bytes (default: the server's only one).
    pub session: String,
    /// The name of this game server in the voice server's log, up to 128 bytes (default: none).
    pub name: String,
    /// How long the voice server may take to answer (default 5 s).
    pub connect_timeout: Duration,
    /// The delay before the first retry (default 0.5 s). It doubles with each further retry.
    pub retry_min: Duration,
    /// The longest delay (default 10 s). A link that comes up resets the delay.
    pub retry_max: Duration,
    /// Bytes of reliable packets and of control that may wait (default 8 MiB). With more the link ends as too slow,
    /// and reconnects.
    pub control_bytes_max: usize,
    /// Bytes of unreliable packets that may wait (default 64 KiB). The oldest are dropped.
    pub voice_bytes_max: usize,
    /// The size of the operating system's buffer for each direction, in bytes (default 64 KiB).
    pub socket_buffer_bytes: usize,
}

impl SidecarLinkSettings {
    pub(crate) fn tcp(&self) -> TcpSettings {
        tcp(self.control_bytes_max, self.socket_buffer_bytes)
    }
}

impl Default for SidecarLinkSettings {
    fn default() -> Self {
        let SidecarSettings { control_bytes_max, voice_bytes_max, socket_buffer_bytes, .. } =
            SidecarSettings::default();
        Self {
            secret: LinkSecret::default(),
            session: String::new(),
            name: String::new(),
            connect_timeout: Duration::from_secs(5),
            retry_min: Duration::from_millis(500),
            retry_max: Duration::from_secs(10),
            control_bytes_max,
            voice_bytes_max,
            socket_buffer_bytes,
        }
    }
}

/// Room for one piece of voice, and for all remaining control at the end.
fn tcp(control_bytes_max: usize, socket_buffer_bytes: usize) -> TcpSettings {
    TcpSettings {
        outgoing_bytes_max: control_bytes_max.saturating_add(2 * PIECE_BYTES),
        system_bytes_max: Some(socket_buffer_bytes),
        system_incoming_bytes_max: Some(socket_buffer_bytes),
        ..TcpSettings::default()
    }
}
