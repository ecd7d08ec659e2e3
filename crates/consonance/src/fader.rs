//! Linear fades.

/// How something fades in and out, and to which volume.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fade {
    /// The volume when it is faded in: an amplitude factor, 0 to 2.
    pub volume: f32,
    /// The duration of the fade from silence to that volume, in seconds, at most [`SECONDS_MAX`](Self::SECONDS_MAX).
    pub fade_in_seconds: f32,
    /// The duration of the fade from that volume to silence, in seconds, at most [`SECONDS_MAX`](Self::SECONDS_MAX).
    pub fade_out_seconds: f32,
}

impl Fade {
    /// No fade in either direction.
    pub const NONE: Self = Self { volume: 1.0, fade_in_seconds: 0.0, fade_out_seconds: 0.0 };
    /// A trigger's fade when its player starts and stops speaking (as in the original): at once, and out in 0.15 s.
    pub const ACTIVATION: Self = Self { volume: 1.0, fade_in_seconds: 0.0, fade_out_seconds: 0.15 };
    /// A trigger's fade when a player enters and leaves its zone (as in the original): 0.75 s and 1.15 s.
    pub const ZONE: Self = Self { volume: 1.0, fade_in_seconds: 0.75, fade_out_seconds: 1.15 };
    /// Longer fades are shortened to this.
    pub const SECONDS_MAX: f32 = 30.0;

    /// The same within its limits; NaN becomes 0.
    pub(crate) fn within_limits(self) -> Self {
        Self {
            volume: within(self.volume, 2.0),
            fade_in_seconds: within(self.fade_in_seconds, Self::SECONDS_MAX),
            fade_out_seconds: within(self.fade_out_seconds, Self::SECONDS_MAX),
        }
    }
}

impl Default for Fade {
    fn default() -> Self {
        Self::NONE
    }
}

fn within(value: f32, most: f32) -> f32 {
    if value.is_nan() { 0.0 } else { value.clamp(0.0, most) }
}

/// The current state of a fade.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Fader {
    volume: f32,
}

impl Fader {
    /// The current volume.
    pub(crate) fn volume(self) -> f32 {
        self.volume
    }

    /// Goes to silence at once.
    pub(crate) fn slam(&mut self) {
        self.volume = 0.0;
    }

    /// Advances by `seconds`; towards the volume of the fade if it is on, otherwise towards silence.
    pub(crate) fn step(&mut self, fade: Fade, on: bool, seconds: f32) -> f32 {
        let Fade { volume: full, fade_in_seconds, fade_out_seconds } = fade.within_limits();
        let seconds = within(seconds, f32::MAX);
        let step = |over: f32| if over > 0.0 { full * seconds / over } else { full };
        self.volume = if on {
            (self.volume + step(fade_in_seconds)).min(full)
        } else {
            (self.volume.min(full) - step(fade_out_seconds)).max(0.0)
        };
        if self.volume < INAUDIBLE {
            // Snaps to silence, as sums of small steps may never reach it.
            self.volume = if on { self.volume } else { 0.0 };
        }
        self.volume
    }
}

/// Below the smallest step of the wire.
const INAUDIBLE: f32 = 1e-3;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_fade_takes_as_long_as_it_says() {
        let fade = Fade { volume: 2.0, fade_in_seconds: 0.5, fade_out_seconds: 1.0 };
        let mut fader = Fader::default();
        let up: Vec<f32> = (0..60).map(|_| fader.step(fade, true, 0.01)).collect();
        assert!((up[24] - 1.0).abs() < 1e-3 && up[48] < 2.0 && up[50].to_bits() == 2_f32.to_bits());
        let down: Vec<f32> = (0..110).map(|_| fader.step(fade, false, 0.01)).collect();
        assert!((down[49] - 1.0).abs() < 1e-3 && down[97] > 0.0 && down[101] <= 0.0);
    }

    #[test]
    fn without_a_fade_it_is_there_and_gone_at_once() {
        let mut fader = Fader::default();
        assert!((fader.step(Fade::NONE, true, 0.01) - 1.0).abs() < f32::EPSILON);
        assert!(fader.step(Fade::NONE, false, 0.01) <= 0.0);
        fader.step(Fade::NONE, true, 0.01);
        fader.slam();
        assert!(fader.volume() <= 0.0);
    }

    proptest! {
        #[test]
        fn whatever_a_game_asks_for_is_a_volume(
            volume: f32, fade_in_seconds: f32, fade_out_seconds: f32,
            steps in prop::collection::vec((any::<bool>(), any::<f32>()), 0..50)
        ) {
            let fade = Fade { volume, fade_in_seconds, fade_out_seconds };
            let mut fader = Fader::default();
            for (on, seconds) in steps {
                let before = fader.volume();
                let after = fader.step(fade, on, seconds);
                let is_volume = (0.0..=2.0).contains(&after);
                prop_assert!(is_volume);
                prop_assert!(on || after <= before);
            }
        }
    }
}
