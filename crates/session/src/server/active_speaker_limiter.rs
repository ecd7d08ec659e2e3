//! A limit on the voices at once in each room, for an overloaded server.
//!
//! The higher priority is heard, among equals the clearly louder speaker, and otherwise the one that began first.
//! Nothing is decoded for that: the first bits of a frame give its loudness. Proximity rooms have their own measure for
//! each listener, and keep to that.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::cmp::Reverse;

use consonance_wire::{ChannelBits, ClientId, CodecId, RoomId};

use crate::heard_voice::HeardVoice;
use crate::loudness::{RecentLoudness, loudness};
use crate::silence::is_silence;
use crate::time::Instant;

/// The audible speakers of each room, while there is a limit.
#[derive(Debug, Default)]
pub(super) struct ActiveSpeakerLimiter {
    /// The maximum number in each room; none if there is no limit.
    most: Option<usize>,
    /// In the order in which they began.
    rooms: BTreeMap<RoomId, Vec<Voice>>,
}

#[derive(Clone, Copy, Debug)]
struct Voice {
    speaker: ClientId,
    heard: HeardVoice,
    /// Another one has taken its place; only the end of its utterance is still heard.
    is_out: bool,
}

/// The relevant properties of a frame.
#[derive(Clone, Copy, Debug)]
pub(super) struct Heard {
    speaker: ClientId,
    has_speech: bool,
    loudness: Option<u8>,
}

impl ActiveSpeakerLimiter {
    #[inline]
    pub(super) fn is_limited(&self) -> bool {
        self.most.is_some()
    }

    pub(super) fn forget(&mut self, id: ClientId) {
        self.rooms.values_mut().for_each(|voices| voices.retain(|voice| voice.speaker != id));
    }

    /// Removes a room that has lost its last listener.
    pub(super) fn close(&mut self, room: RoomId) {
        self.rooms.remove(&room);
    }

    /// Limits the number of voices that are heard in each room, or removes the limit.
    pub(super) fn limit(&mut self, most: Option<usize>) {
        self.most = most;
        let Some(most) = most else { return self.rooms.clear() };
        for voices in self.rooms.values_mut() {
            let newest = voices.iter().map(|voice| voice.heard.spoke_at()).max().unwrap_or_default();
            // The sort is stable: among equals, the first speakers stay.
            voices.sort_by_key(|voice| {
                let loudness = voice.heard.loudness.at(newest).unwrap_or(RecentLoudness::TYPICAL)
                    / RecentLoudness::CLEARLY;
                (voice.is_out, Reverse((voice.heard.priority, loudness)))
            });
            voices.iter_mut().skip(most).for_each(|voice| voice.is_out = true);
        }
    }

    /// Whether a frame is heard in a room.
    pub(super) fn admits(&mut self, now: Instant, room: RoomId, bits: ChannelBits, heard: Heard) -> bool {
        let Some(most) = self.most else { return true };
        let priority = bits.priority();
        let voices = self.rooms.entry(room).or_default();
        voices.retain(|voice| !voice.heard.is_silent(now));
        let own = voices.iter().position(|voice| voice.speaker == heard.speaker);
        let is_free = voices.iter().filter(|voice| !voice.is_out).count() < most;
        if bits.is_closing() {
            // The end of an utterance goes to those that heard its start, once.
            return own.map(|own| voices.remove(own)).is_some() || is_free;
        }
        if let Some(own) = own.filter(|own| !voices[*own].is_out) {
            let voice = &mut voices[own].heard;
            voice.priority = priority;
            if heard.has_speech {
                voice.note(now, heard.loudness);
            }
            return true;
        }
        if !heard.has_speech {
            return is_free;
        }
        if !is_free {
            let inside = voices.iter().enumerate().rev().filter(|(_, voice)| !voice.is_out);
            let inside = inside.map(|(nth, voice)| (nth, voice.heard));
            let weaker = HeardVoice::weaker(inside, now, priority, heard.loudness);
            let Some(weaker) = weaker else { return false };
            voices[weaker].is_out = true;
        }
        if let Some(own) = own {
            voices.remove(own);
        }
        let voice = HeardVoice::new(now, priority, heard.loudness);
        voices.push(Voice { speaker: heard.speaker, heard: voice, is_out: false });
        true
    }
}

impl Heard {
    pub(super) fn new(speaker: ClientId, codec: Option<CodecId>, frame: &[u8]) -> Self {
        let has_speech = !is_silence(codec, frame);
        let loudness = if codec == Some(CodecId::OPUS) && has_speech { loudness(frame) } else { None };
        Self { speaker, has_speech, loudness }
    }
}
