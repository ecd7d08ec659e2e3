//! Sanitising of a network's input.

use crate::denoise::BLOCK_SAMPLES;

/// Makes any samples safe: a single NaN or infinity would stay in the recurrent layers forever.
pub(crate) fn sanitise(block: &mut [f32; BLOCK_SAMPLES]) {
    for sample in block {
        *sample = if sample.is_finite() { sample.clamp(-4.0, 4.0) } else { 0.0 };
    }
}
