//! The last decoded frame, before it joins the queue of sound.

use std::ops::Range;

use super::made_up::MadeUp;
use crate::codec::{DecodedAs, Decoder, Source};

/// Sound that comes back after frames that were not decoded is faded in over 10 ms: Opus is itself again soon after a
/// gap, but not from the first sample on.
const RETURN_SAMPLES: usize = 480;

/// A frame: its middle, and its side if the speaker has two channels.
#[derive(Debug)]
pub(super) struct DecodedFrame {
    middle: Vec<f32>,
    /// Empty with one channel.
    side: Vec<f32>,
}

impl DecodedFrame {
    pub(super) fn new(samples: usize) -> Self {
        Self { middle: vec![0.0; samples], side: Vec::new() }
    }

    /// How many samples a whole frame has.
    pub(super) fn samples(&self) -> usize {
        self.middle.len()
    }

    /// Fills the frame.
    pub(super) fn decode(&mut self, decoder: &mut dyn Decoder, source: Source<'_>) -> DecodedAs {
        self.decode_first(self.samples(), decoder, source)
    }

    /// Fills so many samples of it, which the decoder must be able to.
    pub(super) fn decode_first(
        &mut self,
        samples: usize,
        decoder: &mut dyn Decoder,
        source: Source<'_>,
    ) -> DecodedAs {
        let how = decoder
            .decode(source, &mut self.middle[..samples])
            .expect("the frame has the decoder's length, and is at least a block");
        if let Some(side) = decoder.side() {
            self.side.resize(self.middle.len(), 0.0);
            self.side[..side.len()].copy_from_slice(side);
        }
        how
    }

    /// The first samples are silence.
    pub(super) fn silence_first(&mut self, samples: usize) {
        self.middle[..samples].fill(0.0);
        let side = samples.min(self.side.len());
        self.side[..side].fill(0.0);
    }

    /// Samples of the middle.
    pub(super) fn middle(&self) -> &[f32] {
        &self.middle
    }

    /// The same samples of middle and side; the side is empty with one channel.
    pub(super) fn part(&self, samples: Range<usize>) -> (&[f32], &[f32]) {
        let side = if self.side.is_empty() { &[] } else { &self.side[samples.clone()] };
        (&self.middle[samples], side)
    }

    /// Fades samples that were made up.
    pub(super) fn fade(&mut self, samples: Range<usize>, made_up: &mut MadeUp) {
        let side = if self.side.is_empty() { &mut [] } else { &mut self.side[samples.clone()] };
        made_up.fade(&mut self.middle[samples], side);
    }

    /// Lets sound come out of silence while the decoder finds its way again.
    pub(super) fn fade_in(&mut self, from: usize) {
        let side = from.min(self.side.len());
        for sound in [&mut self.middle[from..], &mut self.side[side..]] {
            for (i, sample) in sound.iter_mut().take(RETURN_SAMPLES).enumerate() {
                *sample *= (i as f32 + 0.5) / RETURN_SAMPLES as f32;
            }
        }
    }
}
