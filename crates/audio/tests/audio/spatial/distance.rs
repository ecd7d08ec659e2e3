//! How loud a voice is with distance, behind a wall, and without a place.

use consonance_audio::{Curve, CurvePoint, Pose, RollOff, SpatialMode, SpatialSettings, SpeakerPlace};

use crate::spatial::ears::{MODES, at, decibels, listen, noise, settings, still, treble};

/// The amplitude factor at a distance, next to that within the minimum.
fn gain(settings: SpatialSettings, distance_m: f32) -> f32 {
    let near = still(settings, at([0.0, 0.0, settings.min_distance_m]));
    (still(settings, at([0.0, 0.0, distance_m])).power() / near.power()).sqrt()
}

fn assert_gains(roll_off: RollOff, expected: &[(f32, f32)]) {
    for mode in MODES {
        let settings = SpatialSettings { mode, roll_off, min_distance_m: 2.0, max_distance_m: 22.0 };
        for &(distance_m, expected) in expected {
            let gain = gain(settings, distance_m);
            assert!((gain - expected).abs() < 1e-3, "{mode:?} at {distance_m} m: {gain}, not {expected}");
        }
    }
}

#[test]
fn a_constant_voice_is_as_loud_far_away_and_fades_at_the_edge() {
    assert_gains(
        RollOff::Constant,
        &[(1.0, 1.0), (2.0, 1.0), (18.0, 1.0), (20.0, 0.5), (22.0, 0.0), (1e9, 0.0)],
    );
}

#[test]
fn a_linear_voice_gets_quieter_evenly() {
    assert_gains(
        RollOff::Linear,
        &[(1.0, 1.0), (2.0, 1.0), (7.0, 0.75), (12.0, 0.5), (22.0, 0.0), (1e9, 0.0)],
    );
}

#[test]
fn an_inverse_voice_halves_with_the_double_distance_and_fades_at_the_edge() {
    let expected =
        [(1.0, 1.0), (2.0, 1.0), (4.0, 0.5), (8.0, 0.25), (16.0, 0.125), (20.0, 0.05), (22.0, 0.0)];
    assert_gains(RollOff::Inverse, &expected);
}

#[test]
fn an_inverse_square_voice_falls_to_a_quarter_with_the_double_distance() {
    let expected =
        [(1.0, 1.0), (2.0, 1.0), (4.0, 0.25), (8.0, 0.0625), (20.0, 0.005), (22.0, 0.0), (1e9, 0.0)];
    assert_gains(RollOff::InverseSquare, &expected);
}

#[test]
fn a_voice_follows_the_curve_of_the_game_between_the_two_distances() {
    let points = [(2.0, 0.9), (10.0, 0.9), (12.0, 0.3), (30.0, 0.3)];
    let points = points.map(|(distance_m, gain)| CurvePoint { distance_m, gain });
    let roll_off = RollOff::Custom(Curve::new(&points).unwrap());
    assert_gains(roll_off, &[(1.0, 1.0), (5.0, 0.9), (11.0, 0.6), (21.0, 0.3), (22.0, 0.0)]);
}

#[test]
fn a_voice_in_the_middle_or_without_a_place_is_in_each_ear_exactly_what_it_was() {
    let sound = noise(5);
    for (mode, delay_in_the_middle) in [(SpatialMode::Panning, 0), (SpatialMode::Hrtf, 15)] {
        for (speaker, delay_samples) in [(None, 0), (at([0.0; 3]), delay_in_the_middle)] {
            let ears = listen(settings(mode), &sound, |_, _| (speaker, Pose::default()));
            for ear in [&ears.left, &ears.right] {
                let change =
                    ear[delay_samples..].iter().zip(&sound).map(|(heard, said)| (heard - said).abs());
                assert!(change.fold(0.0, f32::max) < 1e-4, "{mode:?}");
            }
        }
    }
}

#[test]
fn a_wall_takes_loudness_and_treble_most_of_all() {
    for mode in MODES {
        let behind =
            |occlusion| still(settings(mode), Some(SpeakerPlace { position_m: [0.0, 0.0, 1.0], occlusion }));
        let (open, half, wall) = (behind(0.0), behind(0.5), behind(1.0));
        assert!(open.power() > half.power() && half.power() > wall.power(), "{mode:?}");
        assert!(decibels(open.power() / wall.power()) > 12.0, "{mode:?}");
        assert!(decibels(treble(&open.left) / treble(&wall.left)) > 30.0, "{mode:?}");
    }
}
