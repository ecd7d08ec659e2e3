//! Inputs of a voice chat.

use consonance_audio::{BLOCK_SAMPLES, Input, Read, StereoBlock};

/// An input with two channels: the inner one on the left side, and silence on the right.
pub struct LeftOnly(pub Box<dyn Input>);

impl Input for LeftOnly {
    fn read(&mut self, block: &mut [f32; BLOCK_SAMPLES]) -> Read {
        self.0.read(block)
    }

    fn read_stereo(&mut self, block: &mut StereoBlock) -> Option<Read> {
        block.right.fill(0.0);
        Some(self.0.read(&mut block.left))
    }
}

impl std::fmt::Debug for LeftOnly {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LeftOnly").finish_non_exhaustive()
    }
}
