//! Voices that come from places.

use consonance_audio::{
    FrameProperties, MixerSettings, Pose, SpatialMode, SpatialSettings, SpeakerKey, SpeakerPlace,
    StereoBlock, Unheard,
};

use super::desk::{MixingDesk, always, assert_near};
use crate::engine::call::SPEAKER;
use crate::engine::signal::hum;

const MODES: [SpatialMode; 2] = [SpatialMode::Panning, SpatialMode::Hrtf];
const POSITIONAL: FrameProperties = FrameProperties { gain: 1.0, priority: 1, positional: true };

/// Two steps of the tone that all speakers hum here.
const NO_CLICK: f32 = 0.06;

#[expect(clippy::unnecessary_wraps, reason = "so that it can stand for a speaker with or without a place")]
fn at(x: f32) -> Option<SpeakerPlace> {
    Some(SpeakerPlace { position_m: [x, 0.0, 0.0], occlusion: 0.0 })
}

/// A speaker that has hummed for a while.
fn humming(mode: SpatialMode, place: Option<SpeakerPlace>) -> MixingDesk {
    let mut desk = MixingDesk::new(MixerSettings::default());
    desk.mixer.set_spatial(SpatialSettings { mode, ..SpatialSettings::default() });
    desk.mixer.set_listener(Some(Pose::default()));
    let hum = hum(480_000);
    desk.add(SPEAKER, Box::new(move |i| hum[i as usize]), POSITIONAL);
    desk.mixer.set_place(SPEAKER, place);
    desk.mix(20);
    desk
}

fn power(sound: &[f32]) -> f32 {
    sound.iter().map(|sample| sample * sample).sum::<f32>() / sound.len() as f32
}

#[test]
fn a_positional_voice_comes_from_its_side() {
    for mode in MODES {
        let ears = humming(mode, at(-1.0)).mix(20);
        assert!(power(&ears.left) > 1.2 * power(&ears.right), "{mode:?}");
        let ears = humming(mode, at(1.0)).mix(20);
        assert!(power(&ears.right) > 1.2 * power(&ears.left), "{mode:?}");
    }
}

#[test]
fn a_voice_is_in_the_middle_unless_frame_speaker_and_listener_have_a_place() {
    let middle = humming(SpatialMode::Hrtf, None).mix(20).both();
    let mut desk = humming(SpatialMode::Hrtf, None);
    desk.mixer.set_listener(None);
    desk.mixer.set_place(SPEAKER, at(-1.0));
    assert_eq!(desk.mix(20).both()[..], middle[..]);
    let mut desk = humming(SpatialMode::Hrtf, None);
    desk.channel(SPEAKER, FrameProperties::default());
    desk.mix(4);
    desk.mixer.set_place(SPEAKER, at(-1.0));
    assert_eq!(desk.mix(16).both()[..], middle[4 * 480..]);
}

#[test]
fn to_get_a_place_to_move_and_to_lose_it_while_speaking_does_not_click() {
    for mode in MODES {
        let mut desk = humming(mode, None);
        let places = [None, at(-1.0), at(1.0), None, at(0.0), at(30.0), at(500.0), None, at(-0.2)];
        let mut ears = desk.mix(1);
        for round in 0..200 {
            desk.mixer.set_place(SPEAKER, places[(round + round / 9 * round) % 9]);
            if round % 17 == 0 {
                let positional = round % 2 == 0;
                desk.channel(SPEAKER, FrameProperties { positional, ..FrameProperties::default() });
            }
            if round % 23 == 0 {
                desk.mixer.set_listener((round % 3 != 0).then(Pose::default));
            }
            let next = desk.mix(1 + round % 3);
            ears.left.extend(next.left);
            ears.right.extend(next.right);
        }
        assert!(ears.largest_step() < NO_CLICK, "{mode:?}: {}", ears.largest_step());
    }
}

#[test]
fn a_speaker_out_of_range_is_silent_and_not_decoded_until_it_comes_near() {
    for mode in MODES {
        let mut desk = humming(mode, at(1.0));
        desk.mixer.set_place(SPEAKER, at(60.0));
        assert!(desk.mix(5).largest_step() < NO_CLICK);
        assert_eq!(desk.unheard(SPEAKER), Some(Unheard::OutOfRange), "{mode:?}");
        let played = desk.statistics(SPEAKER).played;
        assert!(desk.mix(50).is_silent(), "{mode:?}");
        assert_eq!(desk.statistics(SPEAKER).played, played);
        desk.mixer.set_place(SPEAKER, at(1.0));
        let ears = desk.mix(8);
        assert!(ears.largest_step() < NO_CLICK);
        assert!(power(&ears.right[1_920..]) > 0.01, "{mode:?}");
    }
}

