//! Positions and orientations, and the direction of a speaker from the listener.

/// Within this distance a speaker moves towards the middle of the head, where there is no direction. 0.3 m is closer
/// than avatars stand, and wide enough that a speaker does not jump from ear to ear when the listener walks through it.
const CENTRE_RADIUS_M: f64 = 0.3;

/// The position and the orientation of the listener's head.
///
/// Axes are those of Unity: left-handed, x to the right, y up, z forward, in metres. [`axes`](crate::axes) converts
/// those of other engines.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Pose {
    /// Position in metres: x, y, z.
    pub position_m: [f32; 3],
    /// The orientation of the head.
    pub orientation: Orientation,
}

/// A rotation, kept as the three directions that the head's own axes point to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Orientation {
    right: [f64; 3],
    up: [f64; 3],
    forward: [f64; 3],
}

impl Default for Orientation {
    /// Looking along +z, with +y up and so +x to the right.
    fn default() -> Self {
        Self { right: [1.0, 0.0, 0.0], up: [0.0, 1.0, 0.0], forward: [0.0, 0.0, 1.0] }
    }
}

impl Orientation {
    /// The rotation by a quaternion `[x, y, z, w]` of any length; an invalid one gives the default.
    pub fn from_quaternion(quaternion: [f32; 4]) -> Self {
        let [x, y, z, w] = quaternion.map(f64::from);
        let length = (x * x + y * y + z * z + w * w).sqrt();
        if !length.is_finite() || length == 0.0 {
            return Self::default();
        }
        let [x, y, z, w] = [x, y, z, w].map(|part| part / length);
        Self {
            right: [1.0 - 2.0 * (y * y + z * z), 2.0 * (x * y + z * w), 2.0 * (x * z - y * w)],
            up: [2.0 * (x * y - z * w), 1.0 - 2.0 * (x * x + z * z), 2.0 * (y * z + x * w)],
            forward: [2.0 * (x * z + y * w), 2.0 * (y * z - x * w), 1.0 - 2.0 * (x * x + y * y)],
        }
    }

    /// Looking along `forward` with the crown towards `up`, of any length and not exactly at right angles.
    /// Directions that are zero, parallel or not finite give the default.
    pub fn looking(forward: [f32; 3], up: [f32; 3]) -> Self {
        let directions = || {
            let forward = normalized(forward.map(f64::from))?;
            let right = normalized(cross(normalized(up.map(f64::from))?, forward))?;
            Some(Self { right, up: cross(forward, right), forward })
        };
        directions().unwrap_or_default()
    }
}

/// A speaker as seen from the listener.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Bearing {
    pub(super) distance_m: f32,
    pub(super) direction: Direction,
}

/// The direction of a speaker in the listener's own axes. Its length is 1, less inside the centre radius and 0 in the
/// middle, so that everything computed from it moves to the centre without a jump.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Direction {
    pub(super) right: f32,
    pub(super) up: f32,
    pub(super) forward: f32,
    pub(super) length: f32,
}

