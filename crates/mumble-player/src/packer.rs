//! A client's Opus packets, of any length, become packets of the player's length, by taking frames apart and putting
//! them together.

use consonance_opus_packet::OpusPacket;

/// Frames until there are enough of them.
#[derive(Debug)]
pub(crate) struct Packer {
    /// Samples of each packet that comes out, at 48 kHz.
    samples: u32,
    /// What the frames have in common.
    toc: u8,
    /// When they began, in samples.
    began: u64,
    lengths: Vec<u16>,
    bytes: Vec<u8>,
    packet: Vec<u8>,
}

/// Frames that do not fill packets of the player's length, and are dropped: they have so many samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Misfit {
    pub(crate) frame_samples: u32,
}

impl Packer {
    /// For packets of so many samples.
    pub(crate) fn new(samples: u32) -> Self {
        Self { samples, toc: 0, began: 0, lengths: Vec::new(), bytes: Vec::new(), packet: Vec::new() }
    }

    /// Samples of each packet that comes out.
    pub(crate) fn samples(&self) -> u32 {
        self.samples
    }

    /// Takes a packet that begins at this sample, and shows each packet that is complete, with its beginning.
    pub(crate) fn pack(
        &mut self,
        time: u64,
        packet: &OpusPacket<'_>,
        mut each: impl FnMut(u64, &[u8]),
    ) -> Result<(), Misfit> {
        let of_one = packet.frame_samples();
        let waiting = u64::from(self.toc_samples()) * self.lengths.len() as u64;
        let due = self.began.saturating_add(waiting);
        if due != time || self.toc >> 2 != packet.toc() >> 2 {
            self.clear();
        }
        if self.lengths.is_empty() && packet.samples() == self.samples {
            each(time, packet.bytes());
            return Ok(());
        }
        if !self.samples.is_multiple_of(of_one) {
            self.clear();
            return Err(Misfit { frame_samples: of_one });
        }
        self.toc = packet.toc();
        let mut at = time;
        for frame in packet.frames() {
            if self.lengths.is_empty() {
                self.began = at;
            }
            self.lengths.push(frame.len() as u16);
            self.bytes.extend_from_slice(frame);
            at = at.saturating_add(of_one.into());
            if self.lengths.len() as u32 * of_one == self.samples {
                consonance_opus_packet::write(self.toc, &self.lengths, &self.bytes, &mut self.packet);
                each(self.began, &self.packet);
                self.clear();
            }
        }
        Ok(())
    }

    /// Fills what has begun with frames without sound, and shows it: nothing more is to come.
    pub(crate) fn finish(&mut self, each: impl FnOnce(u64, &[u8])) {
        if self.lengths.is_empty() {
            return;
        }
        let count = self.samples / self.toc_samples();
        self.lengths.resize(count as usize, 0);
        consonance_opus_packet::write(self.toc, &self.lengths, &self.bytes, &mut self.packet);
        each(self.began, &self.packet);
        self.clear();
    }

    /// Forgets what was not completed.
    pub(crate) fn clear(&mut self) {
        self.lengths.clear();
        self.bytes.clear();
    }

