//! The actions of a run, as data: a failure shows the most recent ones, and a seed reproduces them.

use std::fmt;
use std::time::Duration;

use crate::sim::actor::SpeechTarget;
use crate::sim::numbers::{PlayerId, Room};

/// An event that concerns a player or the network.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Action {
    /// A player starts: its first client, or the next after a crash, or the same one again.
    Start(PlayerId),
    /// A player stops and tells its network.
    Stop(PlayerId),
    /// A player's machine is gone from one moment to the next.
    Crash(PlayerId),
    EnterRoom(PlayerId, Room),
    ExitRoom(PlayerId, Room),
    Write(PlayerId, SpeechTarget),
    Talk(PlayerId, SpeechTarget),
    /// The link breaks; each end notices after a while.
    CutLink(PlayerId),
    /// A player sends a packet that no honest client would.
    Forge(PlayerId, Forgery),
    /// Nothing comes through to these players for a while.
    Partition(Vec<PlayerId>, Duration),
    /// Another server is there at once and takes over the links: a new session.
    ReplaceServer,
    /// All links break, and a new server follows after a while.
    RestartServer(Duration),
}

/// A packet that a dishonest client may send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Forgery {
    /// Voice in the name of another player.
    Voice,
    /// Another player's rooms.
    Rooms,
    /// Another player has left, to all players.
    Removal,
    /// A frame of another session.
    ForeignSession,
    /// Data that is not a packet.
    Noise,
    /// Voice for the server to find the listeners, in the name of another player or without having been announced.
    RoutedVoice,
    /// Another player's goodbye, or one that was not announced.
    Farewell,
    /// Its next ticket, made up or altered.
    Ticket,
}

/// The kinds of actions that are drawn; starting and talking come by themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Room,
    Write,
    Stop,
    Crash,
    CutLink,
    Forge,
    Partition,
    ReplaceServer,
    RestartServer,
}

impl Kind {
    pub(crate) const ALL: [Self; 9] = [
        Self::Room,
        Self::Write,
        Self::Stop,
        Self::Crash,
        Self::CutLink,
        Self::Forge,
        Self::Partition,
        Self::ReplaceServer,
        Self::RestartServer,
    ];

    /// Whether the network or the server causes it, not a player.
    pub(crate) fn is_the_networks(self) -> bool {
        matches!(self, Self::Partition | Self::ReplaceServer | Self::RestartServer)
    }

    /// The frequency of the action, relative to the other kinds.
    pub(crate) fn weight(self) -> u32 {
        match self {
            Self::Room => 500,
            Self::Write => 300,
            Self::Stop | Self::CutLink | Self::Forge => 50,
            Self::Crash => 30,
            Self::Partition => 10,
            Self::ReplaceServer | Self::RestartServer => 2,
        }
    }
}

impl Forgery {
    /// In the original's protocol.
    pub(crate) const OLD: [Self; 5] =
        [Self::Voice, Self::Rooms, Self::Removal, Self::ForeignSession, Self::Noise];
    /// In ours.
    pub(crate) const NEW: [Self; 3] = [Self::RoutedVoice, Self::Farewell, Self::Ticket];
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start(player_id) => write!(f, "{player_id} starts"),
            Self::Stop(player_id) => write!(f, "{player_id} stops"),
            Self::Crash(player_id) => write!(f, "{player_id} crashes"),
            Self::EnterRoom(player_id, room) => write!(f, "{player_id} enters {room}"),
            Self::ExitRoom(player_id, room) => write!(f, "{player_id} exits {room}"),
            Self::Write(player_id, to) => write!(f, "{player_id} writes to {to}"),
            Self::Talk(player_id, to) => write!(f, "{player_id} talks to {to}"),
            Self::CutLink(player_id) => write!(f, "the link of {player_id} breaks"),
            Self::Forge(player_id, forgery) => write!(f, "{player_id} forges: {forgery:?}"),
            Self::Partition(players, span) => {
                let players: Vec<_> = players.iter().map(ToString::to_string).collect();
                write!(f, "cut off for {:.1} s: {}", span.as_secs_f64(), players.join(", "))
            }
            Self::ReplaceServer => write!(f, "the server is replaced, the links stay"),
            Self::RestartServer(span) => {
                write!(f, "the server is replaced after {:.1} s, the links break", span.as_secs_f64())
            }
        }
    }
}

impl fmt::Display for PlayerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "player {}", self.0)
    }
}

impl fmt::Display for Room {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "room {}", self.0)
    }
}

impl fmt::Display for SpeechTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Room(room) => room.fmt(f),
            Self::Player(player_id) => player_id.fmt(f),
        }
    }
}