#[test]
fn a_speaker_that_moved_while_silent_begins_at_the_new_place() {
    let mut desk = MixingDesk::new(MixerSettings::default());
    desk.mixer.set_listener(Some(Pose::default()));
    desk.add(SPEAKER, always(0.3), POSITIONAL);
    desk.mixer.set_place(SPEAKER, at(-1.0));
    desk.mix(20);
    desk.stop(SPEAKER);
    desk.mix(20);
    desk.mixer.set_place(SPEAKER, at(1.0));
    desk.start(SPEAKER, always(0.3), POSITIONAL);
    let ears = desk.mix(20);
    // Both ears together have the power of the middle, and the far one has a quarter of the amplitude.
    let near = 0.3 * (2.0 * 16.0 / 17.0_f32).sqrt();
    let at_most = near / 4.0 + 1e-4;
    assert!(ears.left.iter().all(|sample| sample.abs() < at_most), "no more on the side where it was");
    assert_near(ears.last().1, near);
}

#[test]
fn a_placed_voice_that_ends_or_leaves_does_not_click_and_leaves_nothing_behind() {
    for mode in MODES {
        for leaves in [false, true] {
            let mut desk = humming(mode, at(-0.7));
            let mut ears = desk.mix(2);
            if leaves {
                desk.mixer.remove_speaker(SPEAKER);
            } else {
                desk.stop(SPEAKER);
            }
            let end = desk.mix(10);
            ears.left.extend(end.left);
            ears.right.extend(end.right);
            assert!(ears.largest_step() < NO_CLICK, "{mode:?}, {leaves}: {}", ears.largest_step());
            assert!(desk.mix(10).is_silent(), "{mode:?}, {leaves}");
        }
    }
}

#[test]
fn settings_apply_to_present_speakers_and_later_ones() {
    let near = SpatialSettings { max_distance_m: 2.0, ..SpatialSettings::default() };
    let mut desk = humming(SpatialMode::Panning, at(3.0));
    assert!(power(&desk.mix(5).right) > 1e-3);
    desk.mixer.set_spatial(near);
    desk.mix(5);
    assert_eq!(desk.unheard(SPEAKER), Some(Unheard::OutOfRange));
    let newcomer = SpeakerKey(1);
    desk.add(newcomer, always(0.1), POSITIONAL);
    desk.mixer.set_place(newcomer, at(3.0));
    assert!(desk.mix(20).is_silent());
}

#[test]
fn a_speaker_out_of_range_on_the_radio_is_heard_from_the_first_frame_on() {
    let mut desk = humming(SpatialMode::Hrtf, at(60.0));
    assert!(desk.mix(10).is_silent());
    desk.stop(SPEAKER);
    desk.mix(20);
    let skipped = desk.statistics(SPEAKER).skipped;
    desk.start(SPEAKER, always(0.2), FrameProperties::default());
    assert_near(desk.mix(20).both()[9_599], 0.2);
    assert_eq!(desk.statistics(SPEAKER).skipped, skipped);
}

#[test]
fn the_head_model_is_the_default_on_headphones_and_panning_everywhere_else() {
    let left_of = |mode, headphones| {
        let mut desk = humming(mode, at(-1.0));
        desk.mixer.set_headphones(headphones);
        desk.mix(20);
        desk.mix(20).left
    };
    let automatic = SpatialSettings::default().mode;
    let (panned, modelled) = (left_of(SpatialMode::Panning, false), left_of(SpatialMode::Hrtf, false));
    assert!(panned != modelled);
    assert!(left_of(automatic, false) == panned);
    assert!(left_of(automatic, true) == modelled);
    assert!(left_of(SpatialMode::Panning, true) == panned, "what was asked for stays");
}

#[test]
fn a_caller_that_is_behind_passes_over_what_was_received_and_goes_on_from_there() {
    let mut desk = humming(SpatialMode::Panning, None);
    let before = desk.statistics(SPEAKER);
    let mut skipped = StereoBlock::default();
    for _ in 0..10 {
        desk.push_due();
        desk.mixer.skip(&mut skipped, |_, _, _| {});
    }
    let after = desk.statistics(SPEAKER);
    assert!(skipped.left.iter().all(|sample| *sample == 0.0), "it has faded out");
    assert!(after.skipped > before.skipped, "{after:?}");
    assert!(after.played <= before.played + 1, "next to nothing is decoded: {after:?}");
    let heard = desk.mix(10);
    assert!(power(&heard.left) > 0.0 && heard.largest_step() < NO_CLICK);
}
