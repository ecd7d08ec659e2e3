//! What goes into a network.

use crate::BLOCK_SAMPLES;

/// Makes any samples safe: one number that is none would stay in the recurrent layers forever.
pub(crate) fn sanitise(block: &mut [f32; BLOCK_SAMPLES]) {
    for sample in block {
        *sample = if sample.is_finite() { sample.clamp(-4.0, 4.0) } else { 0.0 };
    }
}
