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
            voices.sort_by_key(|voice| Reverse(voice.priority));
            voices.truncate(most);
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
        if let Some(own) = voices.iter_mut().find(|voice| voice.speaker == speaker) {
            own.priority = priority;
            if has_speech {
                own.spoke_at = now;
            }
            return true;
        }
        if !has_speech {
            return voices.len() < most;
        }
        if voices.len() >= most {
            let weakest = (0..voices.len()).rev().min_by_key(|index| voices[*index].priority);
            let weaker = weakest.filter(|index| voices[*index].priority < priority);
            let Some(weaker) = weaker else { return false };
            voices.remove(weaker);
        }
        voices.push(Voice { speaker, priority, spoke_at: now });
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
            // The end of an utterance is told to whoever heard its beginning.
            is_heard |= bits.kind() == ChannelKind::Player || bits.is_closing();
            if bits.kind() == ChannelKind::Room && !self.roster.listeners(RoomId(recipient)).is_empty() {
                is_heard |= self.quotas.crowd.admits(self.now, own, RoomId(recipient), bits, has_speech);
            }
        }
        if is_heard { Ok(()) } else { Err(Fault::Shed) }
    }
}
