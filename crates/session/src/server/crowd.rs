//! Fewer voices at once in each room, for a server that has too much to do.
//!
//! The engine decodes nothing, so it does not know who is loudest: whoever speaks with more priority is heard, and among
//! equals whoever began first. Proximity rooms have their own measure for each listener, and keep to that.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::cmp::Reverse;
use core::time::Duration;

use consonance_wire::{Channel, ChannelBits, ChannelKind, ClientId, CodecKind, Priority, RoomId, VoiceData};

use super::{Fault, Server};
use crate::time::Instant;

/// Who says nothing for so long gives way to others: longer than the pauses between words.
const PAUSE: Duration = Duration::from_millis(500);

/// Who is heard in each room, while that is limited.
#[derive(Debug, Default)]
pub(super) struct Crowd {
    /// So many in each room at most; everybody if there is none.
    most: Option<usize>,
    /// In the order in which they began.
    rooms: BTreeMap<RoomId, Vec<Voice>>,
}

#[derive(Clone, Copy, Debug)]
struct Voice {
    speaker: ClientId,
    priority: Priority,
    spoke_at: Instant,
    /// Another one has its place; only the end of what it said is still heard.
    is_out: bool,
}

impl Crowd {
    #[inline]
    pub(super) fn is_limited(&self) -> bool {
        self.most.is_some()
    }

    pub(super) fn forget(&mut self, id: ClientId) {
        self.rooms.values_mut().for_each(|voices| voices.retain(|voice| voice.speaker != id));
    }

    /// Nobody listens to a room any more.
    pub(super) fn close(&mut self, room: RoomId) {
        self.rooms.remove(&room);
    }

    fn limit(&mut self, most: Option<usize>) {
        self.most = most;
        let Some(most) = most else { return self.rooms.clear() };
        for voices in self.rooms.values_mut() {
            // Stable: among equals the first ones stay.
            voices.sort_by_key(|voice| (voice.is_out, Reverse(voice.priority)));
            voices.iter_mut().skip(most).for_each(|voice| voice.is_out = true);
        }
    }

    /// Whether a frame is heard in a room.
    fn admits(
        &mut self,
        now: Instant,
        speaker: ClientId,
        room: RoomId,
        bits: ChannelBits,
        has_speech: bool,
    ) -> bool {
        let Some(most) = self.most else { return true };
        let priority = bits.priority();
        let voices = self.rooms.entry(room).or_default();
        voices.retain(|voice| now.since(voice.spoke_at) < PAUSE);
        let own = voices.iter().position(|voice| voice.speaker == speaker);
        let is_free = voices.iter().filter(|voice| !voice.is_out).count() < most;
        if bits.is_closing() {
            // The end of an utterance is told to whoever heard its beginning, and it has only one.
            return own.map(|own| voices.remove(own)).is_some() || is_free;
        }
        if let Some(own) = own.filter(|own| !voices[*own].is_out) {
            voices[own].priority = priority;
            if has_speech {
                voices[own].spoke_at = now;
            }
            return true;
        }
        if !has_speech {
            return is_free;
        }
        if !is_free {
            let heard = voices.iter_mut().rev().filter(|voice| !voice.is_out);
            let weaker = heard.min_by_key(|voice| voice.priority).filter(|voice| voice.priority < priority);
            let Some(weaker) = weaker else { return false };
            weaker.is_out = true;
        }
        if let Some(own) = own {
            voices.remove(own);
        }
        voices.push(Voice { speaker, priority, spoke_at: now, is_out: false });
        true
    }
}

impl Server {
    /// In each room, only so many are heard at once from now on, or everybody again; proximity rooms stay as they are. Of
    /// who is above that, frames go nowhere.
    pub fn set_voices_per_room(&mut self, most: Option<usize>) {
        self.quotas.crowd.limit(most);
    }

    /// Refuses a frame that would only be heard in rooms that have enough voices.
    pub(super) fn check_crowd(&mut self, own: ClientId, voice: &VoiceData<'_>) -> Result<(), Fault> {
        if !self.quotas.crowd.is_limited() || self.proximity.concerns(voice) {
            return Ok(());
        }
        let codec = self.roster.get(own).map(|member| member.codec.kind);
        // What an encoder sends in silence is no longer than that (RFC 6716, section 2.1.9).
        let has_speech = codec != Some(CodecKind::OPUS) || voice.frame.len() > 2;
        let mut is_heard = voice.channels.is_empty();
        for Channel { bits, recipient } in voice.channels {
            is_heard |= bits.kind() == ChannelKind::Player;
            if bits.kind() == ChannelKind::Room && !self.roster.listeners(RoomId(recipient)).is_empty() {
                is_heard |= self.quotas.crowd.admits(self.now, own, RoomId(recipient), bits, has_speech);
            }
        }
        if is_heard { Ok(()) } else { Err(Fault::Shed) }
    }
}
