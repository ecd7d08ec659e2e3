//! Settings of voice in a room of players.

use std::time::Duration;

use consonance_link::hosted::{HostedSettings, channels};
use consonance_link::{PACKET_BYTES_MAX, PacketLimits};

/// Settings, the same for all players of a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatchboxSettings {
    /// The session that voice joins. `main`.
    pub session: String,
    /// The choice of the host. Elected.
    pub host: HostChoice,
    /// The players that exchange voice without the host between them. All.
    pub direct_links: DirectLinkChoice,
    /// How long to wait for a host that others name and that was never reached from here. 10 s.
    pub host_patience: Duration,
    /// The limit of players in the voice session. 256.
    pub players_max: usize,
}

/// The choice of the player that holds the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostChoice {
    /// The players agree: a host stays host, and when it goes, the player with the lowest number follows.
    Elected,
    /// The game decides, with [`MatchboxVoice::set_host`](crate::matchbox::MatchboxVoice::set_host), the same for every
    /// player.
    AsTold,
}

/// The players that have direct links.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DirectLinkChoice {
    /// All with all.
    All,
    /// Those that the game introduces, with [`MatchboxVoice::introduce`](crate::matchbox::MatchboxVoice::introduce).
    AsIntroduced,
}

impl Default for MatchboxSettings {
    fn default() -> Self {
        Self {
            session: "main".to_owned(),
            host: HostChoice::Elected,
            direct_links: DirectLinkChoice::All,
            host_patience: Duration::from_secs(10),
            players_max: 256,
        }
    }
}

impl MatchboxSettings {
    pub(crate) fn hosted(&self) -> HostedSettings {
        // The first byte of each message is its route.
        let messages = PacketLimits {
            reliable_bytes: PACKET_BYTES_MAX - 1,
            unreliable_bytes: UNRELIABLE_MESSAGE_BYTES_MAX - 1,
        };
        HostedSettings {
            // The host's own player is also a peer of the server.
            peers_max: self.players_max + 1,
            direct_links_max: self.players_max,
            ..HostedSettings::new(channels::packet_limits(messages))
        }
    }
}

/// The most bytes of a message in one datagram: SCTP's fragments are 1200 bytes less their headers (RFC 8831, 5).
const UNRELIABLE_MESSAGE_BYTES_MAX: usize = 1100;
