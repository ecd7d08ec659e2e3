//! Settings for voice in a proximity room.

/// Settings of a room where distance decides which speakers are heard.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct ProximitySettings {
    /// The range of a voice, in metres: 0.1 to 1 000 000.
    pub range_m: f32,
    /// The advantage that another speaker needs to replace one that is heard, and the margin by which the latter may
    /// exceed the range: 0 to 1 (default 0.25, a quarter). Prevents flickering.
    pub hysteresis: f32,
    /// The maximum number of speakers that one listener receives at the same time: 1 to 64 (default 8), the nearest
    /// and loudest.
    pub max_streams: u8,
}

impl ProximitySettings {
    /// The defaults, for this range in metres.
    ///
    /// Numbers out of range are clamped, and NaN becomes the minimum.
    pub fn new(range_m: f32) -> Self {
        Self { range_m, hysteresis: 0.25, max_streams: 8 }
    }

    /// The same with all values clamped to their ranges.
    pub(super) fn bounded(self) -> Self {
        let number = |value: f32| if value.is_nan() { 0.0 } else { value };
        Self {
            range_m: number(self.range_m).clamp(0.1, 1e6),
            hysteresis: number(self.hysteresis).clamp(0.0, 1.0),
            max_streams: self.max_streams.clamp(1, 64),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_out_of_range_count_as_the_nearest_in_range() {
        let absurd = ProximitySettings { range_m: f32::NAN, hysteresis: -1.0, max_streams: 0 };
        let least = ProximitySettings { range_m: 0.1, hysteresis: 0.0, max_streams: 1 };
        assert_eq!(absurd.bounded(), least);
        let absurd = ProximitySettings { range_m: f32::INFINITY, hysteresis: 7.0, max_streams: 255 };
        let most = ProximitySettings { range_m: 1e6, hysteresis: 1.0, max_streams: 64 };
        assert_eq!(absurd.bounded(), most);
    }
}
