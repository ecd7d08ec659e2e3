//! Properties of a frame besides its sound.

/// The loudest gain of a channel that the protocol can express.
const GAIN_MAX: f32 = 2.0;

/// Properties that a frame has from the channels it was sent to. They apply as long as the frame is heard.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FrameProperties {
    /// Amplitude factor, 0 to 2; others are brought into that range, NaN is 1.
    pub gain: f32,
    /// While a player of a higher priority speaks, the speaker is silent. The default is 1, as in the protocol, whose
    /// range is 0 to 3; here any number will do.
    pub priority: u8,
    /// The voice comes from the speaker's place, if that is known, and not from the middle.
    pub positional: bool,
}

impl FrameProperties {
    /// The gain within its range.
    pub(crate) fn sensible_gain(self) -> f32 {
        if self.gain.is_nan() { 1.0 } else { self.gain.clamp(0.0, GAIN_MAX) }
    }
}

impl Default for FrameProperties {
    fn default() -> Self {
        Self { gain: 1.0, priority: 1, positional: false }
    }
}
