//! Proximity rooms: the server knows all positions, and voice reaches nearby listeners.
//!
//! A listener in range is sent a limited number of speakers at once, the nearest and loudest, and keeps them until
//! another is clearly better. Loudness is the amplitude of the channel over the distance: what the listener plays, so a
//! speaker cannot claim it without being that loud. Players without a position hear each other, and only each other, as
//! in any other room: so originals can use the room among themselves, and hiding a position lets no player hear or
//! reach distant ones.
//!
//! If a session has copies, each decides about the listeners at its node, whose positions it knows: a frame for others
//! goes once to each node with listeners.

mod grid;
mod settings;
mod streams;
mod zone;

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use consonance_wire::{
    ChannelBits, ChannelKind, ClientId, CodecId, Position, PositionReport, RoomId, VoiceChannel, VoiceData,
};

use super::room_pattern::RoomPattern;
use crate::link::LinkId;
use crate::silence::is_silence;
use crate::time::Instant;
pub use settings::ProximitySettings;
use streams::Tick;
use zone::{Frame, Zone};

/// The proximity rooms with listeners, and all positions.
#[derive(Debug, Default)]
pub struct Proximity {
    rules: Vec<(RoomPattern, ProximitySettings)>,
    zones: BTreeMap<RoomId, Zone>,
    /// By client id.
    positions: Vec<PositionState>,
    /// The listeners of the present frame.
    found: Vec<ClientId>,
    /// Counts listeners in range that already heard enough others, over all frames.
    crowded: u64,
    /// Clients at other nodes.
    elsewhere: BTreeMap<ClientId, Elsewhere>,
}

/// A client that another node decides about.
#[derive(Debug)]
struct Elsewhere {
    /// The link to that node.
    node: LinkId,
    /// The zones that it listens to.
    zones: Vec<RoomId>,
}

/// The listeners of a frame.
pub(super) struct Reached<'a, P> {
    /// The listeners here.
    pub(super) clients: &'a [ClientId],
    /// The links to other nodes with listeners.
    pub(super) nodes: P,
}

/// The position data of one client: one cache line, as consecutive reports access distant entries.
#[derive(Debug, Default)]
#[repr(align(64))]
struct PositionState {
    position: Option<Position>,
    /// The number of the newest report.
    newest: Option<u16>,
    /// The zones that it listens to.
    zones: Zones,
}

/// Zones that a client listens to, with its slots there: seldom more than one, so the first is stored inline.
#[derive(Debug, Default)]
struct Zones {
    first: Option<(RoomId, u16)>,
    others: Vec<(RoomId, u16)>,
}

impl Proximity {
    pub(super) fn new(rules: &[(RoomPattern, ProximitySettings)]) -> Self {
        Self { rules: rules.to_vec(), ..Self::default() }
    }

    /// The index of the rule for a room of this name; none if it is an ordinary room.
    pub(super) fn rule_of(&self, room: &str) -> Option<usize> {
        self.rules.iter().position(|(pattern, _)| pattern.matches(room))
    }

    #[inline]
    pub(super) fn has_rules(&self) -> bool {
        !self.rules.is_empty()
    }

    /// The proximity settings of a room of this name, if distance decides there.
    pub fn settings_of(&self, room: &str) -> Option<ProximitySettings> {
        self.rule_of(room).map(|rule| self.rules[rule].1.bounded())
    }

    /// The squared distance of two clients, in m², if both have reported a position.
    pub fn distance_squared(&self, a: ClientId, b: ClientId) -> Option<f32> {
        Some(self.position(a)?.distance_squared(self.position(b)?))
    }

    /// The number of times that a listener in range was not sent a frame because enough others were nearer or louder.
    pub(super) fn crowded(&self) -> u64 {
        self.crowded
    }

    /// Adds a client to a room's listeners.
    pub(super) fn enter(&mut self, id: ClientId, name: &str) {
        let Some(rule) = self.rule_of(name) else { return };
        let room = RoomId::of(name);
        self.zones.entry(room).or_insert_with(|| Zone::new(self.rules[rule].1));
        self.enter_zone(id, room);
    }