    fn toc_samples(&self) -> u32 {
        consonance_opus_packet::frame_samples(self.toc)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// First bytes of wideband SILK packets with one frame, of 10, 20, 40 and 60 ms.
    const MS_10: u8 = 8 << 3;
    const MS_20: u8 = 9 << 3;
    const MS_40: u8 = 10 << 3;
    const MS_60: u8 = 11 << 3;

    type Packed = (Vec<(u64, Vec<u8>)>, Vec<Result<(), Misfit>>);

    fn packed(samples: u32, packets: &[(u64, &[u8])]) -> Packed {
        let (mut packing, mut out) = (Packer::new(samples), Vec::new());
        let each = |(time, payload): &(u64, &[u8])| {
            let packet = OpusPacket::parse(payload).unwrap();
            packing.pack(*time, &packet, |time, packet| out.push((time, packet.to_vec())))
        };
        let outcomes = packets.iter().map(each).collect();
        (out, outcomes)
    }

    #[test]
    fn packets_of_10_20_40_and_60_ms_become_packets_of_20() {
        let (out, _) = packed(960, &[(0, &[MS_10, 1]), (480, &[MS_10, 2, 2])]);
        assert_eq!(out, [(0, vec![MS_10 | 3, 0x82, 1, 1, 2, 2])]);
        let (out, _) = packed(960, &[(0, &[MS_20, 1])]);
        assert_eq!(out, [(0, vec![MS_20, 1])]);
        let (out, _) = packed(960, &[(0, &[MS_20 | 3, 3, 1, 2, 3])]);
        assert_eq!(out, [(0, vec![MS_20, 1]), (960, vec![MS_20, 2]), (1920, vec![MS_20, 3])]);
        for (long, frame_samples) in [(MS_40, 1920), (MS_60, 2880)] {
            let (out, outcomes) = packed(960, &[(0, &[long, 1])]);
            assert_eq!((out.len(), &*outcomes), (0, &[Err(Misfit { frame_samples })][..]));
        }
    }

    #[test]
    fn packets_of_20_ms_become_packets_of_40_and_60() {
        let packets = [(0, &[MS_20, 1][..]), (960, &[MS_20, 2]), (1920, &[MS_20, 3])];
        let (out, _) = packed(1920, &packets);
        assert_eq!(out, [(0, vec![MS_20 | 3, 0x82, 1, 1, 2])]);
        let (out, _) = packed(2880, &packets);
        assert_eq!(out, [(0, vec![MS_20 | 3, 0x83, 1, 1, 1, 2, 3])]);
        let (_, outcomes) = packed(2880, &[(0, &[MS_40, 1])]);
        assert_eq!(outcomes, [Err(Misfit { frame_samples: 1920 })]);
    }

    #[test]
    fn half_a_packet_whose_other_half_does_not_come_is_gone() {
        let (out, _) = packed(960, &[(0, &[MS_10, 1]), (960, &[MS_10, 2]), (1440, &[MS_10, 3])]);
        assert_eq!(out, [(960, vec![MS_10 | 3, 0x82, 1, 2, 3])]);
    }

    #[test]
    fn half_a_packet_at_the_end_is_filled_with_silence() {
        let mut packer = Packer::new(960);
        packer.pack(0, &OpusPacket::parse(&[MS_10, 1]).unwrap(), |_, _| panic!("it is half")).unwrap();
        let mut out = Vec::new();
        packer.finish(|time, packet| out.push((time, packet.to_vec())));
        assert_eq!(out, [(0, vec![MS_10 | 3, 0x82, 1, 1])]);
        packer.finish(|_, _| panic!("once"));
    }

    #[test]
    fn time_may_end_while_half_a_packet_waits() {
        let packets = [(u64::MAX, &[MS_10, 1][..]), (u64::MAX, &[MS_10, 2])];
        let (out, _) = packed(960, &packets);
        assert_eq!(out, [(u64::MAX, vec![MS_10 | 3, 0x82, 1, 1, 2])]);
    }

    proptest! {
        #[test]
        fn whatever_comes_out_is_a_packet_of_that_length(
            samples in prop::sample::select(vec![480_u32, 960, 1920, 2880]),
            packets in prop::collection::vec((0_u64..40, prop::collection::vec(any::<u8>(), 1..60)), 0..40),
        ) {
            let mut packer = Packer::new(samples);
            let check = |packet: &[u8]| assert_eq!(consonance_opus_packet::samples(packet), Some(samples));
            for (time, payload) in packets {
                let Ok(packet) = OpusPacket::parse(&payload) else { continue };
                let _ = packer.pack(time * 120, &packet, |_, packet| check(packet));
            }
            packer.finish(|_, packet| check(packet));
        }
    }
}
