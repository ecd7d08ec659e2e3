//! Effects of speakers in the mix.

use std::f32::consts::TAU;

use consonance_audio::limits::VOLUME_MAX;
use consonance_audio::{
    EffectChain, FrameProperties, MixerSettings, Pose, SpeakerKey, SpeakerPlace, SpeakerSound,
};

use super::desk::{Ears, MixingDesk, Voice};
use crate::engine::call::SPEAKER;
use crate::engine::signal::largest_step;

fn tone(hz: f32) -> Voice {
    Box::new(move |i| 0.3 * (TAU * (i as f64 * f64::from(hz) / 48_000.0).fract() as f32).sin())
}

fn desk(hz: f32, effects: &str) -> MixingDesk {
    let mut desk = MixingDesk::new(MixerSettings::default());
    desk.add(SPEAKER, tone(hz), FrameProperties::default());
    set(&mut desk, effects);
    desk
}

fn set(desk: &mut MixingDesk, effects: &str) {
    desk.mixer.set_effects(SPEAKER, &effects.parse::<EffectChain>().unwrap());
}

fn level_db(sound: &[f32]) -> f32 {
    let power = sound.iter().map(|x| x * x).sum::<f32>() / sound.len() as f32;
    10.0 * power.max(1e-12).log10()
}

fn heard_db(ears: &Ears) -> f32 {
    level_db(&ears.left)
}

#[test]
fn a_speaker_behind_a_wall_is_dull_and_the_others_are_not() {
    for (hz, less_db) in [(100.0, 9.0), (2_800.0, 57.0)] {
        let mut desk = desk(hz, "off");
        let open = heard_db(&desk.mix(30));
        set(&mut desk, "wall");
        desk.mix(10);
        let behind = heard_db(&desk.mix(20));
        assert!((open - behind - less_db).abs() < 2.0, "{hz} Hz: {open} dB, and {behind} dB behind the wall");
        desk.add(SpeakerKey(9), tone(hz), FrameProperties::default());
        desk.mix(10);
        assert!(heard_db(&desk.mix(20)) > open - 4.0);
    }
}

#[test]
fn effects_that_are_off_leave_every_sample_as_it_was() {
    let (mut one, mut other) = (desk(300.0, "off"), desk(300.0, "off"));
    assert_eq!(one.mix(30), other.mix(30));
    set(&mut other, "radio, cave");
    assert_ne!(one.mix(30), other.mix(30));
    set(&mut other, "off");
    one.mix(1_000);
    other.mix(1_000);
    assert_eq!(one.mix(30), other.mix(30));
}

#[test]
fn the_squelch_closes_behind_the_voice_and_begins_again_with_it() {
    let mut desk = desk(700.0, "radio tail-ms=300");
    let voice = heard_db(&desk.mix(40));
    desk.stop(SPEAKER);
    desk.mix(12);
    let tail = heard_db(&desk.mix(15));
    assert!((-40.0..voice).contains(&tail), "a tail of {tail} dB after a voice of {voice} dB");
    desk.mix(100);
    assert!(desk.mix(20).is_silent());
    desk.start(SPEAKER, tone(700.0), FrameProperties::default());
    assert!(heard_db(&desk.mix(40)) > voice - 6.0);
}

#[test]
fn the_volume_counts_behind_the_effects_and_a_muted_speaker_is_silent_with_all_of_its_noise() {
    let mut desk = desk(700.0, "walkie-talkie, hall");
    desk.mix(100);
    let full = heard_db(&desk.mix(30));
    desk.mixer.set_volume(SPEAKER, 0.1);
    desk.mix(300);
    let tenth = heard_db(&desk.mix(30));
    assert!((full - tenth - 20.0).abs() < 1.5, "{full} dB, and {tenth} dB at a tenth");
    desk.mixer.set_muted(SPEAKER, true);
    desk.mix(600);
    assert!(desk.mix(10).is_silent());
}

