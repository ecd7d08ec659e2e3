//! The state of each player, written by the voice thread and read by the game: atomics, and locks that are held only
//! for a copy.

use std::collections::{BTreeMap, btree_map};
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use consonance_session::{ClientEvent, HeardChannel, HeardTarget, Priority, RoomId};

use crate::lock::lock;

/// One of the channels on which a player speaks.
#[derive(Clone, Debug, PartialEq)]
pub struct SpeakingChannel {
    /// The target of the channel.
    pub target: SpeakingTarget,
    /// Whether the voice is positional.
    pub positional: bool,
    /// Loudness, 0 … 2.
    pub amplitude: f32,
    /// The channel's priority; for one's own channels without one, the chat's.
    pub priority: Priority,
}

/// The target of a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SpeakingTarget {
    /// Us alone, as a player.
    Me,
    /// Another player alone; only among the local player's channels.
    Player(String),
    /// All listeners of this room.
    Room(String),
}

/// The state of a player of the session, the local one or another one, from joining to leaving.
///
/// It is at most 10 ms old, and stays up to date while it is held. Reading it does not block, except for the lists of
/// rooms and channels, which are copied under a short lock. A player that leaves and joins again has another
/// `PlayerState`; the old one [is not connected](Self::is_connected) any more and stays as it last was.
pub struct PlayerState {
    pub(crate) name: Box<str>,
    is_local: bool,
    is_connected: AtomicBool,
    is_speaking: AtomicBool,
    is_positional: AtomicBool,
    is_muted: AtomicBool,
    amplitude: Number,
    volume: Number,
    /// Below 0 if it is unknown.
    packet_loss: Number,
    priority: AtomicU8,
    rooms: Mutex<Vec<String>>,
    heard: Mutex<Heard>,
}

/// The channels of a player as received, and in words.
#[derive(Debug, Default)]
struct Heard {
    on_wire: Vec<HeardChannel>,
    channels: Vec<SpeakingChannel>,
}

impl PlayerState {
    pub(crate) fn new(name: &str, is_local: bool) -> Self {
        Self {
            name: name.into(),
            is_local,
            is_connected: AtomicBool::new(!is_local),
            is_speaking: AtomicBool::default(),
            is_positional: AtomicBool::default(),
            is_muted: AtomicBool::default(),
            amplitude: Number::new(0.0),
            volume: Number::new(1.0),
            packet_loss: Number::new(-1.0),
            priority: AtomicU8::default(),
            rooms: Mutex::default(),
            heard: Mutex::default(),
        }
    }

    /// Its name, unique in the session.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether this is the local player.
    pub fn is_local(&self) -> bool {
        self.is_local
    }

    /// Whether it is in the session, as far as we know while we are in it.
    pub fn is_connected(&self) -> bool {
        self.is_connected.load(Ordering::Relaxed)
    }

    pub(crate) fn set_connected(&self, connected: bool) {
        self.is_connected.store(connected, Ordering::Relaxed);
        if !connected {
            self.set_speaking(false);
        }
    }

    /// Whether it speaks to us; for the local player, whether any listener receives us.
    pub fn is_speaking(&self) -> bool {
        self.is_speaking.load(Ordering::Relaxed)
    }

    pub(crate) fn set_speaking(&self, speaking: bool) {
        self.is_speaking.store(speaking, Ordering::Relaxed);
        if !speaking {
            self.set_amplitude(0.0);
        }
    }

    /// Its current level: the mean absolute value of the last 10 ms, 0 to 1, before volume and distance. For the local
    /// player, that of the processed microphone.
    pub fn amplitude(&self) -> f32 {
        self.amplitude.get()
    }

    pub(crate) fn set_amplitude(&self, amplitude: f32) {
        self.amplitude.set(amplitude);
    }

    /// The highest priority of the channels on which it speaks to us; `None` while it is silent or muted here.
    pub fn priority(&self) -> Option<Priority> {
        let speaks = self.is_speaking() && !self.is_muted();
        speaks.then(|| priority_of(self.priority.load(Ordering::Relaxed)))
    }

    pub(crate) fn set_priority(&self, priority: Priority) {
        self.priority.store(priority as u8, Ordering::Relaxed);
    }

    /// Whether its voice is positional: all channels on which it speaks to us are.
    pub fn is_positional(&self) -> bool {
        self.is_positional.load(Ordering::Relaxed)
    }

    pub(crate) fn set_positional(&self, positional: bool) {
        self.is_positional.store(positional, Ordering::Relaxed);
    }

