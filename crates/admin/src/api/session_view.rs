//! The state of sessions and their players, as routes and other nodes show it.

use std::collections::{BTreeSet, HashMap};

use consonance_cluster::ClusterView;
use consonance_inspector::{ChannelTarget, PageRow, ServedPlayer, ServedSession};
use consonance_server::moderation::{ModerationError, PlayerOverview};
use consonance_server::records::{Origin, RoomDecision, StoredTerms, Until};
use consonance_session::{Restriction, RoomRights};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::answer::Refusal;
use crate::metrics::Observation;
use crate::nodes::{Nodes, Question, Reply, owner_elsewhere};
use crate::operator::Operator;

/// A summary of a session.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct SessionSummary {
    pub(super) name: String,
    /// Players in it; none if its node does not answer.
    pub(super) players: Option<usize>,
    /// The node of the cluster that owns it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) node: Option<String>,
}

/// A session.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct SessionView {
    name: String,
    /// The node of the cluster that owns it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    node: Option<String>,
    /// The players, by id.
    players: Vec<PlayerView>,
    /// Rooms with listeners.
    rooms: Vec<RoomView>,
    /// Limits that operators have set for rooms, by name or by prefix.
    limits: Vec<LimitView>,
    /// The seconds between two texts of a player, if an operator has set them.
    text_every_s: Option<u32>,
    /// Whether speech to rooms is recorded.
    is_recorded: bool,
}

/// A player.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct PlayerView {
    name: String,
    /// Its id until it leaves.
    id: u16,
    /// The subject of its join token.
    subject: Option<String>,
    /// Its address, on networks that have addresses.
    address: Option<String>,
    /// The node of the cluster that it is connected to, or was last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    node: Option<String>,
    /// Whether its join token permits moderation.
    is_moderator: bool,
    /// The rooms that it listens to.
    rooms: Vec<String>,
    /// Whether a frame of its voice arrived in the last 400 ms.
    is_speaking: bool,
    /// Milliseconds since its last frame; none if that is unknown.
    voice_ms_ago: Option<u64>,
    /// The targets of its voice: rooms by name, players by name after an `@`.
    voice_to: Vec<String>,
    /// Its recent packet loss in percent; none if that is unknown.
    lost_percent: Option<f32>,
    /// The transport of its voice, as text; none if there is only one.
    voice_path: Option<String>,
    /// Its network, such as `quic`, `browser` or `browser-fallback`.
    network: Option<String>,
    /// Why it is currently not heard, as text, if its browser page or its Mumble client is the reason.
    page_trouble: Option<String>,
    /// Bytes received from it.
    received_bytes: u64,
    /// Bytes sent to it.
    sent_bytes: u64,
    /// Its packets that were dropped as invalid.
    faults: u64,
    /// Rooms that it was denied.
    refused_rooms: Vec<String>,
    /// Why and until when it is muted.
    muted: Option<TermsView>,
    /// Why and until when its texts are blocked.
    text_muted: Option<TermsView>,
    /// Why and until when it is sent no voice.
    deafened: Option<TermsView>,
    /// Its rights in rooms that operators have set.
    room_rights: Vec<RightsView>,
}

/// The reason and the duration of a restriction.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct TermsView {
    reason: String,
    by: String,
    /// In seconds since 1970.
    since: u64,
    /// The end, in seconds since 1970; permanent if absent.
    until: Option<u64>,
}

/// A player's rights in a room; the room's own rules decide on those that are absent.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct RightsView {
    room: String,
    listen: Option<bool>,
    speak: Option<bool>,
}

/// A room with listeners.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct RoomView {
    name: String,
    /// The number of its listeners.
    listeners: usize,
    /// The range of a voice in it, in metres; none if it is not a proximity room.
    range_m: Option<f32>,
}

/// The limits of a room.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct LimitView {
    /// Its name, or a prefix with a `*` at the end.
    room: String,
    listeners_max: Option<u32>,
    speakers_max: Option<u32>,
    text_every_s: Option<u32>,
}

