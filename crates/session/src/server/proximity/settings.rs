//! Settings for voice in a proximity room.

use consonance_settings::settings;

settings! {
    /// Settings of a room where distance decides which speakers are heard.
    #[derive(Copy, Debug, PartialEq)]
    #[non_exhaustive]
    pub struct ProximitySettings {
        /// How far a voice carries.
        ///
        /// In metres. The default is for tests: every game has a scale of its own.
        pub range_m: f32 = 25.0, 0.1..=1_000_000;
        /// By how much a speaker must beat another to replace it.
        ///
        /// Also the margin by which a speaker that is heard may exceed the range. 0.25 is a quarter. Prevents
        /// flickering.
        pub hysteresis: f32 = 0.25, 0..=1;
        /// Speakers that a listener receives at once.
        ///
        /// The nearest and loudest.
        pub max_streams: u8 as streams_max = 8, 1..=64;
    }
}

impl ProximitySettings {
    /// The defaults, for this range in metres.
    ///
    /// Numbers out of range are clamped, and NaN becomes the minimum.
    pub fn new(range_m: f32) -> Self {
        Self { range_m, ..Self::default() }
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