    /// The channels on which it speaks to us, or last spoke; empty before it ever did. For the local player, the open
    /// ones.
    pub fn speaking_channels(&self) -> Vec<SpeakingChannel> {
        lock(&self.heard).channels.clone()
    }

    pub(crate) fn set_channels(&self, channels: Vec<SpeakingChannel>) {
        lock(&self.heard).channels = channels;
    }

    /// The rooms that it listens to, sorted.
    pub fn rooms(&self) -> Vec<String> {
        lock(&self.rooms).clone()
    }

    /// Whether it listens to this room.
    pub fn listens_to(&self, room: &str) -> bool {
        lock(&self.rooms).iter().any(|listened| listened == room)
    }

    pub(crate) fn set_rooms(&self, rooms: Vec<String>) {
        *lock(&self.rooms) = rooms;
    }

    pub(crate) fn enter(&self, room: &str) {
        let mut rooms = lock(&self.rooms);
        if let Err(place) = rooms.binary_search_by(|listened| (**listened).cmp(room)) {
            rooms.insert(place, room.to_owned());
        }
    }

    pub(crate) fn exit(&self, room: &str) {
        lock(&self.rooms).retain(|listened| listened != room);
    }

    /// The share of its last 128 frames that never arrived, 0 to 1; `None` until that many were due. For the local
    /// player, the share of frames that did not reach the server, if the server reports that.
    pub fn packet_loss(&self) -> Option<f32> {
        let loss = self.packet_loss.get();
        (loss >= 0.0).then_some(loss)
    }

    pub(crate) fn set_packet_loss(&self, loss: Option<f32>) {
        self.packet_loss.set(loss.unwrap_or(-1.0));
    }

    /// Its volume here: an amplitude factor from 0 to 4.
    pub fn volume(&self) -> f32 {
        self.volume.get()
    }

    pub(crate) fn set_volume(&self, volume: f32) {
        self.volume.set(volume);
    }

    /// Whether it is muted here.
    pub fn is_muted(&self) -> bool {
        self.is_muted.load(Ordering::Relaxed)
    }

    pub(crate) fn set_muted(&self, muted: bool) {
        self.is_muted.store(muted, Ordering::Relaxed);
    }

    /// Notes the channels over which a frame came. `room_name` returns the names of rooms that we listen to.
    pub(crate) fn hear<'r>(&self, on_wire: &[HeardChannel], room_name: impl Fn(RoomId) -> Option<&'r str>) {
        let mut heard = lock(&self.heard);
        if heard.on_wire == on_wire {
            return;
        }
        heard.on_wire.clear();
        heard.on_wire.extend_from_slice(on_wire);
        let in_words = on_wire.iter().filter_map(|channel| {
            let target = match channel.target {
                HeardTarget::Me => SpeakingTarget::Me,
                HeardTarget::Room(room) => SpeakingTarget::Room(room_name(room)?.to_owned()),
            };
            let HeardChannel { positional, amplitude, priority, .. } = *channel;
            Some(SpeakingChannel { target, positional, amplitude, priority })
        });
        heard.channels = in_words.collect();
    }
}

impl fmt::Debug for PlayerState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PlayerState")
            .field("name", &self.name)
            .field("is_connected", &self.is_connected())
            .field("is_speaking", &self.is_speaking())
            .finish_non_exhaustive()
    }
}

/// All players in the session, including the local one.
#[derive(Debug)]
pub(crate) struct Players {
    local: Arc<PlayerState>,
    others: Mutex<BTreeMap<Box<str>, Arc<PlayerState>>>,
}

impl Players {
    pub(crate) fn new(own_name: &str) -> Self {
        Self { local: Arc::new(PlayerState::new(own_name, true)), others: Mutex::default() }
    }

    pub(crate) fn local(&self) -> &Arc<PlayerState> {
        &self.local
    }

    pub(crate) fn find(&self, name: &str) -> Option<Arc<PlayerState>> {
        if *name == *self.local.name {
            return Some(Arc::clone(&self.local));
        }
        lock(&self.others).get(name).map(Arc::clone)
    }

    /// The local player first, then the others by name.
    pub(crate) fn all(&self) -> Vec<Arc<PlayerState>> {
        let others = lock(&self.others);
        std::iter::once(&self.local).chain(others.values()).map(Arc::clone).collect()
    }

