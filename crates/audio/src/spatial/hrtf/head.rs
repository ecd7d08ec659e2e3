//! The measured head: the left ear's response to all directions. The right ear's is its mirror image.

mod file;

use std::f32::consts::{FRAC_PI_2, TAU};

use file::File;

use crate::spatial::pose::Direction;

/// Samples of a response.
pub(super) const TAPS: usize = 64;

/// The response of an ear to a voice from one direction.
#[derive(Debug, Clone)]
pub(super) struct Response {
    /// How much later than from the middle; negative where it is earlier.
    pub(super) delay_samples: f32,
    pub(super) taps: [f32; TAPS],
}

impl Response {
    /// Straight into the ear.
    pub(super) const MIDDLE: Self = {
        let mut taps = [0.0; TAPS];
        taps[0] = 1.0;
        Self { delay_samples: 0.0, taps }
    };

    const NOTHING: Self = Self { delay_samples: 0.0, taps: [0.0; TAPS] };

    /// The response in between; `share` is that of `other`.
    pub(super) fn towards(&self, other: &Self, share: f32) -> Self {
        let mut between = self.clone();
        between.delay_samples += share * (other.delay_samples - self.delay_samples);
        for (tap, other) in between.taps.iter_mut().zip(&other.taps) {
            *tap += share * (other - *tap);
        }
        between
    }
}

/// Responses on rings around the head, one above the other.
#[derive(Debug)]
pub(in crate::spatial) struct Head {
    file: File,
}

impl Head {
    /// MIT's measurement, with the normal pinna; `crates/audio/data/compact_kemar.py` makes the file.
    pub(in crate::spatial) const KEMAR: Self = Self { file: File::KEMAR };

    /// The responses of the left and the right ear to a voice from there.
    pub(super) fn responses(&self, direction: Direction) -> [Response; 2] {
        let Direction { right, up, forward, length } = direction;
        // Valid for any length, so that directions near the middle of the head work too.
        let elevation = up.atan2((right * right + forward * forward).sqrt()); // `hypotf` needs glibc 2.35.
        [right, -right].map(|to_the_right| {
            let turns = (to_the_right.atan2(forward) / TAU).rem_euclid(1.0);
            let there = self.left(elevation / FRAC_PI_2 * 90.0, turns);
            Response::MIDDLE.towards(&there, length)
        })
    }

    /// By elevation in degrees, and azimuth in turns clockwise from the front, 0 to 1.
    fn left(&self, elevation_degrees: f32, turns: f32) -> Response {
        let rings = self.file.rings();
        let above = rings.iter().position(|ring| f32::from(ring.elevation_degrees) >= elevation_degrees);
        let above = above.unwrap_or(rings.len() - 1).max(1);
        let [low, high] = [above - 1, above].map(|ring| f32::from(rings[ring].elevation_degrees));
        let height = ((elevation_degrees - low) / (high - low)).clamp(0.0, 1.0);
        let mut sum = Response::NOTHING;
        for (ring, weight) in [(above - 1, 1.0 - height), (above, height)] {
            let ring = &rings[ring];
            let position = turns * f32::from(ring.count);
            let first = position as usize;
            let share = position - first as f32;
            for (index, weight) in [(first, weight * (1.0 - share)), (first + 1, weight * share)] {
                self.file.add(ring.first + index % usize::from(ring.count), weight, &mut sum);
            }
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn towards(right: f32, up: f32, forward: f32) -> [Response; 2] {
        Head::KEMAR.responses(Direction { right, up, forward, length: 1.0 })
    }

    /// The largest change of a tap, and of the delay.
    fn change(a: &Response, b: &Response) -> (f32, f32) {
        let taps = a.taps.iter().zip(&b.taps).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        (taps, (a.delay_samples - b.delay_samples).abs())
    }

    #[test]
    fn what_moves_a_little_is_heard_a_little_differently_everywhere() {
        for step in 0..3_600 {
            let angle = |step: i32| (step as f32 / 10.0).to_radians();
            let (a, b) = (angle(step), angle(step + 1));
            for tilt in [-90.0_f32, -89.95, -60.0, -40.0, 0.0, 37.0, 89.95, 90.0] {
                let (up, level) = tilt.to_radians().sin_cos();
                for (a, b) in [
                    (
                        towards(level * a.sin(), up, level * a.cos()),
                        towards(level * b.sin(), up, level * b.cos()),
                    ),
                    (towards(up, a.sin(), level * a.cos()), towards(up, b.sin(), level * b.cos())),
                ] {
                    let (taps, delay) = change(&a[0], &b[0]);
                    assert!(taps < 0.06 && delay < 0.1, "{step}, {tilt}: taps by {taps}, delay by {delay}");
                }
            }
        }
    }

    #[test]
    fn every_delay_is_within_what_the_filter_can_do() {
        for degrees in 0..360 {
            let angle = (degrees as f32).to_radians();
            for Response { delay_samples, .. } in towards(angle.sin(), 0.1, angle.cos()) {
                assert!((-11.0..=22.0).contains(&delay_samples), "{delay_samples} at {degrees}°");
            }
        }
    }

    #[test]
    fn a_direction_that_is_none_is_in_the_middle() {
        for response in Head::KEMAR.responses(Direction::default()) {
            assert_eq!(change(&response, &Response::MIDDLE), (0.0, 0.0));
        }
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            towards(bad, bad, bad);
            Head::KEMAR.responses(Direction { right: bad, up: 0.0, forward: 1.0, length: bad });
        }
    }
}