pub(super) fn summaries(observation: &Observation) -> Vec<SessionSummary> {
    let summary = |session: &consonance_server::SessionNumbers| SessionSummary {
        name: session.name.clone(),
        players: Some(session.clients),
        node: None,
    };
    let mut sessions: Vec<_> = observation.totals.sessions.iter().map(summary).collect();
    sessions.sort_by(|a, b| a.name.cmp(&b.name));
    sessions
}

/// Asks the session's worker, here or at another node; it may take four seconds where one does not answer.
pub(crate) fn look(operator: &Operator, name: &str) -> Result<SessionView, Refusal> {
    let Some(nodes) = operator.nodes() else { return look_here(operator, None, name) };
    let view = nodes.view()?;
    let mut session = match owner_elsewhere(&view, name) {
        None => look_here(operator, Some(&view), name)?,
        Some(node) => {
            let reply = nodes.ask_and_wait(&node, &Question::Session { session: name.to_owned() })?;
            reply.body().ok_or_else(|| reply.into_problem(&node.name))?
        }
    };
    session.hear_edges(operator, nodes, &view);
    Ok(session)
}

/// The players of a session whose links are here, whichever node owns it.
pub(super) fn voices_here(operator: &Operator, session: &str) -> Vec<ServedPlayer> {
    let session = session.to_owned();
    let asked = operator.server().ask_all(move |session_loop, now| session_loop.inspect_edge(now, &session));
    asked.into_iter().flatten().flatten().collect()
}

/// A session of this node, with the names of nodes if it is one of several.
pub(super) fn look_here(
    operator: &Operator,
    view: Option<&ClusterView>,
    name: &str,
) -> Result<SessionView, Refusal> {
    let wanted = name.to_owned();
    let asked = operator.server().ask_session(name, move |session_loop, now| {
        let is_recorded = session_loop.is_recorded(&wanted).unwrap_or_default();
        Some((session_loop.inspect(now, &wanted)?, is_recorded))
    });
    let no_session = || Refusal::from(ModerationError::NoSession { session: name.to_owned() });
    let served = asked.map_err(|error| match error {
        consonance_server::WorkerError::NoSession { .. } => no_session(),
        error => Refusal::from(ModerationError::Server(error)),
    })?;
    let (ServedSession { players: served, rooms, .. }, is_recorded) = served.ok_or_else(no_session)?;
    let mut voices: HashMap<u16, ServedPlayer> = served.into_iter().map(|row| (row.id, row)).collect();
    let players = operator.moderation().players(name)?;
    let decisions = operator.moderation().room_decisions(name);
    let player = |row: PlayerOverview| {
        let voice = voices.remove(&row.id).unwrap_or_default();
        let node = view.map(|view| view.name_of(row.node.unwrap_or(view.own)));
        PlayerView { node, ..PlayerView::of(row, voice) }
    };
    let room = |room: consonance_inspector::ServedRoom| RoomView {
        name: room.name,
        listeners: room.listeners.len(),
        range_m: room.range_m,
    };
    let node = view.map(|view| view.name_of(view.own));
    Ok(SessionView {
        name: name.to_owned(),
        node,
        players: players.into_iter().map(player).collect(),
        rooms: rooms.into_iter().map(room).collect(),
        limits: decisions.rooms.into_iter().map(limits).collect(),
        text_every_s: decisions.text_every_s,
        is_recorded,
    })
}

impl SessionView {
    /// Adds the voice state that nodes have of their own players: not all of their voice passes the session's owner.
    fn hear_edges(&mut self, operator: &Operator, nodes: &Nodes, view: &ClusterView) {
        let elsewhere =
            |player: &PlayerView| player.node.clone().filter(|node| Some(node) != self.node.as_ref());
        let names: BTreeSet<String> = self.players.iter().filter_map(elsewhere).collect();
        let own = view.name_of(view.own);
        let question = Question::Voices { session: self.name.clone() };
        let found = names.iter().filter(|name| **name != own).filter_map(|name| view.find(name));
        let asked: Vec<_> = found.map(|node| nodes.ask(node.id, &question)).collect();
        let mut voices = if names.contains(&own) { voices_here(operator, &self.name) } else { Vec::new() };
        for pending in asked {
            let reply = pending.wait().ok().and_then(Reply::read);
            voices.extend(reply.and_then(|reply| reply.body::<Vec<ServedPlayer>>()).unwrap_or_default());
        }
        let mut voices: HashMap<u16, ServedPlayer> = voices.into_iter().map(|row| (row.id, row)).collect();
        for player in &mut self.players {
            if let Some(voice) = voices.remove(&player.id).filter(|voice| voice.name == player.name) {
                player.hear_edge(voice);
            }
        }
    }
}