    fn enter_zone(&mut self, id: ClientId, room: RoomId) {
        let Some(zone) = self.zones.get_mut(&room) else { return };
        if let Some(Elsewhere { node, zones }) = self.elsewhere.get_mut(&id) {
            if !zones.contains(&room) {
                zones.push(room);
                zone.enter_elsewhere(*node);
            }
            return;
        }
        let PositionState { position, zones, .. } = known_mut(&mut self.positions, id);
        if zones.slot(room).is_none() {
            zones.add(room, zone.enter(id, *position));
        }
    }

    /// Removes a client from the listeners of a room id.
    pub(super) fn leave(&mut self, id: ClientId, room: RoomId) {
        self.leave_zone(id, room);
        if self.zones.get(&room).is_some_and(Zone::is_empty) {
            self.zones.remove(&room);
        }
    }

    fn leave_zone(&mut self, id: ClientId, room: RoomId) {
        let Some(zone) = self.zones.get_mut(&room) else { return };
        if let Some(Elsewhere { node, zones }) = self.elsewhere.get_mut(&id) {
            if let Some(index) = zones.iter().position(|zone| *zone == room) {
                zones.swap_remove(index);
                zone.leave_elsewhere(*node);
            }
            return;
        }
        let known = self.positions.get_mut(usize::from(id.0));
        if let Some(slot) = known.and_then(|known| known.zones.remove(room)) {
            zone.leave(slot);
        }
    }

    /// Sets the link to the node where a client is; none if it is here.
    pub(super) fn set_node(&mut self, id: ClientId, node: Option<LinkId>) {
        let former = self.elsewhere.get(&id).map(|elsewhere| elsewhere.node);
        if former == node {
            return;
        }
        let zones: Vec<RoomId> = match self.elsewhere.get(&id) {
            Some(elsewhere) => elsewhere.zones.clone(),
            None => self
                .positions
                .get(usize::from(id.0))
                .into_iter()
                .flat_map(|known| known.zones.iter())
                .map(|(room, _)| room)
                .collect(),
        };
        for room in &zones {
            self.leave_zone(id, *room);
        }
        match node {
            Some(node) => drop(self.elsewhere.insert(id, Elsewhere { node, zones: Vec::new() })),
            None => drop(self.elsewhere.remove(&id)),
        }
        for room in &zones {
            self.enter_zone(id, *room);
        }
    }

    /// Removes a client that has left every room.
    pub(super) fn forget(&mut self, id: ClientId) {
        self.elsewhere.remove(&id);
        if let Some(known) = self.positions.get_mut(usize::from(id.0)) {
            *known = PositionState::default();
        }
    }

    /// Applies a client's position report. One that was overtaken by a newer one is ignored.
    pub(super) fn report(&mut self, id: ClientId, report: PositionReport) {
        let known = known_mut(&mut self.positions, id);
        let is_old = |newest: u16| (report.number.wrapping_sub(newest) as i16) <= 0;
        if known.newest.is_some_and(is_old) {
            return;
        }
        known.newest = Some(report.number);
        if known.position != report.position {
            self.move_to(id, report.position);
        }
    }

    /// Restores a client's last position known to another owner or copy of the session. A position reported here is
    /// newer.
    pub(super) fn recall(&mut self, id: ClientId, position: Option<Position>) {
        if position.is_some() && !self.has_position(id) {
            self.move_to(id, position);
        }
    }

    fn move_to(&mut self, id: ClientId, position: Option<Position>) {
        let known = known_mut(&mut self.positions, id);
        known.position = position;
        for (room, slot) in known.zones.iter() {
            if let Some(zone) = self.zones.get_mut(&room) {
                zone.place(slot, position);
            }
        }
    }

    /// In a copy: sets the position of a client at another node, as that node has reported it.
    pub(super) fn set_position(&mut self, id: ClientId, position: Option<Position>) {
        if self.elsewhere.contains_key(&id) {
            known_mut(&mut self.positions, id).position = position;
        }
    }

