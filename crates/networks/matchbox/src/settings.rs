//! What voice in a room of players is set up with.

use std::time::Duration;

use consonance_transport::hosted::{HostedSettings, channels};
use consonance_transport::{PACKET_BYTES_MAX, PacketLimits};

/// The same for all players of a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatchboxSettings {
    /// The session that voice joins. `main`.
    pub session: String,
    /// How the host is chosen. Elected.
    pub host: HostChoice,
    /// Which players speak to each other without the host between them. All.
    pub direct_links: DirectLinkChoice,
    /// How long a host that others name and that was never reached from here is waited for. 10 s.
    pub host_patience: Duration,
    /// Players that voice is exchanged with. 256.
    pub players_max: usize,
}

/// Which player holds the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostChoice {
    /// The players agree: a host stays host, and when it goes, the player with the lowest number follows.
    Elected,
    /// The game says so, with [`MatchboxVoice::set_host`](crate::MatchboxVoice::set_host), to every player the same.
    AsTold,
}

/// Which players have direct links.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DirectLinkChoice {
    /// All with all.
    All,
    /// Those that the game introduces, with [`MatchboxVoice::introduce`](crate::MatchboxVoice::introduce).
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
        // One byte of each message says which way it goes.
        let messages = PacketLimits {
            reliable_bytes: PACKET_BYTES_MAX - 1,
            unreliable_bytes: UNRELIABLE_MESSAGE_BYTES_MAX - 1,
        };
        HostedSettings {
            // The host's own player is one of the server's.
            peers_max: self.players_max + 1,
            direct_links_max: self.players_max,
            ..HostedSettings::new(channels::packet_limits(messages))
        }
    }
}

/// What a data channel takes in one datagram: SCTP's fragments are 1200 bytes less what goes around them (RFC 8831, 5).
const UNRELIABLE_MESSAGE_BYTES_MAX: usize = 1100;
