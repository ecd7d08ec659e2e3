//! The speaker and the listener in question, and the combined knowledge of the snapshots.

use crate::{
    CaptureSnapshot, ChannelTarget, ClientSnapshot, PlayerRow, ServedNode, ServedPlayer, ServedSession,
    Snapshot, TokenRule,
};

/// Speech up to this age counts as "just now": a pause between two words breaks no link.
pub(super) const JUST_NOW_MS: u64 = 5_000;
/// Voice of a shorter utterance may still be on its way.
pub(super) const ON_ITS_WAY_MS: u64 = 1_500;

/// The two players, and everything known about them.
pub(super) struct Scene<'a> {
    pub(super) speaker: &'a str,
    pub(super) listener: &'a str,
    /// The speaker's own client.
    pub(super) mouth: Option<&'a ClientSnapshot>,
    /// The listener's own client.
    pub(super) ear: Option<&'a ClientSnapshot>,
    /// Clients of other players, which know the two.
    pub(super) others: Vec<&'a ClientSnapshot>,
    /// The session of either on the server.
    pub(super) session: Option<&'a ServedSession>,
    /// All sessions of all servers.
    pub(super) sessions: Vec<&'a ServedSession>,
    /// The nodes of a cluster of servers.
    pub(super) nodes: Vec<&'a ServedNode>,
}

impl<'a> Scene<'a> {
    pub(super) fn new(snapshots: &'a [Snapshot], speaker: &'a str, listener: &'a str) -> Self {
        let clients = || snapshots.iter().filter_map(Snapshot::client);
        let sessions: Vec<_> =
            snapshots.iter().filter_map(Snapshot::server).flat_map(|server| &server.sessions).collect();
        let has = |session: &ServedSession, name: &str| player_of(session, name).is_some();
        let with_both = sessions.iter().find(|session| has(session, speaker) && has(session, listener));
        let with_either = sessions.iter().find(|session| has(session, listener) || has(session, speaker));
        Self {
            speaker,
            listener,
            mouth: clients().find(|client| client.name == speaker),
            ear: clients().find(|client| client.name == listener),
            others: clients().filter(|client| client.name != speaker && client.name != listener).collect(),
            session: with_both.or(with_either).or(sessions.first()).copied(),
            sessions,
            nodes: snapshots.iter().filter_map(Snapshot::server).flat_map(|server| &server.nodes).collect(),
        }
    }

