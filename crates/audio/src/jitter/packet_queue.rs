//! The queue of one speaker's packets, in playing order.

use std::collections::VecDeque;

use crate::frame_properties::FrameProperties;
use crate::limits::QUEUED_PACKETS_MAX;

/// Room that every packet gets, so that hardly any needs more: 20 ms at 100 kbit/s.
const USUAL_PACKET_BYTES: usize = 256;

/// A frame's number: utterances count up over a speaker's life, frames from 0 within each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct FrameId {
    /// The utterance, counting from 0.
    pub utterance: u32,
    /// The frame within the utterance, counting from 0.
    pub sequence: u32,
}

/// One packet and its properties.
#[derive(Debug, Default)]
pub(super) struct Packet {
    pub(super) frame: FrameId,
    pub(super) properties: FrameProperties,
    /// How many frames right before its own can be recovered from it.
    pub(super) recoverable_frames: u8,
    pub(super) data: Vec<u8>,
}

/// The result of inserting a packet.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Insertion {
    Stored,
    /// Stored, and the packet that was first in the queue was dropped for it.
    StoredOldestDropped,
    /// The frame had already arrived.
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
            packets: VecDeque::with_capacity(QUEUED_PACKETS_MAX + 1),
            spare: Vec::with_capacity(QUEUED_PACKETS_MAX + 1),
        }
    }

    pub(super) fn insert(
        &mut self,
        frame: FrameId,
        properties: FrameProperties,
        recoverable_frames: u8,
        data: &[u8],
    ) -> Insertion {
        let Err(place) = self.packets.binary_search_by_key(&frame, |packet| packet.frame) else {
            return Insertion::Duplicate;
        };
        let mut packet = self.spare.pop().unwrap_or_default();
        packet.frame = frame;
        packet.properties = properties;
        packet.recoverable_frames = recoverable_frames;
        packet.data.clear();
        packet.data.reserve(data.len().max(USUAL_PACKET_BYTES));
        packet.data.extend_from_slice(data);
        self.packets.insert(place, packet);
        if self.packets.len() > QUEUED_PACKETS_MAX {
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

    /// The first packet that a missing frame before it can be recovered from, and how many frames later it is.
    pub(super) fn recovering(&self, missing: FrameId) -> Option<(&Packet, u8)> {
        let from = self.packets.partition_point(|packet| packet.frame <= missing);
        let later =
            self.packets.range(from..).take_while(|packet| packet.frame.utterance == missing.utterance);
        let ahead = |packet: &Packet| u8::try_from(packet.frame.sequence - missing.sequence).ok();
        later
            .filter_map(|packet| Some((packet, ahead(packet)?)))
            .find(|(packet, ahead)| *ahead <= packet.recoverable_frames)
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
                queue.insert(frame(utterance, sequence), FrameProperties::default(), 0, &[sequence as u8]),
                Insertion::Stored
            );
        }
        assert_eq!(queue.insert(frame(0, 6), FrameProperties::default(), 0, &[6]), Insertion::Duplicate);
        assert_eq!(queue.first_of(0).unwrap().frame, frame(0, 5));
        assert!(queue.first_of(1).is_none());
        assert_eq!(order(&mut queue), [frame(0, 5), frame(0, 6), frame(0, 7), frame(1, 0), frame(1, 1)]);
    }

    #[test]
    fn a_full_queue_drops_what_would_be_played_first() {
        let mut queue = PacketQueue::new();
        for sequence in 0..QUEUED_PACKETS_MAX as u32 {
            queue.insert(frame(0, sequence), FrameProperties::default(), 0, &[]);
        }
        assert_eq!(
            queue.insert(frame(0, 1_000), FrameProperties::default(), 0, &[]),
            Insertion::StoredOldestDropped
        );
        assert_eq!(queue.len(), QUEUED_PACKETS_MAX);
        assert_eq!(queue.first_of(0).unwrap().frame, frame(0, 1));
    }

    #[test]
    fn a_missing_frame_is_recovered_from_the_first_packet_that_reaches_back_to_it() {
        let mut queue = PacketQueue::new();
        for (utterance, sequence, recoverable) in [(0, 9, 0), (0, 12, 1), (0, 13, 4), (0, 14, 9), (1, 3, 9)] {
            queue.insert(frame(utterance, sequence), FrameProperties::default(), recoverable, &[]);
        }
        let found = |utterance, sequence| {
            queue.recovering(frame(utterance, sequence)).map(|(packet, ahead)| (packet.frame.sequence, ahead))
        };
        assert_eq!(found(0, 11), Some((12, 1)));
        assert_eq!(found(0, 10), Some((13, 3)));
        assert_eq!(found(0, 8), Some((14, 6)), "nearer ones tell too little");
        assert_eq!(found(0, 4), None);
        assert_eq!(found(0, 20), None, "another utterance is another time line");
        assert_eq!(found(1, 0), Some((3, 3)));
    }

    #[test]
    fn an_utterance_can_be_dropped_from_the_middle() {
        let mut queue = PacketQueue::new();
        for (utterance, sequence) in [(0, 0), (1, 0), (1, 1), (2, 0)] {
            queue.insert(frame(utterance, sequence), FrameProperties::default(), 0, &[sequence as u8]);
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
            queue.insert(frame(0, sequence), FrameProperties::default(), 0, &[0; 100]);
            queue.take_first(&mut taken);
        }
        assert_eq!(queue.spare.len(), 1);
    }
}
