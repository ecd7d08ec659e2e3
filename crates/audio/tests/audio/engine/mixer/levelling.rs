//! Automatic volume: brings speakers to the same loudness if switched on.

use consonance_audio::{FrameProperties, Mixer, MixerSettings};
use consonance_testing::sound::peak;

use super::desk::{MixingDesk, Voice, always, assert_near};
use crate::engine::call::SPEAKER;
use crate::engine::signal::{active_level_db, largest_step, speech};

/// The loudness of a speaker after `seconds` at this level.
fn level_after(seconds: usize, level: f32, is_levelled: bool) -> f32 {
    let mut desk = MixingDesk::new(MixerSettings::default());
    desk.mixer.set_auto_volume(is_levelled);
    desk.add(SPEAKER, always(level), FrameProperties::default());
    let sound = desk.mix(seconds * 100).both();
    let begins = sound.iter().position(|&sample| sample != 0.0).unwrap();
    assert!(largest_step(&sound[begins..]) < 0.001);
    sound[sound.len() - 1]
}

/// The mix of this voice over `seconds`.
fn levelled(voice: Voice, seconds: usize) -> Vec<f32> {
    let mut desk = MixingDesk::new(MixerSettings::default());
    desk.mixer.set_auto_volume(true);
    desk.add(SPEAKER, voice, FrameProperties::default());
    desk.mix(seconds * 100).both()
}

fn decibels(ratio: f32) -> f32 {
    20.0 * ratio.log10()
}

#[test]
fn without_it_speakers_keep_their_loudness() {
    assert_near(level_after(5, 0.02, false), 0.02);
}

#[test]
fn soft_and_loud_speakers_come_to_one_level() {
    for level in [0.02, 0.0708, 0.25] {
        let dbfs = decibels(level_after(10, level, true));
        assert!((dbfs + 20.0).abs() < 0.2, "{level}: {dbfs} dBFS");
    }
}

#[test]
fn no_speaker_is_turned_up_by_more_than_24_decibels_or_down_by_more_than_18() {
    let up = decibels(level_after(10, 0.005, true) / 0.005);
    let down = decibels(level_after(10, 0.9, true) / 0.9);
    assert!((up - 24.0).abs() < 0.01 && (down + 18.0).abs() < 0.01, "{up}, {down}");
}

#[test]
fn a_speaker_is_turned_up_by_at_most_3_decibels_a_second() {
    let gained = decibels(level_after(2, 0.01, true) / 0.01);
    assert!((3.0..=6.0).contains(&gained), "{gained} dB in two seconds");
}

#[test]
fn noise_and_pauses_are_not_turned_up() {
    assert_near(level_after(10, 0.001, true), 0.001);
    for pause in [24_000, 288_000] {
        // A second of speech at the target level, then half a second or six seconds of a quiet room.
        let voice = move |i: u64| if i % (48_000 + pause) < 48_000 { 0.1 } else { 0.004 };
        let sound = levelled(Box::new(voice), 30);
        let loudest = peak(&sound[480_000..]);
        assert!(
            loudest < 0.106,
            "after pauses of {pause} samples the speech is no longer what it was: {loudest}"
        );
    }
}

#[test]
fn a_speaker_that_becomes_much_softer_for_good_is_turned_up_within_a_minute() {
    let voice = |i: u64| if i < 240_000 { 0.0708 } else { 0.004 };
    let sound = levelled(Box::new(voice), 65);
    let gained = decibels(sound[sound.len() - 1] / 0.004);
    assert!((gained - 24.0).abs() < 0.01, "{gained} dB");
}

#[test]
fn an_audible_push_to_talk_key_does_not_keep_a_speaker_from_being_turned_up() {
    let voice = |i: u64| if i % 96_000 < 960 { 0.2 } else { 0.01 };
    let sound = levelled(Box::new(voice), 30);
    let gained = decibels(sound[sound.len() - 1] / 0.01);
    assert!(gained > 6.0, "{gained} dB");
}

#[test]
fn switched_off_again_it_goes_back_slowly() {
    let mut desk = MixingDesk::new(MixerSettings::default());
    desk.mixer.set_auto_volume(true);
    desk.add(SPEAKER, always(0.02), FrameProperties::default());
    desk.mix(1_000);
    desk.mixer.set_auto_volume(false);
    assert!(desk.mix(100).last().0 > 0.04);
    assert_near(desk.mix(400).last().0, 0.02);
}

/// A looped recording, at this level without its pauses.
fn talking(number: u32, dbfs: f32) -> Voice {
    let sound = speech(number);
    let gain = 10.0_f32.powf((dbfs - active_level_db(&sound)) / 20.0);
    Box::new(move |i| (gain * sound[i as usize % sound.len()]).clamp(-1.0, 1.0))
}

/// The level of this voice alone, over half a minute after the first half minute.
fn after_half_a_minute(voice: Voice, set: impl Fn(&mut Mixer)) -> f32 {
    let mut desk = MixingDesk::new(MixerSettings::default());
    desk.add(SPEAKER, voice, FrameProperties::default());
    set(&mut desk.mixer);
    desk.mix(3_000);
    active_level_db(&desk.mix(3_000).both())
}

#[test]
fn a_loud_and_a_quiet_player_come_out_within_3_db_of_each_other() {
    for set in [(|mixer: &mut Mixer| mixer.set_auto_volume(true)) as fn(&mut Mixer), |mixer| {
        mixer.set_speaker_auto_volume(SPEAKER, Some(true));
    }] {
        let levels: Vec<f32> = [(1, -10.0), (2, -42.0), (3, -30.0), (1, -42.0), (2, -10.0)]
            .map(|(number, dbfs)| after_half_a_minute(talking(number, dbfs), set))
            .to_vec();
        let (least, most) = levels.iter().fold((0.0_f32, -100.0_f32), |(a, b), &x| (a.min(x), b.max(x)));
        assert!(most - least <= 3.0, "{levels:?} dBFS");
    }
}

#[test]
fn one_player_is_levelled_or_left_alone_whatever_is_set_for_all() {
    let quiet = || talking(1, -42.0);
    let alone = after_half_a_minute(quiet(), |mixer| {
        mixer.set_auto_volume(true);
        mixer.set_speaker_auto_volume(SPEAKER, Some(false));
    });
    assert!((alone + 42.0).abs() < 1.0, "{alone} dBFS");
    let as_all = after_half_a_minute(quiet(), |mixer| {
        mixer.set_auto_volume(true);
        mixer.set_speaker_auto_volume(SPEAKER, Some(false));
        mixer.set_speaker_auto_volume(SPEAKER, None);
    });
    assert!((as_all + 20.0).abs() < 2.0, "{as_all} dBFS");
}
