//! Positions and rotations of engines with other axes, converted once where they enter.
//!
//! The voice chat has one convention, Unity's: left-handed, x to the right, y up, z forward, in metres. Native players,
//! pages and the server's proximity rooms all use it.

/// A position or direction of a right-handed engine with y up that looks along −z: Bevy, Godot, three.js, OpenGL.
///
/// The same function converts back.
#[must_use]
pub const fn from_right_handed([x, y, z]: [f32; 3]) -> [f32; 3] {
    [x, y, -z]
}

/// A rotation of such an engine, as a quaternion `[x, y, z, w]`. The same function converts back.
#[must_use]
pub const fn rotation_from_right_handed([x, y, z, w]: [f32; 4]) -> [f32; 4] {
    [-x, -y, z, w]
}

/// A position of Unreal: left-handed, x forward, y to the right, z up, in centimetres.
#[must_use]
pub const fn from_unreal([x, y, z]: [f32; 3]) -> [f32; 3] {
    [y / 100.0, z / 100.0, x / 100.0]
}

/// A rotation of Unreal, as a quaternion `[x, y, z, w]`.
#[must_use]
pub const fn rotation_from_unreal([x, y, z, w]: [f32; 4]) -> [f32; 4] {
    [y, z, x, w]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spatial::pose::Bearing;
    use crate::spatial::{Orientation, Pose};

    /// How far to the right and ahead a listener has a speaker, in thousandths.
    fn heard(listener: &Pose, speaker_m: [f32; 3]) -> [i32; 2] {
        let direction = Bearing::new(listener, speaker_m).expect("both are somewhere").direction;
        [direction.right, direction.forward].map(|part| (part * 1e3).round() as i32)
    }

    /// A quarter turn to the left about the axis that is up, in a right-handed engine: positive there.
    const TO_THE_LEFT: f32 = std::f32::consts::FRAC_1_SQRT_2;

    #[test]
    fn a_camera_of_a_right_handed_engine_has_what_it_looks_at_in_front() {
        let pose = |quaternion| Pose {
            position_m: from_right_handed([1.0, 2.0, 3.0]),
            orientation: Orientation::from_quaternion(rotation_from_right_handed(quaternion)),
        };
        let still = pose([0.0, 0.0, 0.0, 1.0]);
        assert_eq!(heard(&still, from_right_handed([1.0, 2.0, -7.0])), [0, 1000], "it looks along -z");
        assert_eq!(heard(&still, from_right_handed([6.0, 2.0, 3.0])), [1000, 0], "x is to the right");
        let turned = pose([0.0, TO_THE_LEFT, 0.0, TO_THE_LEFT]);
        assert_eq!(heard(&turned, from_right_handed([-4.0, 2.0, 3.0])), [0, 1000], "left is in front");
    }

    #[test]
    fn a_pawn_of_unreal_has_what_it_looks_at_in_front() {
        let pose = |quaternion| Pose {
            position_m: from_unreal([100.0, 200.0, 300.0]),
            orientation: Orientation::from_quaternion(rotation_from_unreal(quaternion)),
        };
        let still = pose([0.0, 0.0, 0.0, 1.0]);
        assert_eq!(heard(&still, from_unreal([900.0, 200.0, 300.0])), [0, 1000], "it looks along x");
        assert_eq!(heard(&still, from_unreal([100.0, 900.0, 300.0])), [1000, 0], "y is to the right");
        let turned = pose([0.0, 0.0, TO_THE_LEFT, TO_THE_LEFT]);
        assert_eq!(
            heard(&turned, from_unreal([100.0, 900.0, 300.0])),
            [0, 1000],
            "a yaw of 90 turns to the right"
        );
    }
}
