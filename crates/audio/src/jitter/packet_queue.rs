//! The packets of one speaker that wait for their turn, in playing order.

use std::collections::VecDeque;

use crate::frame_properties::FrameProperties;
use crate::limits::MAX_QUEUED_PACKETS;

/// Room that every packet gets, so that hardly any needs more: 20 ms at 100 kbit/s.
const USUAL_PACKET_BYTES: usize = 256;

/// Which frame it is: utterances count up over a speaker's life, frames from 0 within each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct FrameId {
    /// The utterance, counting from 0.
    pub utterance: u32,
    /// The frame within the utterance, counting from 0.
    pub sequence: u32,
}

/// One packet and what came with it.
#[derive(Debug, Default)]
pub(super) struct Packet {
    pub(super) frame: FrameId,
    pub(super) properties: FrameProperties,
    /// It holds a copy of the frame before.
    pub(super) carries_copy: bool,
    pub(super) data: Vec<u8>,
}

/// What became of a packet.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Insertion {
    Stored,
    /// Stored, and the one whose turn would have come first was dropped for it.
    StoredOldestDropped,
    /// The frame was there already.
    Duplicate,
}

/// Bounded and sorted; the buffers of packets that have gone are used again.
#[derive(Debug)]
pub(super) struct PacketQueue {
    packets: VecDeque<Packet>,
    spare: Vec<Packet>,
}

impl PacketQueue {
    pub(super) fn new() -> Self {
        Self {
            packets: VecDeque::with_capacity(MAX_QUEUED_PACKETS + 1),
            spare: Vec::with_capacity(MAX_QUEUED_PACKETS + 1),
        }
    }

    pub(super) fn insert(
        &mut self,
        frame: FrameId,
        properties: FrameProperties,
        carries_copy: bool,
        data: &[u8],
    ) -> Insertion {
        let Err(place) = self.packets.binary_search_by_key(&frame, |packet| packet.frame) else {
            return Insertion::Duplicate;
        };
        let mut packet = self.spare.pop().unwrap_or_default();
        packet.frame = frame;
        packet.properties = properties;
        packet.carries_copy = carries_copy;
        packet.data.clear();
        packet.data.reserve(data.len().max(USUAL_PACKET_BYTES));
        packet.data.extend_from_slice(data);
        self.packets.insert(place, packet);
        if self.packets.len() > MAX_QUEUED_PACKETS {
            self.drop_first();
            return Insertion::StoredOldestDropped;
        }
        Insertion::Stored
    }

    /// The packet whose turn comes first.
    pub(super) fn first(&self) -> Option<&Packet> {
        self.packets.front()
    }

    /// The same, if it belongs to this utterance.
    pub(super) fn first_of(&self, utterance: u32) -> Option<&Packet> {
        self.first().filter(|packet| packet.frame.utterance == utterance)
    }

    /// Exchanges the first packet for one that is no longer needed.
    pub(super) fn take_first(&mut self, taken: &mut Packet) {
        if let Some(first) = self.packets.pop_front() {
            self.spare.push(std::mem::replace(taken, first));
        }
    }

    pub(super) fn drop_first(&mut self) {
        self.spare.extend(self.packets.pop_front());
    }

    /// Drops everything of one utterance and says how many packets that were.
    pub(super) fn drop_utterance(&mut self, utterance: u32) -> usize {
        let first = self.packets.partition_point(|packet| packet.frame.utterance < utterance);
        let end = self.packets.partition_point(|packet| packet.frame.utterance <= utterance);
        self.spare.extend(self.packets.drain(first..end));
        end - first
    }

    pub(super) fn len(&self) -> usize {
        self.packets.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(utterance: u32, sequence: u32) -> FrameId {
        FrameId { utterance, sequence }
    }

    fn order(queue: &mut PacketQueue) -> Vec<FrameId> {
        let mut taken = Packet::default();
        (0..queue.len())
            .map(|_| {
                queue.take_first(&mut taken);
                assert_eq!(taken.data, [taken.frame.sequence as u8], "data travels with its frame");
                taken.frame
            })
            .collect()
    }

    #[test]
    fn packets_come_out_in_playing_order() {
        let mut queue = PacketQueue::new();
        for (utterance, sequence) in [(1, 0), (0, 7), (0, 5), (1, 1), (0, 6)] {
            assert_eq!(
                queue.insert(
                    frame(utterance, sequence),
                    FrameProperties::default(),
                    false,
                    &[sequence as u8]
                ),
                Insertion::Stored
            );
        }
        assert_eq!(queue.insert(frame(0, 6), FrameProperties::default(), false, &[6]), Insertion::Duplicate);
        assert_eq!(queue.first_of(0).unwrap().frame, frame(0, 5));
        assert!(queue.first_of(1).is_none());
        assert_eq!(order(&mut queue), [frame(0, 5), frame(0, 6), frame(0, 7), frame(1, 0), frame(1, 1)]);
    }

    #[test]
    fn a_full_queue_drops_what_would_be_played_first() {
        let mut queue = PacketQueue::new();
        for sequence in 0..MAX_QUEUED_PACKETS as u32 {
            queue.insert(frame(0, sequence), FrameProperties::default(), false, &[]);
        }
        assert_eq!(
            queue.insert(frame(0, 1_000), FrameProperties::default(), false, &[]),
            Insertion::StoredOldestDropped
        );
        assert_eq!(queue.len(), MAX_QUEUED_PACKETS);
        assert_eq!(queue.first_of(0).unwrap().frame, frame(0, 1));
    }

    #[test]
    fn an_utterance_can_be_dropped_from_the_middle() {
        let mut queue = PacketQueue::new();
        for (utterance, sequence) in [(0, 0), (1, 0), (1, 1), (2, 0)] {
            queue.insert(frame(utterance, sequence), FrameProperties::default(), false, &[sequence as u8]);
        }
        assert_eq!(queue.drop_utterance(1), 2);
        assert_eq!(queue.drop_utterance(1), 0);
        assert_eq!(order(&mut queue), [frame(0, 0), frame(2, 0)]);
    }

    #[test]
    fn buffers_are_used_again() {
        let mut queue = PacketQueue::new();
        let mut taken = Packet::default();
        for sequence in 0..1_000 {
            queue.insert(frame(0, sequence), FrameProperties::default(), false, &[0; 100]);
            queue.take_first(&mut taken);
        }
        assert_eq!(queue.spare.len(), 1);
    }
}
