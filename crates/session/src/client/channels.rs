//! The channels that I speak on: open, closing, pending, and the channel session that tells utterances apart.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use consonance_wire::{ChannelBits, ChannelKind, ClientId, Priority, RoomId, VoiceChannel};

/// A name for an open channel; never 0, never used again by the same client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChannelId(pub u32);

/// The recipient of a channel.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// All listeners of this room.
    Room(Box<str>),
    /// The player of this name; while it is absent, the channel waits.
    Player(Box<str>),
}

impl Target {
    /// The room [`ALWAYS_SEND_ROOM`](consonance_wire::ALWAYS_SEND_ROOM): voice on a channel to it goes to the server
    /// even without listeners, for its recordings and for moderators' taps. No player hears it there.
    pub fn always_send() -> Self {
        Self::Room(consonance_wire::ALWAYS_SEND_ROOM.into())
    }
}

/// The properties of the voice on a channel. They may change while the channel is open; the next packet shows it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChannelProperties {
    /// Whether the voice comes from the speaker's place in the world (default false).
    pub positional: bool,
    /// The priority; a listener ducks lower ones. `None` is the client's default priority at the moment of sending
    /// (default).
    pub priority: Option<Priority>,
    /// The factor by which it is louder, 0 … 2 (default 1); the wire carries 255 steps.
    pub amplitude: f32,
}

impl Default for ChannelProperties {
    fn default() -> Self {
        Self { positional: false, priority: None, amplitude: 1.0 }
    }
}

/// All channels of one client, and the changes that wait for the next frame.
#[derive(Debug)]
pub(crate) struct Channels {
    handles: BTreeMap<ChannelId, Handle>,
    /// The channels in the next packet, in the order of opening.
    list: Vec<Entry>,
    queued: Vec<Change>,
    records: Records,
    /// A closing channel keeps its own values until its last packet was sent, and reopening revives it by target. In
    /// the original its record is free at once, and the next channel of the kind takes it.
    as_original: bool,
    last_id: u32,
    session: u8,
}

#[derive(Debug)]
struct Handle {
    target: Target,
    record: usize,
    closed: bool,
}

#[derive(Debug)]
struct Entry {
    id: ChannelId,
    kind: ChannelKind,
    recipient: u16,
    closing: bool,
}

#[derive(Debug)]
enum Change {
    Open { id: ChannelId, kind: ChannelKind, recipient: u16 },
    Close { id: ChannelId },
}

impl Change {
    fn id(&self) -> ChannelId {
        match *self {
            Self::Open { id, .. } | Self::Close { id } => id,
        }
    }
}

impl Channels {
    pub(crate) fn new(as_original: bool) -> Self {
        Self {
            handles: BTreeMap::new(),
            list: Vec::new(),
            queued: Vec::new(),
            records: Records::default(),
            as_original,
            last_id: 0,
            session: 0,
        }
    }

    /// Channels that are open or waiting; closing ones count until their last packet was sent.
    pub(crate) fn len(&self) -> usize {
        self.handles.len()
    }

    /// Opens a channel at the next frame; one to an absent player (`present` is `None`) waits for the player.
    pub(crate) fn open(
        &mut self,
        target: Target,
        properties: ChannelProperties,
        present: Option<ClientId>,
    ) -> ChannelId {
        self.last_id += 1;
        let id = ChannelId(self.last_id);
        let record = self.records.take(kind_of(&target), properties);
        match (&target, present) {
            (Target::Room(name), _) => {
                self.queued.push(Change::Open { id, kind: ChannelKind::Room, recipient: RoomId::of(name).0 });
            }
            (Target::Player(_), Some(player)) => {
                self.queued.push(Change::Open { id, kind: ChannelKind::Player, recipient: player.0 });
            }
            (Target::Player(_), None) => {}
        }
        self.handles.insert(id, Handle { target, record, closed: false });
        id
    }

    /// New properties for an open channel; false if it is not open.
    pub(crate) fn set(&mut self, id: ChannelId, properties: ChannelProperties) -> bool {
        let Some(handle) = self.handles.get(&id).filter(|handle| !handle.closed) else { return false };
        self.records.set(handle.record, properties);
        true
    }

    /// Closes a channel: the next frame carries it for the last time. False if it was not open.
    pub(crate) fn close(&mut self, id: ChannelId) -> bool {
        let Some(handle) = self.handles.get_mut(&id).filter(|handle| !handle.closed) else { return false };
        handle.closed = true;
        if self.as_original {
            self.records.give_back(kind_of(&handle.target), handle.record);
        }
        let waits_for_a_frame = self.list.iter().any(|entry| entry.id == id)
            || self.queued.iter().any(|change| change.id() == id);
        if waits_for_a_frame {
            self.queued.push(Change::Close { id });
        } else {
            self.forget(id);
        }
        true
    }

    /// Opens the channels that wait for a player that has joined, the most recently opened first.
    pub(crate) fn on_player_joined(&mut self, name: &str, player: ClientId) {
        let waiting = self.handles.iter().rev();
        let waiting = waiting.filter(|(_, handle)| !handle.closed && is_player(&handle.target, name));
        let opened =
            waiting.map(|(&id, _)| Change::Open { id, kind: ChannelKind::Player, recipient: player.0 });
        self.queued.extend(opened);
    }