    /// Passes the others, by name, to `look` without copying them; none joins or leaves meanwhile.
    pub(crate) fn with_others<T>(&self, look: impl FnOnce(Others<'_>) -> T) -> T {
        look(lock(&self.others).values())
    }

    /// Handles a session event. Local rooms are noted when the game joins them; here only if the server takes one
    /// away.
    pub(crate) fn follow(&self, event: &ClientEvent<'_>) {
        let of = |name: &str, note: &dyn Fn(&PlayerState)| {
            if let Some(player) = lock(&self.others).get(name) {
                note(player);
            }
        };
        match event {
            ClientEvent::PlayerJoined { name, .. } if *name != self.local.name => self.add(name),
            ClientEvent::PlayerLeft { name, .. } => self.remove(name),
            ClientEvent::EnteredRoom { name, room, .. } => of(name, &|player| player.enter(room)),
            ClientEvent::ExitedRoom { name, room, .. } => of(name, &|player| player.exit(room)),
            ClientEvent::RemovedFromRoom { room } => self.local.exit(room),
            ClientEvent::StartedSpeaking { name, .. } => of(name, &|player| player.set_speaking(true)),
            ClientEvent::StoppedSpeaking { name, .. } => of(name, &|player| player.set_speaking(false)),
            _ => {}
        }
    }

    /// Removes all players, as the session is over.
    pub(crate) fn remove_all(&self) {
        self.local.set_connected(false);
        for (_, state) in std::mem::take(&mut *lock(&self.others)) {
            state.set_connected(false);
        }
    }

    /// Adds a player that has joined. An existing one of that name has left unnoticed.
    fn add(&self, name: &str) {
        let state = Arc::new(PlayerState::new(name, false));
        if let Some(before) = lock(&self.others).insert(name.into(), state) {
            before.set_connected(false);
        }
    }

    fn remove(&self, name: &str) {
        if let Some(state) = lock(&self.others).remove(name) {
            state.set_connected(false);
        }
    }
}

/// All players but the local one, by name.
pub(crate) type Others<'p> = btree_map::Values<'p, Box<str>, Arc<PlayerState>>;

/// A number that one thread writes and others read.
#[derive(Debug, Default)]
pub(crate) struct Number(AtomicU32);

impl Number {
    pub(crate) fn new(value: f32) -> Self {
        Self(AtomicU32::new(value.to_bits()))
    }

    pub(crate) fn get(&self) -> f32 {
        f32::from_bits(self.0.load(Ordering::Relaxed))
    }

    pub(crate) fn set(&self, value: f32) {
        self.0.store(value.to_bits(), Ordering::Relaxed);
    }
}

/// The priority encoded as this number.
pub(crate) fn priority_of(number: u8) -> Priority {
    [Priority::Low, Priority::Default, Priority::Medium, Priority::High]
        .into_iter()
        .find(|priority| *priority as u8 == number)
        .unwrap_or(Priority::Default)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_player_that_leaves_and_comes_back_is_another_object_with_the_same_name() {
        let players = Players::new("Me");
        players.add("Alice");
        let first = players.find("Alice").unwrap();
        first.set_speaking(true);
        players.remove("Alice");
        assert!(players.find("Alice").is_none());
        assert!(!first.is_connected() && !first.is_speaking());
        players.add("Alice");
        let second = players.find("Alice").unwrap();
        assert!(second.is_connected() && !Arc::ptr_eq(&first, &second));
    }

    #[test]
    fn rooms_are_sorted_and_counted_once() {
        let player = PlayerState::new("Alice", false);
        for room in ["b", "a", "b"] {
            player.enter(room);
        }
        assert_eq!(player.rooms(), ["a", "b"]);
        player.exit("b");
        assert!(player.listens_to("a") && !player.listens_to("b"));
    }

    #[test]
    fn there_is_a_priority_while_an_unmuted_player_speaks() {
        let player = PlayerState::new("Alice", false);
        player.set_priority(Priority::High);
        assert_eq!(player.priority(), None);
        player.set_speaking(true);
        assert_eq!(player.priority(), Some(Priority::High));
        player.set_muted(true);
        assert_eq!(player.priority(), None);
    }

    #[test]
    fn channels_to_rooms_that_we_left_meanwhile_are_not_told() {
        let player = PlayerState::new("Alice", false);
        let to = |target| HeardChannel { target, positional: true, amplitude: 0.5, priority: Priority::Low };
        let (known, unknown) = (RoomId(1), RoomId(2));
        let heard = [to(HeardTarget::Room(known)), to(HeardTarget::Room(unknown)), to(HeardTarget::Me)];
        player.hear(&heard, |room| (room == known).then_some("lobby"));
        let targets: Vec<_> = player.speaking_channels().into_iter().map(|channel| channel.target).collect();
        assert_eq!(targets, [SpeakingTarget::Room("lobby".into()), SpeakingTarget::Me]);
    }
}
