//! The end of recordings at a thread that relays: it hands packets on, and never waits.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use consonance_session::{ClientId, RoomId, Server};
use consonance_wire::{ALWAYS_SEND_ROOM, ChannelKind, VoiceData};
use rtrb::Producer;

use super::index::RecordingEndReason;
use super::message::{Message, SpokenCodec};
use super::settings::SessionRecordingSettings;

/// Hands what one thread relays to the thread that writes recordings; made by
/// [`SessionRecorder::feed`](super::SessionRecorder::feed).
#[derive(Debug)]
pub struct RecordingFeed {
    ring: Producer<u8>,
    /// A message that is being put together.
    message: Vec<u8>,
    /// As they were when the feed was made: no lock for a packet.
    settings: Arc<SessionRecordingSettings>,
    registry: Arc<Registry>,
}

/// The state that a recorder and its feeds share.
#[derive(Debug)]
pub(super) struct Registry {
    pub(super) folder: PathBuf,
    /// Locked when a feed is made and once in a turn of the thread that writes, and never for a packet.
    settings: Mutex<Arc<SessionRecordingSettings>>,
    /// Recordings that have begun and that the recorder has not looked at yet. Locked when one
    /// begins, and never for a packet.
    pub(super) begun: Mutex<Vec<Begun>>,
    /// Recordings are numbered through, over all feeds.
    pub(super) next: AtomicU32,
    /// Frames that found the ring full.
    pub(super) frames_dropped: AtomicU64,
}

/// A recording that begins.
#[derive(Debug)]
pub(super) struct Begun {
    pub(super) state: Arc<TapState>,
    pub(super) session: String,
    pub(super) by_operator: bool,
    pub(super) at: Instant,
}

/// The state that both ends of one recording share.
#[derive(Debug)]
pub(super) struct TapState {
    pub(super) recording: u32,
    /// Why the tap was closed, as a number of [`RecordingEndReason`]; nothing comes any more then.
    closed: AtomicU8,
    /// The recorder has ended the recording on its own.
    ended: AtomicBool,
    /// Whether another one shall follow at once.
    goes_on: AtomicBool,
    pub(super) frames_dropped: AtomicU64,
}

/// A session that is being recorded. Dropping it ends the recording.
#[derive(Debug)]
pub(crate) struct SessionTap {
    state: Arc<TapState>,
    registry: Arc<Registry>,
    begun: Instant,
    /// The players and names that the other end already knows.
    speakers: IdSet,
    rooms: IdSet,
    end: RecordingEndReason,
}

impl Registry {
    pub(super) fn new(folder: PathBuf, settings: SessionRecordingSettings) -> Self {
        Self {
            folder,
            settings: Mutex::new(Arc::new(settings)),
            begun: Mutex::default(),
            next: AtomicU32::new(0),
            frames_dropped: AtomicU64::new(0),
        }
    }