impl PlayerView {
    /// Takes over the voice state from the node that has the player's link.
    fn hear_edge(&mut self, voice: ServedPlayer) {
        self.page_trouble = client_trouble(&voice);
        if voice.has_newer_voice_than(self.voice_ms_ago) {
            (self.voice_ms_ago, self.is_speaking) = (voice.voice_ms_ago, is_speaking(&voice));
            self.voice_to = voice.voice_to.into_iter().map(target_in_words).collect();
        }
        self.lost_percent = voice.lost_percent.or(self.lost_percent);
        (self.voice_path, self.network) = (voice.voice_path, voice.network);
        (self.received_bytes, self.sent_bytes) = (voice.received.bytes, voice.sent.bytes);
        self.faults = voice.faults;
    }

    fn of(row: PlayerOverview, voice: ServedPlayer) -> Self {
        let page_trouble = client_trouble(&voice);
        let terms = |restriction| row.restrictions.terms(restriction).cloned().map(Into::into);
        let (muted, text_muted) = (terms(Restriction::Muted), terms(Restriction::TextMuted));
        let (deafened, room_rights) =
            (terms(Restriction::Deafened), row.restrictions.rooms().map(Into::into).collect());
        Self {
            name: row.name,
            id: row.id,
            subject: row.subject,
            address: row.address.map(|address| address.to_canonical().to_string()),
            is_moderator: row.is_moderator,
            rooms: row.rooms,
            node: None,
            is_speaking: is_speaking(&voice),
            voice_ms_ago: voice.voice_ms_ago,
            voice_to: voice.voice_to.into_iter().map(target_in_words).collect(),
            lost_percent: voice.lost_percent,
            page_trouble,
            voice_path: voice.voice_path,
            network: voice.network,
            received_bytes: voice.received.bytes,
            sent_bytes: voice.sent.bytes,
            faults: row.faults,
            refused_rooms: voice.refused_rooms.into_iter().map(|refused| refused.room).collect(),
            muted,
            text_muted,
            deafened,
            room_rights,
        }
    }
}

impl From<StoredTerms> for TermsView {
    fn from(terms: StoredTerms) -> Self {
        let StoredTerms { ends: Until { until }, reason, origin: Origin { by, since, .. } } = terms;
        Self { reason: reason.into(), by, since, until }
    }
}

impl From<(&str, RoomRights)> for RightsView {
    fn from((room, RoomRights { listen, speak }): (&str, RoomRights)) -> Self {
        Self { room: room.to_owned(), listen, speak }
    }
}

/// The reason why a player is not heard at the moment, if its client is the reason and the server can tell.
fn client_trouble(voice: &ServedPlayer) -> Option<String> {
    let page = voice.page.as_ref().and_then(PageRow::trouble);
    page.map(Into::into).or_else(|| voice.third_party_trouble())
}

/// Longer than the longest frame and some jitter, shorter than what feels late.
const SPEAKING_MS: u64 = 400;

fn is_speaking(voice: &ServedPlayer) -> bool {
    voice.voice_ms_ago.is_some_and(|ago| ago <= SPEAKING_MS)
}

fn target_in_words(target: ChannelTarget) -> String {
    match target {
        ChannelTarget::Room(room) => room,
        ChannelTarget::Player(player) => format!("@{player}"),
    }
}

fn limits((room, decision): (String, RoomDecision)) -> LimitView {
    let RoomDecision { listeners_max, speakers_max, text_every_s } = decision;
    LimitView { room, listeners_max, speakers_max, text_every_s }
}
