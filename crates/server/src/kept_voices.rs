//! What was said of late, in memory: the last seconds of each speaker, as they were relayed, for [reports](crate::reports).
//!
//! It is off unless an operator wants it, and players of ours are told. A worker keeps what its sessions relay; nothing is
//! decoded, and nothing leaves the memory unless somebody is reported.

mod settings;
mod voice;

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use consonance_session::{CodecKind, RoomId, Server, ServerEvent};
use consonance_wire::{ChannelKind, ClientId, Packet};

pub use settings::KeptVoicesSettings;
pub(crate) use voice::KeptVoice;

use crate::recording::voice_of;

/// What a worker keeps of all its sessions together.
#[derive(Debug)]
pub(crate) struct VoiceKeeper {
    settings: KeptVoicesSettings,
    /// What all sessions have: exact after each [`sweep`](Self::begin_sweep), and never too low.
    bytes: usize,
    next_sweep: Option<Instant>,
    /// Frames for which there was no room.
    frames_not_kept: u64,
}

/// What is kept of one session.
#[derive(Debug, Default)]
pub(crate) struct KeptVoices {
    /// Visits of speakers, in the order of their first words.
    voices: BTreeMap<u64, KeptVoice>,
    next: u64,
    /// The visit of everybody who is here and spoke of late.
    present: HashMap<ClientId, u64>,
}

impl VoiceKeeper {
    pub(crate) fn new(settings: KeptVoicesSettings) -> Self {
        Self { settings, bytes: 0, next_sweep: None, frames_not_kept: 0 }
    }

    pub(crate) fn settings(&self) -> &KeptVoicesSettings {
        &self.settings
    }

    /// Follows other settings; the next sweep is due at once.
    pub(crate) fn set_settings(&mut self, now: Instant, settings: KeptVoicesSettings) {
        (self.settings, self.next_sweep) = (settings, Some(now));
    }

    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(crate) fn frames_not_kept(&self) -> u64 {
        self.frames_not_kept
    }

    /// Keeps a packet that a session relayed, as it came in, if it is voice and anything is kept at all.
    pub(crate) fn hear(&mut self, now: Instant, kept: &mut KeptVoices, server: &Server, packet: &[u8]) {
        if !self.settings.is_on() {
            return;
        }
        let Some((packet, voice)) = voice_of(packet) else { return };
        let is_full = self.bytes >= self.settings.worker_bytes_max;
        let is_kept = kept.voice_of(voice.sender, server, is_full).is_some_and(|voice| {
            let before = voice.bytes();
            let room = if is_full { before } else { self.settings.speaker_bytes_max };
            voice.forget_before(now.checked_sub(self.settings.last).unwrap_or(now));
            let is_kept = voice.push(now, packet, room);
            self.bytes = self.bytes - before.min(self.bytes) + voice.bytes();
            is_kept
        });
        self.frames_not_kept += u64::from(!is_kept);
        self.next_sweep.get_or_insert(now + SWEEP_INTERVAL);
    }

    /// When what is too old is to be forgotten next; never while nothing is kept.
    pub(crate) fn next_sweep(&self) -> Option<Instant> {
        self.next_sweep
    }

    /// Forgets everything that is too old.
    pub(crate) fn sweep<'a>(&mut self, now: Instant, all: impl Iterator<Item = &'a mut KeptVoices>) {
        let oldest = now.checked_sub(self.settings.last).filter(|_| self.settings.is_on());
        self.bytes = 0;
        for kept in all {
            match oldest {
                Some(oldest) => kept.forget_before(oldest),
                None => *kept = KeptVoices::default(),
            }
            self.bytes += kept.bytes();
        }
        self.next_sweep = (self.bytes > 0).then_some(now + SWEEP_INTERVAL);
    }
}

impl KeptVoices {
    /// Something happened in the session. What somebody said stays until it is too old, also when its id is another's.
    pub(crate) fn handle_event(&mut self, event: &ServerEvent) {
        match event {
            ServerEvent::ClientJoined { id, .. } | ServerEvent::ClientLeft { id, .. } => {
                self.present.remove(id);
            }
            ServerEvent::Restarted { .. } => self.present.clear(),
            _ => {}
        }
    }

    pub(crate) fn forget_before(&mut self, oldest: Instant) {
        self.voices.retain(|_, voice| {
            voice.forget_before(oldest);
            !voice.is_empty()
        });
        self.present.retain(|_, number| self.voices.contains_key(number));
    }

    /// All voices, in the order of their first words.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut KeptVoice> {
        self.voices.values_mut()
    }

    fn bytes(&self) -> usize {
        self.voices.values().map(KeptVoice::bytes).sum()
    }

    /// Where to keep what this client says; none if it is new and there is no room for one more.
    fn voice_of(&mut self, id: ClientId, server: &Server, is_full: bool) -> Option<&mut KeptVoice> {
        if !self.present.contains_key(&id) {
            let client = server.client(id).filter(|_| !is_full)?;
            let subject = client.access.and_then(|access| access.subject.as_deref());
            let is_opus = client.codec.kind == CodecKind::OPUS;
            self.voices.insert(self.next, KeptVoice::new(id, client.name, subject, is_opus));
            self.present.insert(id, self.next);
            self.next += 1;
        }
        self.voices.get_mut(self.present.get(&id)?)
    }
}

/// The rooms that a voice packet is for.
pub(crate) fn rooms_of(packet: &[u8]) -> impl Iterator<Item = RoomId> {
    let voice = match Packet::parse(packet) {
        Ok(Packet::VoiceData(voice)) => Some(voice),
        _ => None,
    };
    let rooms = voice.into_iter().flat_map(|voice| voice.channels);
    rooms.filter(|channel| channel.bits.kind() == ChannelKind::Room).map(|channel| RoomId(channel.recipient))
}

/// How much longer than it is to be something may stay in memory.
const SWEEP_INTERVAL: Duration = Duration::from_secs(1);
