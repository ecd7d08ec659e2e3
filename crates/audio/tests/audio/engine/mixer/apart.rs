//! Speakers that are kept apart from the mix, for an engine that places them itself.

use consonance_audio::{
    BLOCK_SAMPLES, DuckingSettings, FrameProperties, MixerSettings, Pose, SpeakerKey, SpeakerPlace,
    SpeakerSound, StereoBlock,
};

use super::desk::{Ears, MixingDesk, always, assert_near};
use crate::engine::call::SPEAKER;
use crate::engine::signal::largest_step;

const OTHER: SpeakerKey = SpeakerKey(9);

/// The sound of the mix, and the sound kept apart from it.
#[derive(Default)]
struct Heard {
    mix: Ears,
    apart: Vec<f32>,
}

impl Heard {
    fn last(&self) -> (f32, f32) {
        let last = |sound: &[f32]| sound.last().copied().unwrap_or(0.0);
        (last(&self.mix.left), last(&self.apart))
    }
}

fn mix(desk: &mut MixingDesk, blocks: usize) -> Heard {
    let mut heard = Heard::default();
    for _ in 0..blocks {
        let mut apart = [0.0; BLOCK_SAMPLES];
        let block = desk.mix_one(|key, _, sound| {
            if let SpeakerSound::Apart(sound) = sound {
                assert_eq!(key, SPEAKER, "only one is apart");
                apart = *sound;
            }
        });
        heard.mix.left.extend(block.left);
        heard.mix.right.extend(block.right);
        heard.apart.extend(apart);
    }
    heard
}

#[test]
fn one_that_is_apart_is_not_in_the_mix_and_the_others_are() {
    let mut desk = MixingDesk::new(MixerSettings::default());
    desk.add(SPEAKER, always(0.5), FrameProperties::default());
    desk.add(OTHER, always(0.25), FrameProperties::default());
    desk.mixer.set_apart(SPEAKER, true);
    let heard = mix(&mut desk, 30);
    assert_near(heard.last().0, 0.25);
    assert_near(heard.last().1, 0.5);
    assert!(heard.mix.left.iter().all(|sample| *sample < 0.26), "not even at the beginning");
}

#[test]
fn volume_channel_master_volume_and_ducking_are_in_what_is_apart() {
    let mut desk = MixingDesk::new(MixerSettings::default());
    desk.add(SPEAKER, always(0.5), FrameProperties { gain: 0.5, ..FrameProperties::default() });
    desk.mixer.set_apart(SPEAKER, true);
    desk.mixer.set_volume(SPEAKER, 2.0);
    desk.mixer.set_master_volume(0.5);
    assert_near(mix(&mut desk, 30).last().1, 0.25);
    desk.mixer.set_ducking(DuckingSettings { level: 0.2, down_ms: 10, ..DuckingSettings::default() });
    desk.mixer.set_ducked(true);
    assert_near(mix(&mut desk, 30).last().1, 0.05);
}

#[test]
fn one_that_is_muted_deafened_or_outranked_is_silent_apart_too() {
    let mut desk = MixingDesk::with_one();
    desk.mixer.set_apart(SPEAKER, true);
    mix(&mut desk, 20);
    desk.mixer.set_muted(SPEAKER, true);
    assert_near(mix(&mut desk, 10).last().1, 0.0);
    desk.mixer.set_muted(SPEAKER, false);
    assert_near(mix(&mut desk, 10).last().1, 0.5);
    desk.mixer.set_deafened(true);
    assert_near(mix(&mut desk, 10).last().1, 0.0);
    desk.mixer.set_deafened(false);
    desk.add(OTHER, always(0.1), FrameProperties { priority: 2, ..FrameProperties::default() });
    assert_near(mix(&mut desk, 20).last().1, 0.0);
}

#[test]
fn a_place_is_of_no_effect_apart_however_far_away() {
    let mut desk = MixingDesk::new(MixerSettings::default());
    desk.add(SPEAKER, always(0.5), FrameProperties { positional: true, ..FrameProperties::default() });
    desk.mixer.set_listener(Some(Pose::default()));
    desk.mixer.set_place(SPEAKER, Some(SpeakerPlace { position_m: [1.0e6, 0.0, 0.0], occlusion: 1.0 }));
    assert_near(mix(&mut desk, 20).last().0, 0.0);
    desk.mixer.set_apart(SPEAKER, true);
    assert_near(mix(&mut desk, 20).last().1, 0.5);
    assert_eq!(desk.unheard(SPEAKER), None);
}

#[test]
fn a_voice_that_goes_to_an_engine_and_back_has_no_click_in_either() {
    let mut desk = MixingDesk::with_one();
    mix(&mut desk, 20);
    let mut heard = Heard::default();
    for is_apart in [true, false, true] {
        desk.mixer.set_apart(SPEAKER, is_apart);
        let now = mix(&mut desk, 5);
        let together: Vec<f32> =
            now.mix.left.iter().zip(&now.apart).map(|(one, other)| one + other).collect();
        assert!(together.iter().all(|sample| (sample - 0.5).abs() < 0.01), "nothing is lost or heard twice");
        heard.mix.left.extend(now.mix.left);
        heard.apart.extend(now.apart);
    }
    // A fade from one to the other in 10 ms.
    let largest = largest_step(&heard.mix.left).max(largest_step(&heard.apart));
    assert!(largest < 0.5 / 480.0 * 1.1, "{largest}");
}

#[test]
fn one_that_is_passed_over_fades_out_apart_as_it_does_in_the_mix() {
    let mut desk = MixingDesk::with_one();
    desk.mixer.set_apart(SPEAKER, true);
    mix(&mut desk, 20);
    let mut shown = Vec::new();
    let mut block = StereoBlock::default();
    desk.push_due();
    desk.mixer.skip(&mut block, |_, _, sound| {
        if let SpeakerSound::Apart(sound) = sound {
            shown.extend_from_slice(sound);
        }
    });
    assert!(shown[0] > 0.4 && shown[479].abs() < 0.01, "{} … {}", shown[0], shown[479]);
    assert!(largest_step(&shown) < 0.05);
}
