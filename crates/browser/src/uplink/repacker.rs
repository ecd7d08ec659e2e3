//! Packets of any length become packets of 20 ms, by taking frames apart and putting them together.

use consonance_opus_packet::OpusPacket;

/// Samples of 20 ms at 48 kHz, the length that a page's player has announced.
pub(crate) const FRAME_SAMPLES: u32 = 960;

/// Shorter frames, until there are 20 ms of them.
#[derive(Debug, Default)]
pub(super) struct Repacker {
    /// What they have in common.
    toc: u8,
    /// When they began, and when the next one is due, in samples.
    began: u64,
    due: u64,
    lengths: Vec<u16>,
    bytes: Vec<u8>,
    packet: Vec<u8>,
}

/// What a packet came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Repacked {
    /// Frames of 20 ms, or some more of the next one.
    Whole,
    /// Besides, frames before it that were never completed are gone.
    GapBefore,
    /// Frames of more than 20 ms, which cannot be taken apart.
    TooLong,
}

impl Repacker {
    /// Takes a packet that begins at this sample, and shows each packet of 20 ms with its beginning.
    pub(super) fn repack(
        &mut self,
        time: u64,
        payload: &[u8],
        packet: &OpusPacket<'_>,
        mut each: impl FnMut(u64, &[u8]),
    ) -> Repacked {
        let of_one = packet.frame_samples();
        let goes_on = self.due == time && self.toc >> 2 == packet.toc() >> 2;
        let had_some = !self.lengths.is_empty();
        if !goes_on {
            self.clear();
        }
        let before = if had_some && !goes_on { Repacked::GapBefore } else { Repacked::Whole };
        if self.lengths.is_empty() && packet.samples() == FRAME_SAMPLES {
            each(time, payload);
            return before;
        }
        if of_one > FRAME_SAMPLES {
            return Repacked::TooLong;
        }
        (self.toc, self.due) = (packet.toc(), time);
        for frame in packet.frames() {
            if self.lengths.is_empty() {
                self.began = self.due;
            }
            self.lengths.push(frame.len() as u16);
            self.bytes.extend_from_slice(frame);
            self.due = self.due.saturating_add(of_one.into());
            if self.lengths.len() as u32 * of_one == FRAME_SAMPLES {
                consonance_opus_packet::write(self.toc, &self.lengths, &self.bytes, &mut self.packet);
                each(self.began, &self.packet);
                self.clear();
            }
        }
        before
    }

    /// Forgets what was not completed.
    pub(super) fn clear(&mut self) {
        self.lengths.clear();
        self.bytes.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// First bytes of wideband SILK packets with one frame, of 10, 20, 40 ms.
    const MS_10: u8 = 8 << 3;
    const MS_20: u8 = 9 << 3;
    const MS_40: u8 = 10 << 3;
    /// Of CELT packets with one frame of 2.5 ms.
    const MS_2_5: u8 = 28 << 3;

    fn repacked(packets: &[(u64, &[u8])]) -> (Vec<(u64, Vec<u8>)>, Vec<Repacked>) {
        let (mut repacker, mut out) = (Repacker::default(), Vec::new());
        let each = |(time, payload): &(u64, &[u8])| {
            let packet = OpusPacket::parse(payload).unwrap();
            repacker.repack(*time, payload, &packet, |time, packet| out.push((time, packet.to_vec())))
        };
        let outcomes = packets.iter().map(each).collect();
        (out, outcomes)
    }

    #[test]
    fn a_packet_of_20_ms_goes_on_as_it_is() {
        let of_eight = [MS_2_5 | 3, 8, 1, 2, 3, 4, 5, 6, 7, 8];
        let (out, outcomes) = repacked(&[(7, &[MS_20, 1, 2]), (967, &of_eight)]);
        assert_eq!(out, [(7, vec![MS_20, 1, 2]), (967, of_eight.to_vec())]);
        assert_eq!(outcomes, [Repacked::Whole; 2]);
    }

    #[test]
    fn several_frames_of_20_ms_go_one_by_one() {
        let (out, _) = repacked(&[(0, &[MS_20 | 3, 3, 1, 2, 3])]);
        assert_eq!(out, [(0, vec![MS_20, 1]), (960, vec![MS_20, 2]), (1920, vec![MS_20, 3])]);
    }

    #[test]
    fn two_frames_of_10_ms_become_one_packet_wherever_they_come() {
        let (out, _) = repacked(&[(0, &[MS_10, 1]), (480, &[MS_10, 2, 2])]);
        assert_eq!(out, [(0, vec![MS_10 | 3, 0x82, 1, 1, 2, 2])]);
        let (out, _) = repacked(&[(0, &[MS_10 | 3, 3, 1, 2, 3]), (1440, &[MS_10, 4])]);
        assert_eq!(out, [(0, vec![MS_10 | 3, 0x82, 1, 1, 2]), (960, vec![MS_10 | 3, 0x82, 1, 3, 4])]);
    }

    #[test]
    fn half_a_packet_whose_other_half_does_not_come_is_gone() {
        let (out, outcomes) = repacked(&[(0, &[MS_10, 1]), (960, &[MS_10, 2]), (1440, &[MS_10, 3])]);
        assert_eq!(out, [(960, vec![MS_10 | 3, 0x82, 1, 2, 3])]);
        assert_eq!(outcomes, [Repacked::Whole, Repacked::GapBefore, Repacked::Whole]);
        let (out, _) = repacked(&[(0, &[MS_10, 1]), (480, &[MS_20, 2])]);
        assert_eq!(out, [(480, vec![MS_20, 2])]);
    }

    #[test]
    fn frames_of_40_ms_cannot_be_taken_apart() {
        let (out, outcomes) = repacked(&[(0, &[MS_40, 1]), (1920, &[MS_20, 2])]);
        assert_eq!(out, [(1920, vec![MS_20, 2])]);
        assert_eq!(outcomes, [Repacked::TooLong, Repacked::Whole]);
    }
}