impl Bearing {
    /// `None` if a position is not finite.
    pub(super) fn new(listener: &Pose, speaker_m: [f32; 3]) -> Option<Self> {
        // Differences and squares of any two finite f32 are finite in f64.
        let [ear, mouth] = [listener.position_m, speaker_m].map(|position| position.map(f64::from));
        let offset = [mouth[0] - ear[0], mouth[1] - ear[1], mouth[2] - ear[2]];
        let distance = dot(offset, offset).sqrt();
        if !distance.is_finite() {
            return None;
        }
        let reach = distance.max(CENTRE_RADIUS_M);
        let along = |axis: [f64; 3]| (dot(offset, axis) / reach).clamp(-1.0, 1.0) as f32;
        let Orientation { right, up, forward } = listener.orientation;
        let direction = Direction {
            right: along(right),
            up: along(up),
            forward: along(forward),
            length: (distance / reach) as f32,
        };
        Some(Self { distance_m: distance as f32, direction })
    }
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn cross(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

/// `None` for a direction without a length, or so short that only rounding errors are left of it.
fn normalized(direction: [f64; 3]) -> Option<[f64; 3]> {
    let length = dot(direction, direction).sqrt();
    (length.is_finite() && length > 1e-9).then(|| direction.map(|part| part / length))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Right, up and forward in thousandths.
    fn direction(orientation: Orientation, speaker_m: [f32; 3]) -> [i32; 3] {
        let listener = Pose { position_m: [0.0; 3], orientation };
        let Direction { right, up, forward, .. } = Bearing::new(&listener, speaker_m).unwrap().direction;
        [right, up, forward].map(|part| (part * 1e3).round() as i32)
    }

    #[test]
    fn without_a_rotation_x_is_right_y_is_up_and_z_is_forward() {
        assert_eq!(direction(Orientation::default(), [5.0, 0.0, 0.0]), [1_000, 0, 0]);
        assert_eq!(direction(Orientation::default(), [0.0, 5.0, 0.0]), [0, 1_000, 0]);
        assert_eq!(direction(Orientation::default(), [0.0, 0.0, 5.0]), [0, 0, 1_000]);
    }

    #[test]
    fn a_listener_turned_to_the_right_has_the_north_at_the_left_ear() {
        let half = std::f32::consts::FRAC_1_SQRT_2;
        let turned = Orientation::from_quaternion([0.0, half, 0.0, half]);
        assert_eq!(direction(turned, [0.0, 0.0, 5.0]), [-1_000, 0, 0]);
        assert_eq!(direction(turned, [5.0, 0.0, 0.0]), [0, 0, 1_000]);
        let looking = Orientation::looking([3.0, 0.0, 0.0], [0.0, 2.0, 0.0]);
        assert_eq!(direction(looking, [0.0, 0.0, 5.0]), [-1_000, 0, 0]);
    }

    #[test]
    fn a_quaternion_and_its_own_directions_are_the_same_rotation() {
        let by_quaternion = Orientation::from_quaternion([0.3, -0.2, 0.5, 1.7]);
        let (forward, up) = (by_quaternion.forward, by_quaternion.up);
        let by_directions = Orientation::looking(forward.map(|x| x as f32), up.map(|x| x as f32));
        for speaker in [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]] {
            assert_eq!(direction(by_quaternion, speaker), direction(by_directions, speaker));
        }
    }

    #[test]
    fn what_is_no_rotation_is_none() {
        for quaternion in [[0.0; 4], [f32::NAN, 0.0, 0.0, 1.0], [f32::INFINITY, 0.0, 0.0, 1.0]] {
            assert_eq!(Orientation::from_quaternion(quaternion), Orientation::default());
        }
        let up = [0.0, 1.0, 0.0];
        for forward in [[0.0; 3], up, [f32::NAN; 3], [f32::INFINITY, 0.0, 0.0]] {
            assert_eq!(Orientation::looking(forward, up), Orientation::default());
        }
    }

    #[test]
    fn the_direction_shrinks_to_nothing_in_the_middle_of_the_head() {
        let length = |x| Bearing::new(&Pose::default(), [x, 0.0, 0.0]).unwrap().direction.length;
        assert!([0.3, 1.0, 1e30].into_iter().all(|x| (length(x) - 1.0).abs() < 1e-6));
        assert!((length(0.15) - 0.5).abs() < 1e-6);
        assert!(length(0.0).abs() < 1e-9);
    }

    #[test]
    fn the_ends_of_the_number_range_are_places_too() {
        let listener = Pose { position_m: [f32::MIN; 3], ..Pose::default() };
        let bearing = Bearing::new(&listener, [f32::MAX; 3]).unwrap();
        assert!((bearing.direction.length - 1.0).abs() < 1e-6);
        assert!(Bearing::new(&listener, [0.0, f32::NAN, 0.0]).is_none());
        assert!(Bearing::new(&listener, [0.0, f32::INFINITY, 0.0]).is_none());
    }
}