    /// A client's position, if it has reported one.
    pub fn position(&self, id: ClientId) -> Option<Position> {
        self.positions.get(usize::from(id.0))?.position
    }

    pub(super) fn has_position(&self, id: ClientId) -> bool {
        self.position(id).is_some()
    }

    /// Whether distance decides about one of these channels.
    pub(super) fn concerns(&self, voice: &VoiceData<'_>) -> bool {
        !self.zones.is_empty() && voice.channels.iter().any(|channel| self.is_zone(channel))
    }

    fn is_zone(&self, channel: VoiceChannel) -> bool {
        channel.bits.kind() == ChannelKind::Room && self.zones.contains_key(&RoomId(channel.recipient))
    }

    /// The listeners of a frame to this room; `None` if distance does not decide there.
    pub(super) fn reach(
        &mut self,
        room: RoomId,
        spoken: Spoken,
        bits: ChannelBits,
    ) -> Option<Reached<'_, impl Iterator<Item = LinkId>>> {
        let zone = self.zones.get_mut(&room)?;
        let from = self.positions.get(usize::from(spoken.speaker.0)).and_then(|known| known.position);
        self.found.clear();
        self.crowded += zone.reach(spoken.frame(from, bits), &mut self.found);
        Some(Reached { clients: &self.found, nodes: zone.nodes() })
    }

    /// Whether one client hears a frame to this room, or may hear it at another node; `None` if distance does not
    /// decide there.
    pub(super) fn reaches(
        &mut self,
        room: RoomId,
        spoken: Spoken,
        bits: ChannelBits,
        id: ClientId,
    ) -> Option<bool> {
        let zone = self.zones.get_mut(&room)?;
        if let Some(elsewhere) = self.elsewhere.get(&id) {
            return Some(elsewhere.zones.contains(&room));
        }
        let from = self.positions.get(usize::from(spoken.speaker.0)).and_then(|known| known.position);
        let slot = self.positions.get(usize::from(id.0)).and_then(|known| known.zones.slot(room));
        Some(slot.is_some_and(|slot| zone.reaches(slot, spoken.frame(from, bits))))
    }
}

fn known_mut(positions: &mut Vec<PositionState>, id: ClientId) -> &mut PositionState {
    let index = usize::from(id.0);
    if index >= positions.len() {
        positions.resize_with(index + 1, PositionState::default);
    }
    &mut positions[index]
}

impl Zones {
    fn iter(&self) -> impl Iterator<Item = (RoomId, u16)> {
        self.first.into_iter().chain(self.others.iter().copied())
    }

    fn slot(&self, room: RoomId) -> Option<u16> {
        self.iter().find(|(zone, _)| *zone == room).map(|(_, slot)| slot)
    }

    fn add(&mut self, room: RoomId, slot: u16) {
        if self.first.is_none() {
            self.first = Some((room, slot));
        } else {
            self.others.push((room, slot));
        }
    }

    fn remove(&mut self, room: RoomId) -> Option<u16> {
        if self.first.is_some_and(|(zone, _)| zone == room) {
            return core::mem::replace(&mut self.first, self.others.pop()).map(|(_, slot)| slot);
        }
        let index = self.others.iter().position(|(zone, _)| *zone == room)?;
        Some(self.others.swap_remove(index).1)
    }
}

/// The properties of a frame that do not depend on the channel.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spoken {
    speaker: ClientId,
    now: Tick,
    has_speech: bool,
}

impl Spoken {
    pub(super) fn new(now: Instant, codec: Option<CodecId>, voice: &VoiceData<'_>) -> Self {
        let has_speech = !is_silence(codec, voice.frame);
        Self { speaker: voice.sender, now: Tick::of(now), has_speech }
    }

    fn frame(self, from: Option<Position>, bits: ChannelBits) -> Frame {
        let power = bits.amplitude() * bits.amplitude();
        let Self { speaker, now, has_speech } = self;
        Frame { speaker, from, now, power, is_speech: has_speech && power > 0.0 }
    }
}
