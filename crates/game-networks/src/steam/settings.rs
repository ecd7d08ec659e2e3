//! Settings of a server and of a player.

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use consonance_link::hosted::HostedSettings;

use crate::steam::{LIMITS, SteamChannels, SteamId};

/// Settings that both ends share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkSettings {
    /// The channels of the game.
    pub channels: SteamChannels,
    /// The heartbeat interval between our ends, by which Steam notices that the other end is gone. 10 s.
    pub still_here_interval: Duration,
    /// Whether whole Steam sessions are closed 30 s after a link has ended. Otherwise only our channels are closed,
    /// for programs in which a game uses Steam's sessions, too. No.
    pub closes_sessions: bool,
}

impl Default for LinkSettings {
    fn default() -> Self {
        Self {
            channels: SteamChannels::default(),
            still_here_interval: Duration::from_secs(10),
            closes_sessions: false,
        }
    }
}

/// A server's settings.
#[derive(Debug)]
pub struct ServerSettings {
    /// Settings that both ends share.
    pub link: LinkSettings,
    /// The accounts that are admitted without being named by the game.
    pub admission: AccountAdmission,
    /// How long packets of an ended link open no other. 10 s.
    pub quiet_time: Duration,
    /// The limits of the queues between voice and Steam, and of the number of peers: the defaults of a network that
    /// lives in a game, with 1000 peers.
    pub bounds: HostedSettings,
}

impl Default for ServerSettings {
    fn default() -> Self {
        let bounds = HostedSettings { peers_max: 1000, ..HostedSettings::new(LIMITS) };
        Self {
            link: LinkSettings::default(),
            admission: AccountAdmission::default(),
            quiet_time: Duration::from_secs(10),
            bounds,
        }
    }
}

/// The accounts whose sessions and packets a server accepts. Those that the game
/// [names](crate::steam::Members::connected) are admitted anyway.
#[derive(Default)]
pub enum AccountAdmission {
    /// Any account that sends something.
    #[default]
    Everyone,
    /// These accounts.
    Listed(BTreeSet<SteamId>),
    /// Accounts for which the function returns true. It is called for each session, and for each newcomer.
    Asked(Box<dyn FnMut(SteamId) -> bool + Send>),
    /// Only those that the game names.
    Named,
}

impl AccountAdmission {
    pub(crate) fn lets_in(&mut self, id: SteamId) -> bool {
        match self {
            Self::Everyone => true,
            Self::Listed(listed) => listed.contains(&id),
            Self::Asked(ask) => ask(id),
            Self::Named => false,
        }
    }
}

impl fmt::Debug for AccountAdmission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everyone => f.write_str("Everyone"),
            Self::Listed(listed) => f.debug_tuple("Listed").field(listed).finish(),
            Self::Asked(_) => f.write_str("Asked"),
            Self::Named => f.write_str("Named"),
        }
    }
}

/// A player's settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientSettings {
    /// Settings that both ends share.
    pub link: LinkSettings,
    /// The account that holds the voice session, as known to the game.
    pub server: SteamId,
    /// How long one of our ends may take to answer on a session that is up, before it is taken for an original, which
    /// never answers. 500 ms.
    pub welcome_timeout: Duration,
    /// The connection timeout. 30 s, somewhat longer than Steam's own.
    pub connect_timeout: Duration,
    /// The interval at which the player announces itself again to all players that it reaches directly, as the
    /// originals do, and retries those that it does not reach. 23 s.
    pub announcement_interval: Duration,
    /// The limits of the queues between voice and Steam, and of the number of direct links: the defaults of a network
    /// that lives in a game.
    pub bounds: HostedSettings,
}

impl ClientSettings {
    /// The defaults, for this server.
    pub fn new(server: SteamId) -> Self {
        Self {
            link: LinkSettings::default(),
            server,
            welcome_timeout: Duration::from_millis(500),
            connect_timeout: Duration::from_secs(30),
            announcement_interval: Duration::from_secs(23),
            bounds: HostedSettings::new(LIMITS),
        }
    }
}
