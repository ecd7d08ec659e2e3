//! Two channels as middle and side, the form that everything after the decoder uses: half the sum of left and right,
//! and half the left channel minus half the right one.

use super::OpusLibrary;
use super::coding::Decoding;
use crate::block::{FrameSize, full_scale};
use crate::codec::CodecError;

/// Whether a packet has two channels (RFC 6716 §3.1: the bit *s* of its first byte).
fn has_two_channels(packet: &[u8]) -> bool {
    packet.first().is_some_and(|toc| toc & 0x04 != 0)
}

/// Interleaves a frame, the left channel first.
pub(super) fn interleave(middle: &[f32], side: &[f32], interleaved: &mut [f32]) {
    let (pairs, _) = interleaved.as_chunks_mut::<2>();
    for ((pair, middle), side) in pairs.iter_mut().zip(middle).zip(side) {
        *pair = [full_scale(middle + side), full_scale(middle - side)];
    }
}

/// A library's decoder that goes over to two channels with the first packet that has two. Frames are the middle.
#[derive(Debug)]
pub(super) struct MiddleDecoder {
    library: OpusLibrary,
    decoding: Box<dyn Decoding>,
    frame: FrameSize,
    second: Option<SecondChannel>,
}

#[derive(Debug)]
struct SecondChannel {
    interleaved: Vec<f32>,
    side: Vec<f32>,
    /// How much of it belongs to the last frame.
    samples: usize,
}

impl MiddleDecoder {
    /// # Errors
    /// [`CodecError::Opus`] if the library refuses, which it has no reason to.
    pub(super) fn new(library: OpusLibrary, frame: FrameSize) -> Result<Self, CodecError> {
        Ok(Self { library, decoding: library.decoding(false)?, frame, second: None })
    }

    /// The side of the last frame; `None` as long as no packet had two channels.
    pub(super) fn side(&self) -> Option<&[f32]> {
        self.second.as_ref().map(|second| &second.side[..second.samples])
    }

    /// The last frame has no side.
    pub(super) fn silence_side(&mut self) {
        if let Some(second) = &mut self.second {
            second.side.fill(0.0);
        }
    }

    /// As [`Decoding::decode`].
    pub(super) fn decode(&mut self, packet: &[u8], frame: &mut [f32]) -> bool {
        if self.second.is_none() && has_two_channels(packet) {
            self.begin_second();
        }
        self.fill(frame, |decoding, frame| decoding.decode(packet, frame))
    }

    /// As [`Decoding::recover`].
    pub(super) fn recover(&mut self, next_packet: &[u8], frame: &mut [f32]) -> bool {
        self.fill(frame, |decoding, frame| decoding.recover(next_packet, frame))
    }

    /// As [`Decoding::described_samples`].
    pub(super) fn described_samples(&mut self, packet: &[u8]) -> usize {
        self.decoding.described_samples(packet)
    }

    /// As [`Decoding::recover_deep`].
    pub(super) fn recover_deep(&mut self, packet: &[u8], samples_before: usize, frame: &mut [f32]) -> bool {
        self.fill(frame, |decoding, frame| decoding.recover_deep(packet, samples_before, frame))
    }

    /// As [`Decoding::conceal`].
    pub(super) fn conceal(&mut self, frame: &mut [f32]) -> bool {
        self.fill(frame, |decoding, frame| decoding.conceal(frame))
    }

    /// Starts decoding two channels, which discards the decoder's history once. If the library refuses, which is not
    /// expected, the middle is decoded as before.
    fn begin_second(&mut self) {
        if let Ok(decoding) = self.library.decoding(true) {
            self.decoding = decoding;
            let samples = self.frame.samples();
            let (interleaved, side) = (vec![0.0; 2 * samples], vec![0.0; samples]);
            self.second = Some(SecondChannel { interleaved, side, samples });
        }
    }

    fn fill(
        &mut self,
        frame: &mut [f32],
        decode: impl FnOnce(&mut dyn Decoding, &mut [f32]) -> bool,
    ) -> bool {
        let Some(second) = &mut self.second else { return decode(&mut *self.decoding, frame) };
        let filled = decode(&mut *self.decoding, &mut second.interleaved[..2 * frame.len()]);
        second.split(frame);
        if !filled {
            second.side.fill(0.0);
        }
        filled
    }
}

impl SecondChannel {
    fn split(&mut self, frame: &mut [f32]) {
        self.samples = frame.len();
        let (pairs, _) = self.interleaved.as_chunks::<2>();
        for ((middle, side), pair) in frame.iter_mut().zip(&mut self.side).zip(pairs) {
            // A damaged packet may decode to arbitrary samples, up to a million times too loud.
            let [left, right] = pair.map(full_scale);
            (*middle, *side) = (0.5 * (left + right), 0.5 * (left - right));
        }
    }
}
