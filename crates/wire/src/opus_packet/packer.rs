//! Repacking of packets of any length into packets of one length, by splitting and joining their frames.

use alloc::vec::Vec;

use crate::opus_packet::{OpusPacket, SAMPLES_MAX, frame_samples, write};

/// Puts the frames of packets of any length into packets of one length, without decoding them.
///
/// Holds at most the frames of one packet.
///
/// ```
/// use consonance_wire::opus_packet::{OpusPacket, Packer, samples};
///
/// let mut packer = Packer::new(960);
/// // Three frames of 10 ms, wideband SILK: 20 ms are complete, and 10 ms wait.
/// let packet = OpusPacket::parse(&[8 << 3 | 3, 3, 1, 2, 3]).unwrap();
/// let mut out = Vec::new();
/// packer.pack(4800, &packet, |time, packet| out.push((time, samples(packet)))).unwrap();
/// assert_eq!(out, [(4800, Some(960))]);
/// ```
#[derive(Debug)]
pub struct Packer {
    samples: u32,
    /// The TOC byte of the frames, which must agree in configuration and stereo flag.
    toc: u8,
    /// The start of the first waiting frame, in samples.
    began: u64,
    lengths: Vec<u16>,
    bytes: Vec<u8>,
    packet: Vec<u8>,
}

/// The frames of a packet do not fill packets of the packer's length, and are dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("frames of {frame_samples} samples do not fill packets of the chosen length")]
pub struct Misfit {
    /// Samples of each of these frames at 48 kHz, 120 … 2880.
    pub frame_samples: u32,
}

impl Packer {
    /// A packer for packets of this many samples at 48 kHz: a multiple of 120 up to 5760 (120 ms). No frames fit other
    /// lengths.
    pub fn new(samples: u32) -> Self {
        Self { samples, toc: 0, began: 0, lengths: Vec::new(), bytes: Vec::new(), packet: Vec::new() }
    }

    /// Samples of each output packet, at 48 kHz.
    pub fn samples(&self) -> u32 {
        self.samples
    }

    /// Takes a packet that begins at this sample, and calls `each` for each complete packet, with its start. True if
    /// waiting frames were discarded because the frames that would have completed their packet are missing.
    ///
    /// # Errors
    /// [`Misfit`] if its frames do not fill packets of this length.
    pub fn pack(
        &mut self,
        time: u64,
        packet: &OpusPacket<'_>,
        mut each: impl FnMut(u64, &[u8]),
    ) -> Result<bool, Misfit> {
        let of_one = packet.frame_samples();
        let is_gap = !self.lengths.is_empty() && !self.goes_on(time, packet);
        if is_gap {
            self.clear();
        }
        if self.lengths.is_empty() && packet.samples() == self.samples {
            each(time, packet.bytes());
            return Ok(is_gap);
        }
        if !self.fits(of_one) {
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
                self.show(&mut each);
            }
        }
        Ok(is_gap)
    }

    /// Completes the waiting packet with empty frames and outputs it: no more frames will come.
    pub fn finish(&mut self, mut each: impl FnMut(u64, &[u8])) {
        if self.lengths.is_empty() {
            return;
        }
        let count = self.samples / frame_samples(self.toc);
        self.lengths.resize(count as usize, 0);
        self.show(&mut each);
    }

    /// Discards the incomplete packet.
    pub fn clear(&mut self) {
        self.lengths.clear();
        self.bytes.clear();
    }

    /// Whether a packet continues the waiting frames.
    fn goes_on(&self, time: u64, packet: &OpusPacket<'_>) -> bool {
        let waiting = u64::from(frame_samples(self.toc)) * self.lengths.len() as u64;
        self.began.saturating_add(waiting) == time && self.toc >> 2 == packet.toc() >> 2
    }

    /// Whether frames of this length fill a packet.
    fn fits(&self, frame_samples: u32) -> bool {
        (frame_samples..=SAMPLES_MAX).contains(&self.samples) && self.samples.is_multiple_of(frame_samples)
    }

    /// Outputs the packet of all waiting frames.
    fn show(&mut self, each: &mut impl FnMut(u64, &[u8])) {
        write(self.toc, &self.lengths, &self.bytes, &mut self.packet);
        each(self.began, &self.packet);
        self.clear();
    }
}