    pub(super) fn settings(&self) -> Arc<SessionRecordingSettings> {
        Arc::clone(&self.settings.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn set_settings(&self, settings: SessionRecordingSettings) {
        *self.settings.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(settings);
    }
}

impl RecordingFeed {
    pub(super) fn new(ring: Producer<u8>, registry: Arc<Registry>) -> Self {
        Self { ring, message: Vec::new(), settings: registry.settings(), registry }
    }

    pub(crate) fn settings(&self) -> &SessionRecordingSettings {
        &self.settings
    }

    /// Whether this recording goes where the feed leads.
    pub(crate) fn leads_to(&self, tap: &SessionTap) -> bool {
        Arc::ptr_eq(&self.registry, &tap.registry)
    }

    /// Begins to record a session.
    pub(crate) fn begin(&mut self, now: Instant, session: &str, by_operator: bool) -> SessionTap {
        let mut begun = self.registry.begun.lock().unwrap_or_else(PoisonError::into_inner);
        let state = Arc::new(TapState::new(self.registry.next.fetch_add(1, Ordering::Relaxed)));
        begun.push(Begun { state: Arc::clone(&state), session: session.to_owned(), by_operator, at: now });
        let (speakers, rooms) = (IdSet::default(), IdSet::default());
        let registry = Arc::clone(&self.registry);
        SessionTap { state, registry, begun: now, speakers, rooms, end: RecordingEndReason::SessionEnded }
    }

    /// A packet of a session was relayed, as the server received it. Only voice to rooms is recorded; see
    /// [`SessionRecordingSettings::whispers`].
    pub(crate) fn record_voice(
        &mut self,
        now: Instant,
        tap: &mut SessionTap,
        packet: &[u8],
        server: &Server,
    ) {
        let Some((packet, voice)) = VoiceData::in_packet(packet) else { return };
        let has_room = voice.channels.iter().any(|channel| channel.bits.kind() == ChannelKind::Room);
        if !has_room && !self.settings.whispers {
            return;
        }
        if !self.introduce(tap, &voice, server) || !self.push_voice(now, tap, packet) {
            tap.state.frames_dropped.fetch_add(1, Ordering::Relaxed);
            self.registry.frames_dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Sends everything that the other end does not know yet about a frame. False if there is no space for that.
    fn introduce(&mut self, tap: &mut SessionTap, voice: &VoiceData<'_>, server: &Server) -> bool {
        let recording = tap.state.recording;
        if !tap.speakers.contains(voice.sender.0) {
            let Some(client) = server.tables().client(voice.sender) else { return false };
            let subject = client.access.and_then(|access| access.subject.as_deref()).unwrap_or_default();
            let codec = SpokenCodec::of(&client.codec);
            let (id, name) = (voice.sender, client.name);
            if !self.push(&Message::Speaker { recording, id, codec, name, subject }) {
                return false;
            }
            tap.speakers.insert(voice.sender.0);
        }
        for channel in voice.channels.iter().filter(|channel| channel.bits.kind() == ChannelKind::Room) {
            if !tap.rooms.contains(channel.recipient) {
                let id = RoomId(channel.recipient);
                let always = (id == RoomId::ALWAYS_SEND).then_some(ALWAYS_SEND_ROOM);
                let name = server.tables().room_names(id).next().or(always).unwrap_or_default();
                if !self.push(&Message::Room { recording, id, name }) {
                    return false;
                }
                tap.rooms.insert(channel.recipient);
            }
        }
        true
    }

    fn push_voice(&mut self, now: Instant, tap: &SessionTap, packet: &[u8]) -> bool {
        let at_us = tap.age_us(now);
        self.push(&Message::Voice { recording: tap.state.recording, at_us, packet })
    }

    /// False if there is no room for it.
    pub(super) fn push(&mut self, message: &Message<'_>) -> bool {
        message.write(&mut self.message);
        self.ring.push_entire_slice(&self.message).is_ok()
    }
}

impl SessionTap {
    /// Ends the recording for this reason.
    pub(crate) fn close(mut self, reason: RecordingEndReason) {
        self.end = reason;
    }

    /// The recording has ended by itself; `Some(true)` if another one shall follow it at once.
    pub(crate) fn has_ended(&self, now: Instant, settings: &SessionRecordingSettings) -> Option<bool> {
        if self.state.ended.load(Ordering::Acquire) {
            return Some(self.state.goes_on.load(Ordering::Relaxed));
        }
        (now.saturating_duration_since(self.begun) >= settings.duration_max).then_some(true)
    }

    /// This id belongs to another player from now on, or is free.
    pub(crate) fn forget_speaker(&mut self, id: ClientId) {
        self.speakers.remove(id.0);
    }

    /// A room of this name is there from now on.
    pub(crate) fn forget_room(&mut self, name: &str) {
        self.rooms.remove(RoomId::of(name).0);
    }

    /// From now on, all ids belong to other players.
    pub(crate) fn forget_all(&mut self) {
        self.speakers = IdSet::default();
    }

    /// Forgets which players and rooms the other end knows: further messages take another feed, whose reader may see
    /// them before the rest of this one.
    pub(crate) fn change_feed(&mut self) {
        self.forget_all();
        self.rooms = IdSet::default();
    }

    fn age_us(&self, now: Instant) -> u64 {
        now.saturating_duration_since(self.begun).as_micros() as u64
    }
}

impl Drop for SessionTap {
    fn drop(&mut self) {
        self.state.closed.store(self.end as u8, Ordering::Release);
    }
}

impl TapState {
    pub(super) fn new(recording: u32) -> Self {
        Self {
            recording,
            closed: AtomicU8::new(OPEN),
            ended: AtomicBool::new(false),
            goes_on: AtomicBool::new(false),
            frames_dropped: AtomicU64::new(0),
        }
    }

    /// Why the session's end was closed; all that it has told is in the ring then.
    pub(super) fn closed(&self) -> Option<RecordingEndReason> {
        RecordingEndReason::of_number(self.closed.load(Ordering::Acquire))
    }

    /// Tells the session's end that nothing is taken any more.
    pub(super) fn end(&self, goes_on: bool) {
        self.goes_on.store(goes_on, Ordering::Relaxed);
        self.ended.store(true, Ordering::Release);
    }
}

/// No [`RecordingEndReason`].
const OPEN: u8 = u8::MAX;

/// Numbers of 16 bits; nothing is allocated for one that is not above those before.
#[derive(Debug, Default)]
struct IdSet(Vec<u64>);

impl IdSet {
    fn contains(&self, id: u16) -> bool {
        self.0.get(usize::from(id / 64)).is_some_and(|bits| bits >> (id % 64) & 1 != 0)
    }

    fn insert(&mut self, id: u16) {
        let word = usize::from(id / 64);
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << (id % 64);
    }

    fn remove(&mut self, id: u16) {
        if let Some(bits) = self.0.get_mut(usize::from(id / 64)) {
            *bits &= !(1 << (id % 64));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_of_ids_has_what_was_put_in_and_not_taken_out() {
        let mut set = IdSet::default();
        for id in [0, 63, 64, 65_535] {
            assert!(!set.contains(id));
            set.insert(id);
            assert!(set.contains(id) && !set.contains(id ^ 1));
        }
        set.remove(63);
        set.remove(1_000);
        assert!(!set.contains(63) && set.contains(0) && set.contains(65_535));
    }
}
