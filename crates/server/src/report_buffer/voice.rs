//! The recent speech of one speaker.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use consonance_wire::ClientId;
use consonance_wire::names::PlayerName;

use crate::recording::SpokenCodec;

/// One visit of a speaker, as far as it spoke recently.
#[derive(Debug)]
pub(crate) struct BufferedVoice {
    pub(crate) id: ClientId,
    pub(crate) name: PlayerName,
    /// The subject of its join token.
    pub(crate) subject: Option<String>,
    pub(crate) codec: SpokenCodec,
    /// The arrival time and the packet length of each frame, oldest first.
    frames: VecDeque<(Instant, u16)>,
    /// Their packets, one behind the other.
    packets: VecDeque<u8>,
}

impl BufferedVoice {
    pub(crate) fn new(id: ClientId, name: &str, subject: Option<&str>, codec: SpokenCodec) -> Self {
        let (name, subject) = (name.into(), subject.map(str::to_owned));
        Self { id, name, subject, codec, frames: VecDeque::new(), packets: VecDeque::new() }
    }

    /// Adds a packet, and drops the oldest until all fit into `bytes_max`. False if it still does not fit.
    pub(crate) fn push(&mut self, now: Instant, packet: &[u8], bytes_max: usize) -> bool {
        let Ok(length) = u16::try_from(packet.len()) else { return false };
        while self.bytes() + FRAME_BYTES + packet.len() > bytes_max {
            if !self.pop() {
                return false;
            }
        }
        self.frames.push_back((now, length));
        self.packets.extend(packet);
        true
    }

    /// Drops packets that arrived before then.
    pub(crate) fn forget_before(&mut self, oldest: Instant) {
        while self.frames.front().is_some_and(|(at, _)| *at < oldest) {
            self.pop();
        }
    }

    /// Drops the oldest frames until this many bytes are free, or none are left; returns their number.
    pub(crate) fn shrink(&mut self, bytes: usize) -> u64 {
        let most = self.bytes().saturating_sub(bytes);
        let mut frames = 0;
        while self.bytes() > most && self.pop() {
            frames += 1;
        }
        frames
    }

    /// Each packet with the time when it came, oldest first.
    pub(crate) fn packets(&mut self) -> impl Iterator<Item = (Instant, &[u8])> {
        let mut rest: &[u8] = self.packets.make_contiguous();
        self.frames.iter().map(move |(at, length)| {
            let (packet, behind) = rest.split_at(usize::from(*length));
            rest = behind;
            (*at, packet)
        })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// The size in bytes, without the speaker's name.
    pub(crate) fn bytes(&self) -> usize {
        self.packets.len() + self.frames.len() * FRAME_BYTES
    }

    /// How long ago the newest frame came.
    pub(crate) fn age(&self, now: Instant) -> Duration {
        self.frames.back().map_or(Duration::MAX, |(at, _)| now.saturating_duration_since(*at))
    }

    fn pop(&mut self) -> bool {
        let Some((_, length)) = self.frames.pop_front() else { return false };
        self.packets.drain(..usize::from(length));
        true
    }
}

/// The size of a frame besides its packet.
const FRAME_BYTES: usize = size_of::<(Instant, u16)>();

#[cfg(test)]
mod tests {
    use super::*;

    fn voice() -> BufferedVoice {
        BufferedVoice::new(ClientId(1), "Alice", None, SpokenCodec { is_opus: true, frame_samples: 960 })
    }

    #[test]
    fn packets_come_back_as_they_came_without_what_is_too_old() {
        let (mut voice, start) = (voice(), Instant::now());
        let at = |second| start + Duration::from_secs(second);
        for second in 0..10 {
            assert!(voice.push(at(second), &vec![second as u8; second as usize], 1 << 20));
        }
        voice.forget_before(at(7));
        let kept: Vec<_> = voice.packets().map(|(at, packet)| (at, packet.to_vec())).collect();
        assert_eq!(kept, [(at(7), vec![7; 7]), (at(8), vec![8; 8]), (at(9), vec![9; 9])]);
        voice.forget_before(at(10));
        assert!(voice.is_empty() && voice.bytes() == 0);
    }

    #[test]
    fn the_oldest_go_when_there_is_no_room() {
        let (mut voice, now) = (voice(), Instant::now());
        let room = 3 * (FRAME_BYTES + 10);
        for number in 0..5 {
            assert!(voice.push(now, &[number; 10], room));
            assert!(voice.bytes() <= room);
        }
        let kept: Vec<_> = voice.packets().map(|(_, packet)| packet[0]).collect();
        assert_eq!(kept, [2, 3, 4]);
        assert!(!voice.push(now, &[0; 1000], room), "it would never fit");
    }
}
