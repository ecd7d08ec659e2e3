//! The file of a head, which is compiled in: small integers for each direction.
//!
//! ```text
//! "HEAD"  version: u8 = 1  taps: u8  rings: u8  0
//! per ring, from below to above:  elevation in degrees: i8  directions: u8
//! per direction, clockwise from the front:  delay: i16 in 1/256 sample  taps: i16 in 1/8192
//! ```
//!
//! Everything is little-endian.

use super::{Response, TAPS};

/// A file that was checked, when the program was compiled.
#[derive(Debug)]
pub(super) struct File {
    rings: [Ring; RINGS],
    directions: &'static [[u8; DIRECTION_BYTES]],
}

/// Directions of one elevation, at equal distances.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ring {
    pub(super) elevation_degrees: i8,
    pub(super) count: u8,
    /// The number of its first direction, straight ahead.
    pub(super) first: usize,
}

const BYTES: &[u8] = include_bytes!("../../../../data/kemar.head");
const HEADER_BYTES: usize = 8;
const RINGS: usize = BYTES[6] as usize;
const DIRECTION_BYTES: usize = 2 * (1 + TAPS);
const DELAY_UNIT: f32 = 1.0 / 256.0;
const TAP_UNIT: f32 = 1.0 / 8_192.0;

const _: () = assert!(RINGS >= 2, "there is nothing to interpolate between");

impl File {
    pub(super) const KEMAR: Self = Self::parse();

    const fn parse() -> Self {
        let [b'H', b'E', b'A', b'D', 1, taps, _, 0, ..] = *BYTES else { panic!("not a head of version 1") };
        assert!(taps as usize == TAPS, "another number of taps");
        let mut rings = [Ring { elevation_degrees: 0, count: 0, first: 0 }; RINGS];
        let (mut number, mut first) = (0, 0);
        while number < RINGS {
            let at = HEADER_BYTES + 2 * number;
            let ring = Ring { elevation_degrees: BYTES[at].cast_signed(), count: BYTES[at + 1], first };
            assert!(ring.count > 0, "an empty ring");
            assert!(
                number == 0 || rings[number - 1].elevation_degrees < ring.elevation_degrees,
                "rings out of order"
            );
            rings[number] = ring;
            first += ring.count as usize;
            number += 1;
        }
        let (directions, rest) = BYTES.split_at(HEADER_BYTES + 2 * RINGS).1.as_chunks();
        assert!(directions.len() == first && rest.is_empty(), "another number of directions");
        Self { rings, directions }
    }

    /// From below to above, at least two.
    pub(super) fn rings(&self) -> &[Ring] {
        &self.rings
    }

    /// Adds so much of the direction with this number.
    pub(super) fn add(&self, direction: usize, weight: f32, sum: &mut Response) {
        let [delay, taps @ ..] = self.directions[direction].as_chunks::<2>().0 else { return };
        sum.delay_samples += weight * DELAY_UNIT * f32::from(i16::from_le_bytes(*delay));
        for (sum, tap) in sum.taps.iter_mut().zip(taps) {
            *sum += weight * TAP_UNIT * f32::from(i16::from_le_bytes(*tap));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_small_and_has_the_whole_measurement_and_what_is_below() {
        assert!(BYTES.len() <= 200_000, "{}", BYTES.len());
        let File { rings, directions } = File::KEMAR;
        assert_eq!(directions.len(), 710 + 1);
        assert_eq!(rings.map(|ring| ring.elevation_degrees)[..3], [-90, -40, -30]);
        assert_eq!(rings[RINGS - 1].elevation_degrees, 90);
    }

    #[test]
    fn a_ring_is_the_same_in_both_directions_only_in_front_and_behind() {
        let File { rings, .. } = File::KEMAR;
        let ring = rings.iter().find(|ring| ring.elevation_degrees == 0).unwrap();
        let delay = |index: usize| {
            let mut sum = Response { delay_samples: 0.0, taps: [0.0; TAPS] };
            File::KEMAR.add(ring.first + index, 1.0, &mut sum);
            sum.delay_samples
        };
        assert_eq!((delay(0), delay(36)), (0.0, 0.0));
        // Clockwise is to the right, away from this ear.
        assert!(delay(18) > 20.0 && delay(54) < -9.0, "{} and {}", delay(18), delay(54));
    }
}
