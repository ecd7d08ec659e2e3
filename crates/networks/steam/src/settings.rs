//! What a server or a player may be told to do otherwise.

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use consonance_transport::hosted::HostedSettings;

use crate::{LIMITS, SteamChannels, SteamId};

/// What both ends have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkSettings {
    /// The channels of the game.
    pub channels: SteamChannels,
    /// How often ends of ours send each other something, so that Steam notices if the other end is gone. 10 s.
    pub still_here_interval: Duration,
    /// Whether sessions of Steam are closed 30 s after a link has ended, as whole as they are. Otherwise our channels
    /// are closed and nothing else, for programs in which a game uses Steam's sessions, too. No.
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

/// What a server may be told.
#[derive(Debug)]
pub struct ServerSettings {
    /// What both ends have in common.
    pub link: LinkSettings,
    /// Which accounts get in without being named by the game.
    pub admission: AccountAdmission,
    /// For how long packets of a link that has ended open no other. 10 s.
    pub quiet_time: Duration,
    /// How much may wait between voice and Steam, and how many peers may be here at once: the defaults of a network
    /// that lives in a game, with 1000 peers.
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

/// The accounts whose sessions and packets a server accepts. Those that the game [names](crate::Members::connected) get
/// in anyway.
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

/// What a player may be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientSettings {
    /// What both ends have in common.
    pub link: LinkSettings,
    /// The account that holds the voice session: as the game says.
    pub server: SteamId,
    /// How long an end of ours may take to answer on a session that is up, before the other is taken for an original,
    /// which never answers. 500 ms.
    pub welcome_timeout: Duration,
    /// How long connecting may take. 30 s, somewhat longer than Steam itself tries.
    pub connect_timeout: Duration,
    /// How often the player introduces itself again to all players that it reaches directly, as the originals do, and
    /// tries those again that it does not reach. 23 s.
    pub announcement_interval: Duration,
    /// How much may wait between voice and Steam, and how many direct links there may be at once: the defaults of a
    /// network that lives in a game.
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
