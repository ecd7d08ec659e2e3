//! No clicks, however fast a speaker moves and whatever settings change.

use std::f32::consts::TAU;

use consonance_audio::{
    BLOCK_SAMPLES, Orientation, Pose, SpatialMode, SpatialSettings, Spatializer, SpeakerPlace,
};

use crate::spatial::ears::{Ears, MODES, at, listen, settings, tone};

/// Twice the steepest slope of the tone: panning to one side multiplies it by √2, and the ramps add a little.
const NO_CLICK: f32 = 2.0 * 0.5 * TAU * 440.0 / 48_000.0;

fn assert_no_click(what: &str, ears: &Ears) {
    let step = ears.largest_step();
    assert!(step < NO_CLICK, "{what}: a step of {step}, more than {NO_CLICK}");
}

#[test]
fn a_speaker_that_circles_twice_a_second_does_not_click() {
    for mode in MODES {
        let ears = listen(settings(mode), &tone(200), |block, _| {
            let angle = TAU * block as f32 / 50.0;
            (at([angle.sin(), 0.3 * angle.cos(), angle.cos()]), Pose::default())
        });
        assert_no_click("circling", &ears);
    }
}

#[test]
fn a_head_that_turns_twice_a_second_does_not_click() {
    for mode in MODES {
        let ears = listen(settings(mode), &tone(200), |block, _| {
            let half_angle = TAU * block as f32 / 100.0;
            let orientation = Orientation::from_quaternion([0.0, half_angle.sin(), 0.0, half_angle.cos()]);
            (at([0.0, 0.0, 1.0]), Pose { position_m: [0.0; 3], orientation })
        });
        assert_no_click("turning", &ears);
    }
}

#[test]
fn a_speaker_that_jumps_does_not_click() {
    const PLACES: [[f32; 3]; 7] = [
        [-1.0, 0.0, 0.0],
        [1.0, 0.0, 0.0],
        [0.0, 0.0, -1.0],
        [0.0, 0.0, 1_000.0],
        [0.0, 1.0, 0.0],
        [f32::NAN, 0.0, 0.0],
        [0.0, -0.7, 0.7],
    ];
    for mode in MODES {
        // Every seventh block stays in place, so that sooner or later each place follows each other one.
        let ears = listen(settings(mode), &tone(400), |block, _| {
            (at(PLACES[(block + block / 7 * block) % 7]), Pose::default())
        });
        assert_no_click("jumping", &ears);
    }
}

#[test]
fn walking_through_a_speaker_does_not_throw_it_from_ear_to_ear() {
    for mode in MODES {
        let ears = listen(settings(mode), &tone(100), |block, _| {
            (at([(block as f32 - 50.0) / 100.0, 0.0, 0.0]), Pose::default())
        });
        assert_no_click("walking through", &ears);
        // In the middle both ears hear the same.
        let middle = 50 * BLOCK_SAMPLES..51 * BLOCK_SAMPLES;
        let differences =
            ears.left[middle.clone()].iter().zip(&ears.right[middle]).map(|(l, r)| (l - r).abs());
        assert!(differences.fold(0.0, f32::max) < 0.05, "{mode:?}");
    }
}

#[test]
fn a_door_that_is_slammed_does_not_click() {
    for mode in MODES {
        let ears = listen(settings(mode), &tone(100), |block, _| {
            let occlusion = if block % 6 < 3 { 0.0 } else { 1.0 };
            (Some(SpeakerPlace { position_m: [0.0, 0.0, 1.0], occlusion }), Pose::default())
        });
        assert_no_click("slamming", &ears);
    }
}

#[test]
fn changing_the_settings_during_speech_does_not_click() {
    let ears = listen(settings(SpatialMode::Panning), &tone(100), |block, spatializer| {
        let mode = MODES[block / 5 % 2];
        let min_distance_m = if block % 3 == 0 { 0.1 } else { 5.0 };
        spatializer.set_settings(SpatialSettings { mode, min_distance_m, ..SpatialSettings::default() });
        (at([1.0, 0.0, 1.0]), Pose::default())
    });
    assert_no_click("changing settings", &ears);
}

#[test]
fn after_a_reset_a_voice_is_at_its_place_from_the_first_sample() {
    let sound = tone(2);
    let (first, second) = sound.split_at(BLOCK_SAMPLES);
    for mode in MODES {
        let fresh = listen(settings(mode), second, |_, _| (at([-1.0, 0.0, 0.0]), Pose::default()));
        let mut sound = first.to_vec();
        sound.extend(second);
        let moved = listen(settings(mode), &sound, |block, spatializer: &mut Spatializer| {
            spatializer.reset();
            (at([if block == 0 { 1.0 } else { -1.0 }, 0.0, 0.0]), Pose::default())
        });
        assert_eq!(moved.left[BLOCK_SAMPLES..], fresh.left, "{mode:?}");
        assert_eq!(moved.right[BLOCK_SAMPLES..], fresh.right, "{mode:?}");
    }
}

#[test]
fn headphones_that_are_put_on_while_a_voice_stays_in_its_place_give_it_that_place() {
    let place = at([-1.0, 0.0, 1.0]);
    let moved = listen(settings(SpatialMode::Panning), &tone(4), |block, spatializer: &mut Spatializer| {
        if block == 1 {
            spatializer.set_settings(settings(SpatialMode::Hrtf));
        }
        (place, Pose::default())
    });
    let worn = listen(settings(SpatialMode::Hrtf), &tone(4), |_, _| (place, Pose::default()));
    assert_eq!(moved.left[3 * BLOCK_SAMPLES..], worn.left[3 * BLOCK_SAMPLES..]);
    assert_eq!(moved.right[3 * BLOCK_SAMPLES..], worn.right[3 * BLOCK_SAMPLES..]);
}