#[test]
fn a_voice_in_a_hall_is_heard_in_both_ears_after_it_has_ended() {
    let mut desk = desk(700.0, "hall");
    desk.mix(100);
    desk.stop(SPEAKER);
    desk.mix(20);
    let after = desk.mix(30);
    assert_ne!(after.left, after.right);
    assert!(level_db(&after.left) > -50.0 && level_db(&after.right) > -50.0);
    desk.mix(600);
    assert!(desk.mix(10).is_silent(), "it has died away");
}

#[test]
fn many_speakers_in_one_hall_reverberate_as_their_sum() {
    let both = |volume: f32, speakers: u32| {
        let mut desk = MixingDesk::new(MixerSettings::default());
        for key in 0..speakers {
            // Speakers whose keys have the same parity send in the same blocks.
            desk.add(SpeakerKey(2 * key), tone(500.0), FrameProperties::default());
            desk.mixer.set_effects(SpeakerKey(2 * key), &"hall".parse::<EffectChain>().unwrap());
            desk.mixer.set_volume(SpeakerKey(2 * key), volume);
        }
        desk.mix(150)
    };
    let (one, four) = (both(0.4, 1), both(0.1, 4));
    let error: Vec<f32> = one.left.iter().zip(&four.left).map(|(one, four)| one - four).collect();
    assert!(level_db(&error) < level_db(&one.left) - 60.0);
}

#[test]
fn far_away_the_hall_is_louder_against_the_voice_and_out_of_range_there_is_nothing() {
    let mut desk = desk(700.0, "hall modulation=0");
    desk.channel(SPEAKER, FrameProperties { positional: true, ..FrameProperties::default() });
    desk.mixer.set_listener(Some(Pose::default()));
    let mut level = |distance_m: f32, effects: &str| {
        let place = SpeakerPlace { position_m: [0.0, 0.0, distance_m], occlusion: 0.0 };
        desk.mixer.set_place(SPEAKER, Some(place));
        set(&mut desk, effects);
        desk.mix(500);
        heard_db(&desk.mix(50))
    };
    let dry = level(2.0, "off") - level(16.0, "off");
    let wet = level(2.0, "hall level=2 modulation=0") - level(16.0, "hall level=2 modulation=0");
    assert!(wet < dry - 4.0, "{wet} dB less with a hall, {dry} dB without");
    assert!(level(70.0, "hall level=2") < -100.0);
}

#[test]
fn a_speaker_apart_has_its_effects_but_no_hall() {
    let mut desk = desk(2_800.0, "wall, hall");
    desk.mixer.set_apart(SPEAKER, true);
    desk.mix(40);
    let mut apart = Vec::new();
    for _ in 0..20 {
        let block = desk.mix_one(|_, _, sound| {
            if let SpeakerSound::Apart(sound) = sound {
                apart.extend_from_slice(sound);
            }
        });
        assert!(block.left.iter().chain(&block.right).all(|sample| *sample == 0.0));
    }
    assert!(level_db(&apart) < -60.0 && level_db(&apart) > -90.0, "{}", level_db(&apart));
}

#[test]
fn effects_change_and_a_speaker_leaves_without_a_click() {
    let mut desk = desk(200.0, "off");
    let mut sound = desk.mix(40).left;
    for effects in ["wall", "cave", "wall, hall", "off", "deep", "room", "wall, room", "underwater"] {
        set(&mut desk, effects);
        sound.extend(desk.mix(25).left);
    }
    desk.mixer.set_volume(SPEAKER, VOLUME_MAX.min(0.9));
    desk.mixer.remove_speaker(SPEAKER);
    sound.extend(desk.mix(5).left);
    let natural = largest_step(&desk_tone());
    let step = largest_step(&sound[9_600..]);
    assert!(step < 2.0 * natural, "a step of {step}, {natural} in the tone");
}

fn desk_tone() -> Vec<f32> {
    (0..4_800).map(tone(200.0)).collect()
}
