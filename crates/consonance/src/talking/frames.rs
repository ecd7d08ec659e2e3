//! Gathers captured sound into frames, in both channels.

use consonance_audio::{BLOCK_SAMPLES, CodecKind, CodecSettings, FrameSize, Framer};
use consonance_session::{CodecId, CodecParameters};

const SILENCE: [f32; BLOCK_SAMPLES] = [0.0; BLOCK_SAMPLES];

/// A frame: half the sum of left and right, and half the left one minus half the right one.
pub(super) struct Frame<'a> {
    pub(super) middle: &'a [f32],
    pub(super) side: &'a [f32],
}

/// Two framers in step. With one channel, the side is silence.
pub(super) struct Frames {
    middle: Framer,
    side: Framer,
}

impl Frames {
    pub(super) fn new(size: FrameSize) -> Self {
        Self { middle: Framer::new(size), side: Framer::new(size) }
    }

    /// Takes a block, and returns the frame that it completes, if any.
    pub(super) fn fill(
        &mut self,
        block: &[f32; BLOCK_SAMPLES],
        side: Option<&[f32; BLOCK_SAMPLES]>,
    ) -> Option<Frame<'_>> {
        let middle = self.middle.fill(&mut &block[..]);
        let side = self.side.fill(&mut &side.unwrap_or(&SILENCE)[..]);
        Some(Frame { middle: middle?, side: side? })
    }

    /// The rest as one frame, padded with silence; `None` if there is no rest.
    pub(super) fn flush(&mut self) -> Option<Frame<'_>> {
        let (middle, side) = (self.middle.flush(), self.side.flush());
        Some(Frame { middle: middle?, side: side? })
    }

    /// Discards the rest.
    pub(super) fn clear(&mut self) {
        self.middle.clear();
        self.side.clear();
    }

    /// Samples waiting for their frame to be completed.
    pub(super) fn pending_samples(&self) -> usize {
        self.middle.pending_samples()
    }
}

/// The codec parameters to announce to the other players for frames of this length.
pub(crate) fn session_codec(frame: FrameSize) -> CodecParameters {
    let codec = CodecSettings::opus(frame);
    CodecParameters {
        kind: CodecId(CodecKind::to_wire(codec.kind)),
        frame_size_samples: codec.frame_samples,
        sample_rate_hz: codec.sample_rate_hz,
    }
}