    /// Removes the channels of a player that has left, without a closing packet; those not closed wait again.
    pub(crate) fn on_player_left(&mut self, name: &str) {
        let handles = &self.handles;
        let to_player =
            |id: ChannelId| handles.get(&id).is_some_and(|handle| is_player(&handle.target, name));
        self.list.retain(|entry| !to_player(entry.id));
        self.queued.retain(|change| !to_player(change.id()));
        let closed: Vec<_> = handles
            .iter()
            .filter(|&(&id, handle)| handle.closed && to_player(id))
            .map(|(&id, _)| id)
            .collect();
        for id in closed {
            self.forget(id);
        }
    }

    /// Applies what was opened and closed since the last frame, and moves the channel session on where an utterance
    /// ended in between.
    pub(crate) fn apply_queued(&mut self) {
        let mut all_were_closing = self.all_are_closing();
        for change in core::mem::take(&mut self.queued) {
            match change {
                Change::Open { id, kind, recipient } => self.apply_open(id, kind, recipient),
                Change::Close { id } => {
                    if let Some(entry) = self.list.iter_mut().find(|entry| entry.id == id) {
                        entry.closing = true;
                    }
                }
            }
            all_were_closing |= self.all_are_closing();
        }
        if all_were_closing && !self.all_are_closing() {
            self.next_session();
        }
    }

    /// A packet with the whole list was sent: closing channels are gone now.
    pub(crate) fn on_sent(&mut self) {
        while let Some(index) = self.list.iter().position(|entry| entry.closing) {
            let entry = self.list.remove(index);
            self.forget(entry.id);
        }
        if self.list.is_empty() {
            self.next_session();
        }
    }

    /// The channel session, 0 … 127, that the next packet carries.
    pub(crate) fn session(&self) -> u8 {
        self.session
    }

    /// The channels as the next packet shows them.
    pub(crate) fn on_wire(&self, default_priority: Priority) -> impl ExactSizeIterator<Item = VoiceChannel> {
        self.list.iter().map(move |entry| {
            let properties = self
                .handles
                .get(&entry.id)
                .map_or(ChannelProperties::default(), |handle| self.records.get(handle.record));
            let bits = ChannelBits::new(entry.kind)
                .with_positional(properties.positional)
                .with_closing(entry.closing)
                .with_priority(properties.priority.unwrap_or(default_priority))
                .with_amplitude(properties.amplitude);
            VoiceChannel { bits, recipient: entry.recipient }
        })
    }

    fn apply_open(&mut self, id: ChannelId, kind: ChannelKind, recipient: u16) {
        let Some(record) = self.handles.get(&id).map(|handle| handle.record) else { return };
        let closing = self.list.iter().position(|entry| {
            let same_target = entry.kind == kind && entry.recipient == recipient;
            let same_record = || self.handles.get(&entry.id).is_some_and(|handle| handle.record == record);
            entry.closing && same_target && (!self.as_original || same_record())
        });
        if let Some(index) = closing {
            let revived = &mut self.list[index];
            revived.closing = false;
            let previous = core::mem::replace(&mut revived.id, id);
            self.forget(previous);
        } else {
            self.list.push(Entry { id, kind, recipient, closing: false });
        }
    }

    fn forget(&mut self, id: ChannelId) {
        if let Some(handle) = self.handles.remove(&id)
            && !self.as_original
        {
            self.records.give_back(kind_of(&handle.target), handle.record);
        }
    }

    fn all_are_closing(&self) -> bool {
        !self.list.is_empty() && self.list.iter().all(|entry| entry.closing)
    }

    fn next_session(&mut self) {
        self.session = (self.session + 1) % 128;
    }
}

fn kind_of(target: &Target) -> ChannelKind {
    match target {
        Target::Room(_) => ChannelKind::Room,
        Target::Player(_) => ChannelKind::Player,
    }
}

fn is_player(target: &Target, name: &str) -> bool {
    matches!(target, Target::Player(player) if **player == *name)
}

/// Properties by record; free records are taken last-in-first-out, rooms and players apart.
#[derive(Debug, Default)]
struct Records {
    properties: Vec<ChannelProperties>,
    free_rooms: Vec<usize>,
    free_players: Vec<usize>,
}

impl Records {
    fn take(&mut self, kind: ChannelKind, properties: ChannelProperties) -> usize {
        let record = self.free(kind).pop().unwrap_or_else(|| {
            self.properties.push(properties);
            self.properties.len() - 1
        });
        self.properties[record] = properties;
        record
    }

    fn give_back(&mut self, kind: ChannelKind, record: usize) {
        self.free(kind).push(record);
    }

    fn set(&mut self, record: usize, properties: ChannelProperties) {
        self.properties[record] = properties;
    }

    fn get(&self, record: usize) -> ChannelProperties {
        self.properties[record]
    }

    fn free(&mut self, kind: ChannelKind) -> &mut Vec<usize> {
        match kind {
            ChannelKind::Room => &mut self.free_rooms,
            ChannelKind::Player => &mut self.free_players,
        }
    }
}
