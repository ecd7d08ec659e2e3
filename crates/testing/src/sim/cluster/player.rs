//! A player of a session, on any node.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use consonance_session::{
    ChannelId, ChannelProperties, Client, ClientEvent, ClientId, ClientSettings, Restriction, SessionId,
    Status, Target,
};
use consonance_wire::Position;

use super::observed::Observed;
use crate::player::TestPlayer;

/// The rooms of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Room {
    /// Most of the time, all players are here.
    Hall,
    /// Some players are never here.
    Den,
    /// Here distance decides.
    Field,
}

impl Room {
    pub(super) const ALL: [Self; 3] = [Self::Hall, Self::Den, Self::Field];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Hall => "hall",
            Self::Den => "den",
            Self::Field => "field",
        }
    }
}

pub(super) struct SimPlayer {
    inner: TestPlayer<Observed>,
    pub(super) session: &'static str,
    /// The node of its link, by its place in the world.
    pub(super) node: usize,
    /// The node of its next link.
    next_node: Option<usize>,
    /// Too far from the others to be heard in the field.
    pub(super) is_far: bool,
    /// The owner of its session knows where it is.
    pub(super) placed: Decision,
    pub(super) rooms: BTreeSet<Room>,
    /// Rooms that it was in, and since when no other player may be heard there.
    pub(super) left: BTreeMap<Room, Decision>,
    talk: Option<(Room, ChannelId)>,
    /// Rooms that it spoke to before: the next frame is sent there, too.
    closing: Vec<Room>,
    pub(super) joined: Option<(SessionId, ClientId)>,
    /// The number of changes to it, and the time of the last one.
    pub(super) changes: u32,
    /// The number of its links before the present one.
    pub(super) links: u32,
    pub(super) changed: Instant,
    /// All nodes have known its present state since its last change.
    pub(super) is_settled: bool,
    pub(super) muted: Decision,
    pub(super) deafened: Decision,
    /// The time of its last removal by an operator: its owner may reassign its id before it learns of the removal.
    pub(super) kicked: Option<Instant>,
    pub(super) presence: Presence,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Presence {
    Playing,
    /// It is saying goodbye.
    Leaving,
    Gone,
}

/// A decision that takes a while to reach all nodes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Decision {
    #[default]
    None,
    Made(Instant),
    /// All nodes have known it since then.
    Known(Instant),
}

impl Decision {
    /// Whether it holds for what was said then.
    pub(super) fn holds_for(self, said: Instant) -> bool {
        matches!(self, Self::Known(since) if since <= said)
    }

    /// The same, if nothing was disturbed since: a decision can be lost with the owner that made it.
    pub(super) fn spread_undisturbed(&mut self, before: Instant, disturbed: Instant, now: Instant) {
        if matches!(self, Self::Made(at) if disturbed <= *at) {
            self.spread(before, now);
        }
    }

    /// All nodes know by now what was decided before then.
    pub(super) fn spread(&mut self, before: Instant, now: Instant) {
        if matches!(self, Self::Made(at) if *at <= before) {
            *self = Self::Known(now);
        }
    }
}

/// The input of a player.
#[derive(Clone, Debug, Default)]
pub(super) struct Came {
    /// The numbers of frames, and of texts.
    pub(super) frames: Vec<u64>,
    pub(super) texts: Vec<u64>,
    /// The number of frames that it should not have received, since it is deafened.
    pub(super) refused: u64,
    pub(super) has_resumed: bool,
    pub(super) has_joined: bool,
    /// Its link has ended.
    pub(super) has_lost_link: bool,
    pub(super) notes: Vec<String>,
}

