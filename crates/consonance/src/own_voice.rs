//! The state of the local voice, as seen by the voice thread; the game may read it in every frame.

mod missing_tokens;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, TryLockError};

use consonance_session::{Client, RecordingNotice};

use missing_tokens::MissingTokens;

use crate::channel::{ChannelNumber, ChannelState};
use crate::event_queue::EventQueue;
use crate::lock::lock;
use crate::restrictions::Restrictions;
use crate::statistics::CaptureRow;
use crate::talking::Talking;
use crate::tokens::Tokens;

/// State that one thread publishes and others read. Updates at every beat never block; rare ones take a lock, which
/// readers hold only for a copy.
#[derive(Debug)]
pub(crate) struct OwnVoice {
    is_voice_detected: AtomicBool,
    is_heard: AtomicBool,
    channels: Mutex<BTreeMap<ChannelNumber, ChannelState>>,
    tokens: Tokens,
    missing_tokens: MissingTokens,
    /// Rooms that the server took the player out of.
    taken_out_of: Mutex<BTreeSet<String>>,
    /// Rooms that triggers want to listen to, but for which the session has no place.
    without_place: Mutex<BTreeSet<String>>,
    /// Rooms that triggers have given up, to be left by the voice thread; each was joined once per entry.
    given_up: Mutex<Vec<String>>,
    /// The restrictions that the server's operator has set for us, and the notice about recording.
    decisions: Mutex<(Restrictions, RecordingNotice)>,
}

impl OwnVoice {
    /// Silent, and without tokens, whose changes are reported as events.
    pub(crate) fn new(events: Arc<EventQueue>) -> Self {
        let (is_voice_detected, is_heard) = (AtomicBool::new(false), AtomicBool::new(false));
        Self {
            is_voice_detected,
            is_heard,
            channels: Mutex::default(),
            tokens: Tokens::new(events),
            missing_tokens: MissingTokens::default(),
            taken_out_of: Mutex::default(),
            without_place: Mutex::default(),
            given_up: Mutex::default(),
            decisions: Mutex::default(),
        }
    }

    /// Lets the voice thread leave a room that it was told to join. Never blocks.
    pub(crate) fn give_up(&self, room: String) {
        lock(&self.given_up).push(room);
    }

    /// The rooms to leave. Earlier commands must be carried out first: a room is joined before it is left.
    pub(crate) fn take_given_up(&self) -> Vec<String> {
        std::mem::take(&mut *lock(&self.given_up))
    }

    /// Publishes changes. Those that cannot be published during a read are published the next time.
    pub(crate) fn show(&self, talking: &mut Talking, client: &Client, captured: Option<CaptureRow>) {
        self.is_voice_detected.store(captured.is_some_and(|row| row.is_voice_detected), Ordering::Release);
        self.is_heard.store(talking.is_heard(client), Ordering::Release);
        let Some(states) = talking.changed_channels() else { return };
        let mut shown = match self.channels.try_lock() {
            Ok(shown) => shown,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return,
        };
        shown.clear();
        shown.extend(states);
        drop(shown);
        talking.channels_shown();
    }

    /// Marks all players as silent.
    pub(crate) fn end(&self) {
        self.is_voice_detected.store(false, Ordering::Release);
        self.is_heard.store(false, Ordering::Release);
        lock(&self.channels).clear();
    }

    pub(crate) fn tokens(&self) -> &Tokens {
        &self.tokens
    }

    /// The triggers that wait for a token.
    pub(crate) fn missing_tokens(&self) -> &MissingTokens {
        &self.missing_tokens
    }

    /// Sets the rooms that the server took the player out of. Rarely changes.
    pub(crate) fn set_taken_out_of<'r>(&self, rooms: impl Iterator<Item = &'r str>) {
        let mut shown = lock(&self.taken_out_of);
        shown.clear();
        shown.extend(rooms.map(str::to_owned));
    }

    /// Sets the rooms without a place. Rarely changes.
    pub(crate) fn set_without_place<'r>(&self, rooms: impl Iterator<Item = &'r str>) {
        let mut shown = lock(&self.without_place);
        shown.clear();
        shown.extend(rooms.map(str::to_owned));
    }

    pub(crate) fn is_without_place(&self, room: &str) -> bool {
        lock(&self.without_place).contains(room)
    }

    pub(crate) fn is_taken_out_of(&self, room: &str) -> bool {
        lock(&self.taken_out_of).contains(room)
    }

    /// Sets the operator's decisions. Rarely changes.
    pub(crate) fn set_decisions(&self, restrictions: Restrictions, recorded: RecordingNotice) {
        *lock(&self.decisions) = (restrictions, recorded);
    }

    pub(crate) fn restrictions(&self) -> Restrictions {
        lock(&self.decisions).0.clone()
    }

    pub(crate) fn recorded(&self) -> RecordingNotice {
        lock(&self.decisions).1
    }

    pub(crate) fn is_voice_detected(&self) -> bool {
        self.is_voice_detected.load(Ordering::Acquire)
    }

    pub(crate) fn is_heard(&self) -> bool {
        self.is_heard.load(Ordering::Acquire)
    }

    pub(crate) fn channel(&self, channel: ChannelNumber) -> Option<ChannelState> {
        lock(&self.channels).get(&channel).copied()
    }
}