    /// The session of a player. Names are unique only within a session: if both are in one, that one is meant.
    pub(super) fn session_of(&self, name: &str) -> Option<&'a ServedSession> {
        let mut sessions = self.session.into_iter().chain(self.sessions.iter().copied());
        sessions.find(|session| player_of(session, name).is_some())
    }

    /// The speaker as seen by the listener's client.
    pub(super) fn heard(&self) -> Option<&'a PlayerRow> {
        self.ear?.player(self.speaker)
    }

    /// The speaker as seen by the server.
    pub(super) fn served_speaker(&self) -> Option<&'a ServedPlayer> {
        player_of(self.session?, self.speaker)
    }

    /// The listener as seen by the server.
    pub(super) fn served_listener(&self) -> Option<&'a ServedPlayer> {
        player_of(self.session?, self.listener)
    }

    /// Why the server's operator has muted the speaker, as reported by the server or the speaker's own client.
    pub(super) fn muted_by_server(&self) -> Option<&'a str> {
        let served = self.served_speaker().and_then(|player| player.server_muted.as_deref());
        served.or_else(|| self.mouth?.server_muted.as_deref())
    }

    /// Why the server's operator has deafened the listener.
    pub(super) fn deafened_by_server(&self) -> Option<&'a str> {
        let served = self.served_listener().and_then(|player| player.server_deafened.as_deref());
        served.or_else(|| self.ear?.server_deafened.as_deref())
    }

    /// Whether the server's snapshot is among those given.
    pub(super) fn has_server(&self) -> bool {
        self.session.is_some()
    }

    pub(super) fn capture(&self) -> Option<&'a CaptureSnapshot> {
        self.mouth?.capture.as_ref()
    }

    /// Whether the speaker's voice has just reached the listener: everything before is in order.
    pub(super) fn arrives(&self) -> bool {
        self.heard().is_some_and(|row| is_recent(row.heard_ms_ago))
    }

    /// The snapshots that show that the speaker has just sent voice.
    pub(super) fn sends(&self) -> Option<&'static str> {
        if self.capture().is_some_and(|capture| is_recent(capture.spoke_ms_ago)) {
            Some("its own client")
        } else if self.served_speaker().is_some_and(|player| is_recent(player.voice_ms_ago)) {
            Some("the server")
        } else if self.arrives() {
            Some("the listener")
        } else {
            None
        }
    }

    /// The recipients of the speaker's channels that nothing keeps closed, whether they are open now or not, or the
    /// recipients it has just spoken to, as known to the server; `None` if unknown here.
    pub(super) fn targets(&self) -> Option<Vec<ChannelTarget>> {
        if let Some(mouth) = self.mouth {
            let unclosed = mouth.channels.iter().filter(|channel| channel.is_closed_by.is_none());
            return Some(unclosed.map(|channel| channel.target.clone()).collect());
        }
        // Earlier speech may have been for other recipients.
        let served = self.served_speaker().filter(|player| is_recent(player.voice_ms_ago));
        served.map(|player| player.voice_to.clone()).filter(|targets| !targets.is_empty())
    }

    /// The rooms that the listener listens to; `None` if that is unknown here.
    pub(super) fn rooms_of_listener(&self) -> Option<&'a [String]> {
        let itself = self.ear.map(|ear| &*ear.rooms);
        let server = || self.served_listener().map(|player| &*player.rooms);
        let seen = || self.witnesses().find_map(|client| client.player(self.listener));
        itself.or_else(server).or_else(|| seen().map(|row| &*row.rooms))
    }

    /// Whether the listener hears speech to this target, as far as is known here.
    pub(super) fn reaches(&self, target: &ChannelTarget) -> bool {
        match target {
            ChannelTarget::Player(name) => name == self.listener,
            ChannelTarget::Room(room) => self.rooms_of_listener().is_some_and(|rooms| rooms.contains(room)),
        }
    }

    /// A denied use of a room that keeps the two apart, and by which player: the speaker's speaking, or the listener's
    /// listening.
    pub(super) fn refusal(&self) -> Option<(&'a str, Refusal<'a>)> {
        let (targets, rooms) = (self.targets(), self.rooms_of_listener().unwrap_or_default());
        let is_meant = |room: &str, is_speaking: bool| match &targets {
            Some(targets) => targets.iter().any(|target| is_room(target, room)),
            // The targets are unknown: only refusals for rooms that the listener listens to matter.
            None => !is_speaking || rooms.iter().any(|name| name == room),
        };
        let refused = |player: Option<&'a ServedPlayer>, is_speaking: bool| {
            let mut rooms = player?.refused_rooms.iter().filter(move |row| row.is_speaking == is_speaking);
            rooms.find(|row| is_meant(&row.room, is_speaking)).map(|row| &*row.room)
        };
        if let Some(room) = refused(self.served_speaker(), true) {
            return Some((self.speaker, Refusal { room, is_speaking: true }));
        }
        let told = || self.ear?.refused_rooms.iter().find(|room| is_meant(room, false)).map(|room| &**room);
        let room = refused(self.served_listener(), false).or_else(told)?;
        // A listener that is reached, or may be reached, in another way is not kept from hearing.
        if targets.is_none() && !rooms.is_empty() {
            return None;
        }
        let is_reached = targets.iter().flatten().any(|target| self.reaches(target));
        (!is_reached).then_some((self.listener, Refusal { room, is_speaking: false }))
    }

    /// The missing token that keeps the two apart, and the player without it: the speaker, or the listener.
    pub(super) fn missing_token(&self) -> Option<(&'a str, &'a TokenRule)> {
        let targets = self.targets();
        if targets.iter().flatten().any(|target| self.reaches(target)) {
            return None;
        }
        let rules = |client: Option<&'a ClientSnapshot>, is_speaking: bool| {
            let rules = client.into_iter().flat_map(|client| &client.token_rules);
            rules.filter(move |rule| rule.is_speaking == is_speaking)
        };
        if let Some(rule) = rules(self.mouth, true).find(|rule| self.reaches(&rule.target)) {
            return Some((self.speaker, rule));
        }
        let is_meant = |rule: &&TokenRule| match &targets {
            Some(targets) => targets.contains(&rule.target),
            // A listener of any room may be addressed there.
            None => self.rooms_of_listener().is_none_or(<[String]>::is_empty),
        };
        rules(self.ear, false).find(is_meant).map(|rule| (self.listener, rule))
    }

    /// Clients that know all players in the session.
    pub(super) fn witnesses(&self) -> impl Iterator<Item = &'a ClientSnapshot> {
        let all = self.mouth.into_iter().chain(self.ear).chain(self.others.iter().copied());
        all.filter(|client| client.knows_all_players)
    }
}

/// A use of a room that a player is denied.
#[derive(Clone, Copy)]
pub(super) struct Refusal<'a> {
    pub(super) room: &'a str,
    pub(super) is_speaking: bool,
}

fn is_room(target: &ChannelTarget, name: &str) -> bool {
    matches!(target, ChannelTarget::Room(room) if room == name)
}

/// A player of a session by name.
pub(super) fn player_of<'a>(session: &'a ServedSession, name: &str) -> Option<&'a ServedPlayer> {
    session.players.iter().find(|player| player.name == name)
}

pub(super) fn is_recent(ms_ago: Option<u64>) -> bool {
    ms_ago.is_some_and(|ms| ms <= JUST_NOW_MS)
}

/// `3.2 s ago`, or `never`.
pub(super) fn ago(ms_ago: Option<u64>) -> String {
    match ms_ago {
        None => "never".to_owned(),
        Some(0..500) => "just now".to_owned(),
        Some(ms) => format!("{:.1} s ago", ms as f64 / 1000.0),
    }
}

/// `the room "red" and the player "Bob"`.
pub(super) fn list(targets: &[ChannelTarget]) -> String {
    let words: Vec<String> = targets.iter().map(ChannelTarget::to_string).collect();
    words.join(" and ")
}