impl SimPlayer {
    pub(super) fn new(
        now: Instant,
        name: &str,
        (session, node): (&'static str, usize),
        transport: Observed,
        is_far: bool,
    ) -> Self {
        let client = Client::new(ClientSettings::new(name));
        let mut player = Self {
            inner: TestPlayer::new(client, transport, now),
            session,
            node,
            next_node: None,
            is_far,
            placed: Decision::None,
            rooms: BTreeSet::new(),
            left: BTreeMap::new(),
            talk: None,
            closing: Vec::new(),
            joined: None,
            changes: 0,
            links: 0,
            changed: now,
            is_settled: false,
            muted: Decision::None,
            deafened: Decision::None,
            kicked: None,
            presence: Presence::Playing,
        };
        let metres = if is_far { 5_000.0 } else { f32::from(name.len() as u8) };
        player.inner.client.set_position(Position::new([metres, 0.0, 0.0]).ok());
        player
    }

    pub(super) fn name(&self) -> &str {
        self.inner.client.name()
    }

    pub(super) fn client(&self) -> &Client {
        &self.inner.client
    }

    /// Whether it is in its session.
    pub(super) fn is_in(&self) -> bool {
        self.presence == Presence::Playing && self.inner.client.status() == Status::Connected
    }

    pub(super) fn note_change(&mut self, now: Instant) {
        self.changes += 1;
        self.changed = now;
        self.is_settled = false;
    }

    pub(super) fn enter(&mut self, now: Instant, room: Room) {
        if self.inner.client.join_room(room.name()).is_ok() {
            self.rooms.insert(room);
            self.left.remove(&room);
            self.note_change(now);
        }
    }

    pub(super) fn exit(&mut self, now: Instant, room: Room) {
        self.inner.client.leave_room(room.name());
        self.rooms.remove(&room);
        self.left.insert(room, Decision::Made(now));
        self.note_change(now);
    }

    /// Speaks to this room from the next frame on.
    pub(super) fn speak_to(&mut self, room: Room) {
        if self.talk.is_some_and(|(present, _)| present == room) {
            return;
        }
        if let Some((before, channel)) = self.talk.take() {
            self.inner.client.voice_mut().close_channel(channel);
            self.closing.push(before);
        }
        let target = Target::Room(room.name().into());
        let channel = self.inner.client.open_channel(target, ChannelProperties::default());
        self.talk = channel.ok().map(|channel| (room, channel));
    }

    /// The room that it speaks to.
    pub(super) fn speaks_to(&self) -> Option<Room> {
        self.talk.map(|(room, _)| room)
    }

    /// Whether it was sent to any player, and to which rooms besides the one that it speaks to.
    pub(super) fn say(&mut self, number: u64) -> (bool, Vec<Room>) {
        let is_sent = self.inner.client.send_voice(&number.to_le_bytes()).is_ok_and(|heard_by| heard_by > 0);
        (is_sent, if is_sent { std::mem::take(&mut self.closing) } else { Vec::new() })
    }

    /// False if it was sent to no player.
    pub(super) fn write(&mut self, room: Room, number: u64) -> bool {
        let target = Target::Room(room.name().into());
        self.inner.client.send_text(&target, &number.to_string()).is_ok_and(|read_by| read_by > 0)
    }

    pub(super) fn is_restricted(&self, restriction: Restriction) -> bool {
        self.inner.client.own_restrictions().all().terms(restriction).is_some()
    }

    /// Loses its link without a goodbye.
    pub(super) fn lose_link(&mut self) {
        self.inner.transport.inner.lose_link();
    }

    /// Its next link leads there.
    pub(super) fn go_to(&mut self, node: usize, transport: Observed) {
        self.links += 1;
        self.next_node = Some(node);
        self.inner.next = Some(transport);
    }

    pub(super) fn leave(&mut self, now: Instant) {
        self.inner.leave(now);
        self.presence = Presence::Leaving;
        self.note_change(now);
    }

    /// What came; `see` is shown all of the client's events.
    pub(super) fn run_once(&mut self, now: Instant, mut see: impl FnMut(&ClientEvent<'_>)) -> Came {
        let (mut came, mut joined, mut has_changed) = (Came::default(), None, false);
        let refused_before = self.inner.client.statistics().frames_refused;
        self.inner.wake(now);
        self.inner.run_once(now, |event| {
            see(&event);
            match event {
                ClientEvent::Joined { session, id } => {
                    (came.has_joined, has_changed) = (true, true);
                    joined = Some((session, id));
                }
                ClientEvent::Resumed { session, id } => {
                    (came.has_resumed, has_changed) = (true, true);
                    joined = Some((session, id));
                }
                ClientEvent::Disconnected { cause, retry_in } => {
                    has_changed = true;
                    came.notes.push(format!("disconnected, {cause:?}, again in {retry_in:?}"));
                }
                ClientEvent::Voice(voice) => came.frames.extend(number_of(voice.frame)),
                ClientEvent::Text { text, .. } => came.texts.extend(text.parse::<u64>()),
                ClientEvent::Restricted { .. } | ClientEvent::RemovedFromRoom { .. } => has_changed = true,
                _ => {}
            }
        });
        came.refused = self.inner.client.statistics().frames_refused - refused_before;
        if self.inner.next.is_none()
            && let Some(node) = self.next_node.take()
        {
            self.node = node;
        }
        if let Some((session, id)) = joined {
            self.placed = Decision::Made(now);
            self.joined = Some((session, id));
            came.notes.push(format!("is {} in session {:08x}", id.0, session.0));
        }
        if came.has_joined {
            // It may be another session, which knows nothing of the restrictions.
            (self.muted, self.deafened) = (Decision::None, Decision::None);
        }
        if !self.inner.ends.is_empty() {
            let reasons = self.inner.ends.drain(..).map(|end| format!("link: {end}"));
            came.notes.extend(reasons);
            came.has_lost_link = true;
            has_changed = true;
        }
        if has_changed {
            self.note_change(now);
        }
        if self.presence == Presence::Playing && self.inner.client.status() == Status::Disconnected {
            // An operator has removed the player.
            self.presence = Presence::Gone;
        }
        came
    }
}

fn number_of(frame: &[u8]) -> Option<u64> {
    frame.try_into().ok().map(u64::from_le_bytes)
}
