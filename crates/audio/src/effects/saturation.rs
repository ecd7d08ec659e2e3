//! Saturation of an amplifier.

/// Samples as an amplifier brings them out: straight where they are quiet, within ±1 whatever they are, and symmetric,
/// so that no direct current comes of it. A Padé approximation of the hyperbolic tangent, which reaches 1 at 3.
pub(super) fn saturate(sound: &mut [f32]) {
    for sample in sound {
        let x = sample.clamp(-3.0, 3.0);
        *sample = x * (27.0 + x * x) / (27.0 + 9.0 * x * x);
    }
}
