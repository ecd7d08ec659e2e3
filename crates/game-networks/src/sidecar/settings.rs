//! Settings of either end of a link.

use std::fmt;
use std::time::Duration;

use consonance_link::gateway::tcp::TcpSettings;

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

/// A voice server's settings for the links of adapters.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SidecarSettings {
    /// The secret that adapters have to prove (default: none, as on a port that only this machine reaches).
    pub secret: LinkSecret,
    /// The session of all links: one that names another is ended (default: none, and each link's players
    /// join the session that it names).
    pub session: Option<String>,
    /// Links at once (default 64).
    pub links_max: usize,
    /// Links at once that have not proved yet that they know the secret (default 16). With one more, one is closed:
    /// of the address that [has the most](consonance_link::HandshakeSlots), or the oldest.
    pub handshakes_max: usize,
    /// Players of one link (default 1024). Kicked players count until the adapter reports that they left.
    pub players_max: u32,
    /// How long a link may take to its proof (default 5 s).
    pub handshake_timeout: Duration,
    /// Silence after which a link is lost (default 10 s, whole seconds). Heartbeats are sent four times as often.
    pub idle_timeout: Duration,
    /// Silence of a link after which its players are reported to the session as gone (default 0.75 s, three times the
    /// heartbeat interval requested from its adapter). They are reported as present with the next frame, and no
    /// player has to join again. The timeout is the same for adapters that promise the requested interval, longer for
    /// adapters that promise a slower one, and the idle timeout for all others.
    pub quiet_timeout: Duration,
    /// Bytes of reliable packets and of control that may wait for one link (default 8 MiB). Above an eighth of it the
    /// link is not read, so that its input causes no more of them: the rest is for the messages to one newcomer to a
    /// full session, and for those that other links cause. With more, and when that lasts for the idle timeout, the
    /// link ends as too slow.
    pub control_bytes_max: usize,
    /// Bytes of unreliable packets that may wait for one link (default 64 KiB, a tenth of a second of 200 players
    /// that hear ten speakers each). The oldest are dropped.
    pub voice_bytes_max: usize,
    /// The size of the operating system's buffer for each direction, in bytes (default 64 KiB; Linux counts twice as
    /// much). Voice that waits there can no longer be dropped, and arrives late.
    pub socket_buffer_bytes: usize,
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

impl Default for SidecarSettings {
    fn default() -> Self {
        Self {
            secret: LinkSecret::default(),
            session: None,
            links_max: 64,
            handshakes_max: 16,
            players_max: 1024,
            handshake_timeout: Duration::from_secs(5),
            idle_timeout: Duration::from_secs(10),
            quiet_timeout: Duration::from_millis(750),
            control_bytes_max: 8 * 1024 * 1024,
            voice_bytes_max: 64 * 1024,
            socket_buffer_bytes: 64 * 1024,
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
