//! Attenuation of voices with distance.

use crate::limits::CURVE_POINTS_MAX;

/// The inverse curves never reach zero; they are faded over the last fifth of the way, so that a speaker at the edge
/// does not switch on and off.
const EDGE_SHARE: f32 = 0.2;

/// The shape of the way from full volume at the minimum distance to silence at the maximum.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum RollOff {
    /// Full volume up to the edge. The last fifth of the way fades.
    Constant,
    /// Evenly from 1 to 0.
    Linear,
    /// Minimum over distance, −6 dB per doubling as in free air; many engines call it logarithmic. The last fifth
    /// of the way fades.
    #[default]
    Inverse,
    /// The square of that, −12 dB per doubling: voices stay where they are. The last fifth of the way fades.
    InverseSquare,
    /// The game's own curve, between the two distances. What it does not bring to zero ends at the maximum.
    Custom(Curve),
}

/// The distances of a roll-off, brought into order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct DistanceRange {
    min_m: f32,
    max_m: f32,
}

impl DistanceRange {
    const LEAST_M: f32 = 0.01;
    const MOST_M: f32 = 1e6;

    /// Values that are not numbers become the defaults, negative ones 0.01 m, and a maximum below the minimum
    /// becomes the minimum.
    pub(super) fn new(min_m: f32, max_m: f32, default_min_m: f32, default_max_m: f32) -> Self {
        let sensible = |value: f32, default| {
            if value.is_nan() { default } else { value.clamp(Self::LEAST_M, Self::MOST_M) }
        };
        let min_m = sensible(min_m, default_min_m);
        Self { min_m, max_m: sensible(max_m, default_max_m).max(min_m) }
    }
}

impl RollOff {
    /// The amplitude factor at a distance, 0 to 1.
    pub(super) fn gain(&self, distance_m: f32, range: DistanceRange) -> f32 {
        let DistanceRange { min_m, max_m } = range;
        if distance_m <= min_m {
            return 1.0;
        }
        if distance_m >= max_m {
            return 0.0;
        }
        // The range is not empty: the distance lies within it.
        let left = (max_m - distance_m) / (max_m - min_m);
        let edge = (left / EDGE_SHARE).min(1.0);
        match self {
            Self::Constant => edge,
            Self::Linear => left,
            Self::Inverse => edge * min_m / distance_m,
            Self::InverseSquare => edge * (min_m / distance_m).powi(2),
            Self::Custom(curve) => curve.gain(distance_m),
        }
    }
}

/// A roll-off drawn by hand: amplitude factors at some distances, straight lines between them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Curve {
    points: [CurvePoint; CURVE_POINTS_MAX],
    count: usize,
}

/// One point of a [`Curve`].
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct CurvePoint {
    /// Distance in metres, 0 or more.
    pub distance_m: f32,
    /// Amplitude factor there, 0 to 1.
    pub gain: f32,
}

impl Curve {
    /// A curve through the points, in any order. Before the first point its gain holds, after the last that one's.
    ///
    /// Points with a distance or gain that is not finite are left out, and gains are brought to 0 to 1; without
    /// points the curve is 1 everywhere.
    ///
    /// # Errors
    /// [`CurveError::TooManyPoints`] if there are more than [`CURVE_POINTS_MAX`].
    pub fn new(points: &[CurvePoint]) -> Result<Self, CurveError> {
        if points.len() > CURVE_POINTS_MAX {
            return Err(CurveError::TooManyPoints { points: points.len() });
        }
        let mut curve = Self { points: [CurvePoint::default(); CURVE_POINTS_MAX], count: 0 };
        for point in points.iter().filter(|point| point.distance_m.is_finite() && point.gain.is_finite()) {
            curve.points[curve.count] = CurvePoint { gain: point.gain.clamp(0.0, 1.0), ..*point };
            curve.count += 1;
        }
        curve.points[..curve.count].sort_by(|a, b| a.distance_m.total_cmp(&b.distance_m));
        Ok(curve)
    }

