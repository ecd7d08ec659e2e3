//! Left is left, behind is not in front, and turning the head is the opposite of walking around it.

use consonance_audio::{Orientation, Pose, SpatialMode};

use crate::spatial::ears::{MODES, at, decibels, listen, noise, power, settings, still, treble};

#[test]
fn a_voice_from_the_left_is_louder_in_the_left_ear_and_the_other_way_round() {
    for mode in MODES {
        let from_left = still(settings(mode), at([-1.0, 0.0, 0.0]));
        let from_right = still(settings(mode), at([1.0, 0.0, 0.0]));
        assert!(power(&from_left.left) > 4.0 * power(&from_left.right), "{mode:?}");
        assert_eq!((&from_left.left, &from_left.right), (&from_right.right, &from_right.left), "{mode:?}");
    }
}

#[test]
fn a_voice_straight_ahead_is_the_same_in_both_ears() {
    for mode in MODES {
        let ears = still(settings(mode), at([0.0, 0.0, 1.0]));
        assert_eq!(ears.left, ears.right, "{mode:?}");
    }
}

#[test]
fn panning_keeps_the_power_in_every_direction() {
    let expected = 2.0 * power(&noise(20)[480..]);
    for degrees in (0..360).step_by(5) {
        for height in [-0.8, 0.0, 0.5_f32] {
            let angle = (degrees as f32).to_radians();
            let level = (1.0 - height * height).sqrt();
            let ears =
                still(settings(SpatialMode::Panning), at([level * angle.sin(), height, level * angle.cos()]));
            assert!(decibels(ears.power() / expected).abs() < 0.01, "{degrees}°");
        }
    }
}

#[test]
fn on_headphones_the_far_ear_hears_two_thirds_of_a_millisecond_later_and_without_treble() {
    let ears = still(settings(SpatialMode::Hrtf), at([-1.0, 0.0, 0.0]));
    // 656 µs are 31.5 samples; the shadow's own delay adds a few.
    let lag = ears.right_lag_samples();
    assert!((30..=40).contains(&lag), "{lag} samples");
    let shade = decibels(treble(&ears.left) / treble(&ears.right));
    assert!(shade > 12.0, "{shade} dB");
}

#[test]
fn on_headphones_behind_is_not_in_front() {
    let treble_of = |z| treble(&still(settings(SpatialMode::Hrtf), at([0.0, 0.0, z])).left);
    let darker = decibels(treble_of(1.0) / treble_of(-1.0));
    assert!(darker > 4.0, "{darker} dB");
}

#[test]
fn on_headphones_above_is_not_below() {
    let heard = |y| still(settings(SpatialMode::Hrtf), at([0.0, y, 0.8])).left;
    let (above, below) = (heard(0.6), heard(-0.6));
    let difference: Vec<f32> = above.iter().zip(&below).map(|(a, b)| a - b).collect();
    let relative = decibels(power(&difference) / power(&above));
    assert!(relative > -12.0, "{relative} dB");
}

#[test]
fn a_listener_that_turns_to_a_voice_has_it_in_front() {
    for mode in MODES {
        let orientation = Orientation::looking([-1.0, 0.0, 0.0], [0.0, 1.0, 0.0]);
        let listener = Pose { position_m: [4.0, 5.0, 6.0], orientation };
        let turned = listen(settings(mode), &noise(5), |_, _| (at([3.0, 5.0, 6.0]), listener));
        let ahead = listen(settings(mode), &noise(5), |_, _| (at([0.0, 0.0, 1.0]), Pose::default()));
        assert_eq!(turned, ahead, "{mode:?}");
    }
}

#[test]
fn lying_on_the_right_side_puts_what_is_above_into_the_left_ear() {
    for mode in MODES {
        let orientation = Orientation::looking([0.0, 0.0, 1.0], [1.0, 0.0, 0.0]);
        let lying = Pose { position_m: [0.0; 3], orientation };
        let ears = listen(settings(mode), &noise(5), |_, _| (at([0.0, 1.0, 0.0]), lying));
        assert!(power(&ears.left) > 4.0 * power(&ears.right), "{mode:?}");
    }
}

#[test]
fn panning_leaves_the_far_ear_a_quarter() {
    for side in [-1.0, 1.0] {
        let ears = still(settings(SpatialMode::Panning), at([side, 0.0, 0.0]));
        let (near, far) = if side < 0.0 { (&ears.left, &ears.right) } else { (&ears.right, &ears.left) };
        let share = (power(far) / power(near)).sqrt();
        assert!((share - 0.25).abs() < 1e-3, "{share} on side {side}");
    }
}
