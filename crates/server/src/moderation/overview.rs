//! The operator's view: sessions, players and rooms as plain data.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;

use consonance_cluster::placement::NodeId;
use consonance_session::{LinkId, LinkRow};

use super::{Moderation, ModerationError};
use crate::records::{PlayerKey, StoredRestrictions};
use crate::session_loop::SessionLoop;
use crate::utc::seconds_since_1970;

/// A session.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct SessionOverview {
    /// Its name.
    pub name: String,
    /// How many players are in it.
    pub players: usize,
    /// The number of rooms with listeners.
    pub rooms: usize,
}

/// A player of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PlayerOverview {
    /// Its name.
    pub name: String,
    /// Its id until it leaves.
    pub id: u16,
    /// The subject of its join token.
    pub subject: Option<String>,
    /// Its address, on networks with addresses.
    pub address: Option<IpAddr>,
    /// The node of the cluster that has its link, or had it last, if that is not the session's own one.
    pub node: Option<NodeId>,
    /// Whether its join token says that it may moderate.
    pub is_moderator: bool,
    /// The rooms that it listens to.
    pub rooms: Vec<String>,
    /// Packets that came from it.
    pub packets_in: u64,
    /// Packets that it was sent.
    pub packets_out: u64,
    /// Packets of its that were dropped for a fault.
    pub faults: u64,
    /// The restrictions that were set for it, by operators or by moderators in the game.
    pub restrictions: StoredRestrictions,
}

/// A room with listeners.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct RoomOverview {
    /// Its name.
    pub name: String,
    /// Its listeners.
    pub listeners: Vec<String>,
}

impl Moderation {
    /// Every session, by name. Those of a worker that does not answer are missing.
    pub fn sessions(&self) -> Vec<SessionOverview> {
        let asked = self.server.ask_all(|session_loop, _| session_overviews(session_loop));
        let mut sessions: Vec<_> = asked.into_iter().flatten().flatten().collect();
        sessions.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        sessions
    }

    /// All players in a session.
    ///
    /// # Errors
    /// If there is no such session, or its worker does not answer.
    pub fn players(&self, session: &str) -> Result<Vec<PlayerOverview>, ModerationError> {
        let mut players = self.look(session, player_overviews)?;
        let restricted: BTreeMap<_, _> = self.restricted_players(session).into_iter().collect();
        for row in &mut players {
            if let Some(restrictions) = restricted.get(&row.key(session)) {
                row.restrictions = restrictions.clone();
            }
        }
        Ok(players)
    }

    /// All rooms of a session with listeners.
    ///
    /// # Errors
    /// If there is no such session, or its worker does not answer.
    pub fn rooms(&self, session: &str) -> Result<Vec<RoomOverview>, ModerationError> {
        self.look(session, room_overviews)
    }

    /// All players with decisions in a session, here or not.
    pub fn restricted_players(&self, session: &str) -> Vec<(PlayerKey, StoredRestrictions)> {
        self.records.restricted_players(seconds_since_1970(), session)
    }

    pub(super) fn look<R: Send + 'static>(
        &self,
        session: &str,
        look: impl FnOnce(&SessionLoop, &str) -> Option<R> + Send + 'static,
    ) -> Result<R, ModerationError> {
        let name = session.to_owned();
        let asked = self.server.ask_session(session, move |session_loop, _| look(session_loop, &name));
        let found = asked.map_err(ModerationError::of_worker)?;
        found.ok_or_else(|| ModerationError::NoSession { session: session.to_owned() })
    }
}

impl PlayerOverview {
    fn key(&self, session: &str) -> PlayerKey {
        let player = match &self.subject {
            Some(subject) => consonance_session::PlayerIdentity::Subject(subject.as_str().into()),
            None => consonance_session::PlayerIdentity::Name(self.name.as_str().into()),
        };
        PlayerKey { session: session.to_owned(), player }
    }
}

fn session_overviews(session_loop: &SessionLoop) -> Vec<SessionOverview> {
    let overview = |(name, server): (&str, &consonance_session::Server)| SessionOverview {
        name: name.to_owned(),
        players: server.clients(),
        rooms: server.tables().rooms().count(),
    };
    session_loop.servers().map(overview).collect()
}

fn player_overviews(session_loop: &SessionLoop, session: &str) -> Option<Vec<PlayerOverview>> {
    let (_, server) = session_loop.servers().find(|(name, _)| *name == session)?;
    let links: HashMap<LinkId, LinkRow> = server.tables().links().map(|row| (row.link, row)).collect();
    let overview = |row: consonance_session::ClientRow<'_>| {
        let link = links.get(&row.link);
        PlayerOverview {
            name: row.name.to_owned(),
            id: row.id.0,
            subject: row.access.and_then(|access| access.subject.as_deref()).map(Into::into),
            address: session_loop.address_of(row.link),
            node: session_loop.state().other_node_of(row.link),
            is_moderator: row.access.is_some_and(|access| access.is_moderator),
            rooms: row.rooms.iter().map(ToString::to_string).collect(),
            packets_in: link.map_or(0, |link| link.received.packets),
            packets_out: link.map_or(0, |link| link.sent.packets),
            faults: link.map_or(0, |link| link.faults),
            restrictions: StoredRestrictions::default(),
        }
    };
    Some(server.tables().clients().map(overview).collect())
}

fn room_overviews(session_loop: &SessionLoop, session: &str) -> Option<Vec<RoomOverview>> {
    let (_, server) = session_loop.servers().find(|(name, _)| *name == session)?;
    let names: HashMap<_, _> = server.tables().clients().map(|row| (row.id, row.name)).collect();
    let overview = |row: consonance_session::RoomRow<'_>| RoomOverview {
        name: row.name.to_owned(),
        listeners: row.listeners.iter().filter_map(|id| names.get(id)).map(ToString::to_string).collect(),
    };
    Some(server.tables().rooms().map(overview).collect())
}