    fn gain(&self, distance_m: f32) -> f32 {
        let points = &self.points[..self.count];
        let after = points.partition_point(|point| point.distance_m <= distance_m);
        match (after.checked_sub(1).map(|before| points[before]), points.get(after)) {
            (Some(from), Some(to)) => {
                // Halved, so that the difference of any two numbers stays finite.
                let way = (distance_m / 2.0 - from.distance_m / 2.0)
                    / (to.distance_m / 2.0 - from.distance_m / 2.0);
                from.gain + (to.gain - from.gain) * way.clamp(0.0, 1.0)
            }
            (Some(only), None) => only.gain,
            (None, Some(only)) => only.gain,
            (None, None) => 1.0,
        }
    }
}

/// Why a curve cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CurveError {
    /// The curve has more points than are kept.
    #[error("the roll-off curve has {points} points, expected at most {}", CURVE_POINTS_MAX)]
    TooManyPoints {
        /// How many there are.
        points: usize,
    },
}

impl CurveError {
    /// An error code for logs and bindings: unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooManyPoints { .. } => "too-many-points",
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn range(min_m: f32, max_m: f32) -> DistanceRange {
        DistanceRange::new(min_m, max_m, 1.0, 50.0)
    }

    fn point(distance_m: f32, gain: f32) -> CurvePoint {
        CurvePoint { distance_m, gain }
    }

    #[test]
    fn distances_that_make_no_sense_are_made_sensible() {
        assert_eq!(range(f32::NAN, f32::NAN), DistanceRange { min_m: 1.0, max_m: 50.0 });
        assert_eq!(range(-3.0, -5.0), DistanceRange { min_m: 0.01, max_m: 0.01 });
        assert_eq!(range(10.0, 5.0), DistanceRange { min_m: 10.0, max_m: 10.0 });
        assert_eq!(range(0.0, f32::INFINITY), DistanceRange { min_m: 0.01, max_m: 1e6 });
    }

    #[test]
    fn a_curve_goes_straight_from_point_to_point_whatever_their_order() {
        let curve = Curve::new(&[point(10.0, 0.2), point(2.0, 1.0), point(6.0, 0.4)]).unwrap();
        for (distance, gain) in
            [(0.0, 1.0), (2.0, 1.0), (4.0, 0.7), (6.0, 0.4), (8.0, 0.3), (10.0, 0.2), (99.0, 0.2)]
        {
            assert!((curve.gain(distance) - gain).abs() < 1e-6, "{} m: {}", distance, curve.gain(distance));
        }
    }

    #[test]
    fn points_of_a_curve_that_make_no_sense_are_left_out_or_limited() {
        let curve =
            Curve::new(&[point(f32::NAN, 0.3), point(1.0, f32::NAN), point(2.0, 7.0), point(4.0, -1.0)]);
        assert_eq!(curve, Curve::new(&[point(2.0, 1.0), point(4.0, 0.0)]));
        assert!((Curve::new(&[]).unwrap().gain(3.0) - 1.0).abs() < 1e-9);
        let step = Curve::new(&[point(3.0, 1.0), point(3.0, 0.5)]).unwrap();
        assert!((step.gain(3.0) - 0.5).abs() < 1e-9);
    }

    #[test]
    fn a_curve_with_too_many_points_is_refused() {
        let points = [point(1.0, 1.0); CURVE_POINTS_MAX + 1];
        assert_eq!(Curve::new(&points), Err(CurveError::TooManyPoints { points: CURVE_POINTS_MAX + 1 }));
        assert!(Curve::new(&points[1..]).is_ok());
    }

    proptest! {
        #[test]
        fn no_distance_and_no_curve_gives_a_gain_outside_0_to_1(
            distance in any::<f32>().prop_filter("bearings have distances", |d| *d >= 0.0),
            min in any::<f32>(), max in any::<f32>(),
            points in proptest::collection::vec((any::<f32>(), any::<f32>()), 0..CURVE_POINTS_MAX),
        ) {
            let points: Vec<CurvePoint> = points.into_iter().map(|(d, g)| point(d, g)).collect();
            let custom = RollOff::Custom(Curve::new(&points).unwrap());
            for roll_off in [RollOff::Constant, RollOff::Linear, RollOff::Inverse, RollOff::InverseSquare, custom] {
                let gain = roll_off.gain(distance, range(min, max));
                prop_assert!((0.0..=1.0).contains(&gain), "{roll_off:?}: {gain}");
            }
        }
    }
}
