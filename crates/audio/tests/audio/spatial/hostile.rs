//! Invalid numbers and invalid samples.

use consonance_audio::{BLOCK_SAMPLES, Pose, RollOff, SpatialSettings, SpeakerPlace};
use proptest::prelude::*;

use crate::spatial::ears::{MODES, at, listen, noise, settings};

#[test]
fn a_position_that_is_not_finite_is_heard_in_the_middle_at_full_volume() {
    let sound = noise(5);
    for mode in MODES {
        let without_place = listen(settings(mode), &sound, |_, _| (None, Pose::default()));
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let speaker = listen(settings(mode), &sound, |_, _| (at([30.0, bad, 0.0]), Pose::default()));
            assert_eq!(speaker, without_place, "{mode:?}, {bad}");
            let nowhere = Pose { position_m: [bad, 0.0, 0.0], ..Pose::default() };
            let listener = listen(settings(mode), &sound, |_, _| (at([30.0, 0.0, 0.0]), nowhere));
            assert_eq!(listener, without_place, "{mode:?}, {bad}");
        }
    }
}

#[test]
fn an_occlusion_that_is_no_number_is_none_and_others_are_limited() {
    for mode in MODES {
        let heard = |occlusion| {
            let speaker = Some(SpeakerPlace { position_m: [1.0, 0.0, 1.0], occlusion });
            listen(settings(mode), &noise(3), |_, _| (speaker, Pose::default()))
        };
        assert_eq!(heard(f32::NAN), heard(0.0));
        assert_eq!(heard(-5.0), heard(0.0));
        assert_eq!(heard(f32::INFINITY), heard(1.0));
    }
}

#[test]
fn samples_that_are_no_numbers_are_gone_after_a_block() {
    for mode in MODES {
        let mut sound = vec![0.0; 60 * BLOCK_SAMPLES];
        sound[..4].copy_from_slice(&[f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX]);
        let speaker = Some(SpeakerPlace { position_m: [1.0, 0.0, 1.0], occlusion: 0.5 });
        let ears = listen(settings(mode), &sound, |_, _| (speaker, Pose::default()));
        assert!(ears.left.iter().chain(&ears.right).all(|x| x.abs() <= 64.0), "{mode:?}");
        assert!(ears.left[50 * BLOCK_SAMPLES..].iter().all(|&x| x == 0.0), "{mode:?}");
    }
}

#[test]
fn beyond_the_maximum_distance_there_is_nothing_at_all() {
    for mode in MODES {
        let ears = listen(settings(mode), &noise(5), |_, _| (at([50.0, 1.0, 0.0]), Pose::default()));
        assert!(ears.left.iter().chain(&ears.right).all(|&x| x == 0.0), "{mode:?}");
    }
}

proptest! {
    #[test]
    fn no_place_and_no_setting_makes_noise_louder_than_fourfold(
        hrtf in any::<bool>(), min in any::<f32>(), max in any::<f32>(),
        places in proptest::collection::vec((any::<[f32; 3]>(), any::<[f32; 3]>(), any::<f32>()), 6),
        rotation in any::<[f32; 4]>(),
    ) {
        let settings = SpatialSettings {
            mode: MODES[usize::from(hrtf)],
            roll_off: RollOff::Constant,
            min_distance_m: min,
            max_distance_m: max,
        };
        let orientation = consonance_audio::Orientation::from_quaternion(rotation);
        let ears = listen(settings, &noise(6), |block, _| {
            let (position_m, listener_m, occlusion) = places[block];
            (Some(SpeakerPlace { position_m, occlusion }), Pose { position_m: listener_m, orientation })
        });
        prop_assert!(ears.left.iter().chain(&ears.right).all(|x| x.abs() <= 2.0));
    }
}
