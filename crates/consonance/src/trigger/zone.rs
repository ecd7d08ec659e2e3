//! Zones in which a trigger works: shapes, or a decision of the game.

/// The zone in which the local player must be for a trigger to work. All lengths are in metres.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Zone {
    /// All points within a radius of a centre.
    Sphere {
        /// The centre.
        centre_m: [f32; 3],
        /// The radius.
        radius_m: f32,
    },
    /// A box along the axes, between two opposite corners.
    Cuboid {
        /// The corner with the smallest coordinates.
        least_m: [f32; 3],
        /// The corner with the largest coordinates.
        most_m: [f32; 3],
    },
    /// All points within a radius of the line between two points: a corridor with round ends, in any direction.
    Capsule {
        /// One end of the line.
        from_m: [f32; 3],
        /// The other one.
        to_m: [f32; 3],
        /// The radius.
        radius_m: f32,
    },
    /// The union of these zones.
    AnyOf(Vec<Zone>),
    /// The game determines whether the player is inside, and sets this in every frame.
    Manual(bool),
}

impl Zone {
    /// All points within a radius of a centre.
    pub fn sphere(centre_m: [f32; 3], radius_m: f32) -> Self {
        Self::Sphere { centre_m, radius_m }
    }

    /// A box along the axes between two opposite corners, in any order.
    pub fn cuboid(corner_m: [f32; 3], opposite_m: [f32; 3]) -> Self {
        let both = |choose: fn(f32, f32) -> f32| {
            std::array::from_fn(|axis| choose(corner_m[axis], opposite_m[axis]))
        };
        Self::Cuboid { least_m: both(f32::min), most_m: both(f32::max) }
    }

    /// All points within a radius of the line between two points.
    pub fn capsule(from_m: [f32; 3], to_m: [f32; 3], radius_m: f32) -> Self {
        Self::Capsule { from_m, to_m, radius_m }
    }

    /// Whether a position is inside, borders included; `None` if it is unknown and matters. NaN is outside.
    pub fn contains(&self, position_m: Option<[f32; 3]>) -> Option<bool> {
        Some(match self {
            Self::Manual(inside) => *inside,
            Self::AnyOf(zones) => {
                let mut answers = zones.iter().map(|zone| zone.contains(position_m));
                return answers.try_fold(false, |inside, answer| Some(inside || answer?));
            }
            Self::Sphere { centre_m, radius_m } => distance(*centre_m, position_m?) <= *radius_m,
            Self::Cuboid { least_m, most_m } => {
                let position_m = position_m?;
                (0..3).all(|axis| (least_m[axis]..=most_m[axis]).contains(&position_m[axis]))
            }
            Self::Capsule { from_m, to_m, radius_m } => {
                let position_m = position_m?;
                distance(nearest_between(*from_m, *to_m, position_m), position_m) <= *radius_m
            }
        })
    }
}

/// The point on the line between two points that is nearest to a third one.
fn nearest_between(from: [f32; 3], to: [f32; 3], point: [f32; 3]) -> [f32; 3] {
    let along: [f32; 3] = std::array::from_fn(|axis| to[axis] - from[axis]);
    let length_squared: f32 = along.iter().map(|step| step * step).sum();
    let share: f32 = (0..3).map(|axis| (point[axis] - from[axis]) * along[axis]).sum();
    let share = if length_squared > 0.0 { (share / length_squared).clamp(0.0, 1.0) } else { 0.0 };
    std::array::from_fn(|axis| from[axis] + share * along[axis])
}

fn distance(a: [f32; 3], b: [f32; 3]) -> f32 {
    (0..3).map(|axis| (a[axis] - b[axis]).powi(2)).sum::<f32>().sqrt()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_sphere_ends_at_its_radius() {
        let zone = Zone::sphere([1.0, 2.0, 3.0], 2.0);
        assert_eq!(zone.contains(Some([1.0, 4.0, 3.0])), Some(true));
        assert_eq!(zone.contains(Some([1.0, 4.01, 3.0])), Some(false));
    }

    #[test]
    fn a_box_may_be_given_by_any_two_opposite_corners() {
        let zone = Zone::cuboid([4.0, 0.0, -5.0], [0.0, 3.0, 5.0]);
        assert_eq!(zone.contains(Some([0.0, 3.0, -5.0])), Some(true));
        assert_eq!(zone.contains(Some([2.0, 3.1, 0.0])), Some(false));
    }

    #[test]
    fn a_capsule_has_round_ends() {
        let zone = Zone::capsule([0.0; 3], [10.0, 0.0, 0.0], 1.0);
        assert_eq!(zone.contains(Some([5.0, 1.0, 0.0])), Some(true));
        assert_eq!(zone.contains(Some([10.9, 0.0, 0.0])), Some(true));
        assert_eq!(zone.contains(Some([10.9, 0.9, 0.0])), Some(false));
        let point = Zone::capsule([1.0; 3], [1.0; 3], 1.0);
        assert_eq!(point.contains(Some([1.0, 1.5, 1.0])), Some(true));
    }

    #[test]
    fn without_a_position_only_the_game_knows() {
        assert_eq!(Zone::sphere([0.0; 3], 1.0).contains(None), None);
        assert_eq!(Zone::Manual(true).contains(None), Some(true));
        let either = Zone::AnyOf(vec![Zone::Manual(true), Zone::sphere([0.0; 3], 1.0)]);
        assert_eq!(either.contains(None), Some(true));
        let neither = Zone::AnyOf(vec![Zone::Manual(false), Zone::sphere([0.0; 3], 1.0)]);
        assert_eq!(neither.contains(None), None);
    }

    proptest! {
        #[test]
        fn nowhere_is_in_no_zone(size: f32, axis in 0_usize..3) {
            let mut nowhere = [0.0; 3];
            nowhere[axis] = f32::NAN;
            let zones = [
                Zone::sphere([0.0; 3], size),
                Zone::cuboid([-size.abs(); 3], [size.abs(); 3]),
                Zone::capsule([0.0; 3], [size, 0.0, 0.0], size),
            ];
            prop_assert_eq!(Zone::AnyOf(zones.into()).contains(Some(nowhere)), Some(false));
        }
    }
}
