//! Collects blocks of any length into whole frames: the last step before the encoder.

use crate::block::FrameSize;

/// Gathers samples until they fill a frame. Never allocates after it was made.
#[derive(Debug)]
pub struct Framer {
    frame: Vec<f32>,
    filled: usize,
}

impl Framer {
    /// A framer without samples.
    pub fn new(frame: FrameSize) -> Self {
        Self { frame: vec![0.0; frame.samples()], filled: 0 }
    }

    /// Takes samples from the front of `input` until a frame is full, and lends that frame; `None` once
    /// `input` is used up. Call it until then:
    ///
    /// ```
    /// # use consonance_audio::{FrameSize, Framer};
    /// # let (mut framer, block, mut frames) = (Framer::new(FrameSize::Ms20), [0.0; 2000], 0);
    /// let mut input = &block[..];
    /// while let Some(frame) = framer.fill(&mut input) {
    ///     // encode it
    /// #   frames += 1; assert_eq!(frame.len(), 960);
    /// }
    /// # assert_eq!(frames, 2);
    /// ```
    pub fn fill(&mut self, input: &mut &[f32]) -> Option<&[f32]> {
        let taken = input.len().min(self.frame.len() - self.filled);
        let (now, later) = input.split_at(taken);
        self.frame[self.filled..self.filled + taken].copy_from_slice(now);
        self.filled += taken;
        *input = later;
        if self.filled < self.frame.len() {
            return None;
        }
        self.filled = 0;
        Some(&self.frame)
    }

    /// The rest as one frame, padded with silence; `None` if there is no rest. For the end of an utterance.
    pub fn flush(&mut self) -> Option<&[f32]> {
        if self.filled == 0 {
            return None;
        }
        self.frame[self.filled..].fill(0.0);
        self.filled = 0;
        Some(&self.frame)
    }

    /// Forgets the rest.
    pub fn clear(&mut self) {
        self.filled = 0;
    }

    /// Samples that wait for their frame to fill.
    pub fn pending_samples(&self) -> usize {
        self.filled
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_sample_comes_out_once_and_in_order(lengths in prop::collection::vec(0_usize..3000, 0..20)) {
            let total: usize = lengths.iter().sum();
            let sound: Vec<f32> = (0..total).map(|i| i as f32).collect();
            let mut framer = Framer::new(FrameSize::Ms20);
            let mut out = Vec::new();
            let mut rest = &sound[..];
            for length in lengths {
                let (mut input, later) = rest.split_at(length);
                rest = later;
                while let Some(frame) = framer.fill(&mut input) {
                    prop_assert_eq!(frame.len(), 960);
                    out.extend_from_slice(frame);
                }
                prop_assert!(input.is_empty());
            }
            if let Some(frame) = framer.flush() {
                out.extend_from_slice(frame);
            }
            prop_assert_eq!(framer.pending_samples(), 0);
            prop_assert_eq!(out.len(), total.next_multiple_of(960));
            prop_assert_eq!(&out[..total], &sound[..]);
            prop_assert!(out[total..].iter().all(|&sample| sample == 0.0));
        }
    }

    #[test]
    fn nothing_left_means_nothing_to_flush() {
        let mut framer = Framer::new(FrameSize::Ms10);
        assert!(framer.flush().is_none());
        let mut input = &[1.0; 481][..];
        assert!(framer.fill(&mut input).is_some());
        assert!(framer.fill(&mut input).is_none());
        framer.clear();
        assert!(framer.flush().is_none());
    }
}
