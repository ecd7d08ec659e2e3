//! Precedence: priorities, and the listener's own voice over all others.

use consonance_audio::{DuckingSettings, FrameProperties, MixerSettings, SpeakerKey, Unheard};

use super::desk::{MixingDesk, always, assert_near};
use crate::engine::call::SPEAKER;
use crate::engine::signal::largest_step;

const CHIEF: SpeakerKey = SpeakerKey(100);
const OTHER: SpeakerKey = SpeakerKey(101);

fn priority(priority: u8) -> FrameProperties {
    FrameProperties { priority, ..FrameProperties::default() }
}

/// Blocks until a new speaker is heard.
const ONSET_BLOCKS: usize = 20;

#[test]
fn an_outranked_speaker_falls_silent_over_a_frame_and_returns_when_the_chief_has_finished() {
    let mut desk = MixingDesk::with_one();
    desk.add(CHIEF, always(0.0), priority(2));
    let sound = desk.mix(ONSET_BLOCKS).both();
    let begins = sound.iter().position(|&sample| sample < 0.4999).unwrap();
    let ends = sound.iter().position(|&sample| sample == 0.0).unwrap();
    assert!((940..=980).contains(&(ends - begins)), "a frame of 20 ms: {} samples", ends - begins);
    assert!(largest_step(&sound) < 0.001);
    assert_eq!((desk.unheard(SPEAKER), desk.unheard(CHIEF)), (Some(Unheard::Outranked), None));
    let played = desk.statistics(SPEAKER).played;
    assert!(desk.mix(50).is_silent());
    assert_eq!(desk.statistics(SPEAKER).played, played, "who is outranked is not decoded");

    desk.stop(CHIEF);
    let sound = desk.mix(10).both();
    assert!(largest_step(&sound) < 0.01);
    assert_near(sound[4_799], 0.5);
    assert_eq!(desk.unheard(SPEAKER), None);
}

#[test]
fn equals_are_heard_together_and_only_the_highest_counts() {
    let mut desk = MixingDesk::with_one();
    desk.add(CHIEF, always(0.2), priority(1));
    desk.mix(ONSET_BLOCKS);
    assert_near(desk.mix(1).last().0, 0.7);
    desk.channel(CHIEF, priority(2));
    desk.add(OTHER, always(0.1), priority(3));
    desk.mix(ONSET_BLOCKS);
    assert_near(desk.mix(1).last().0, 0.1);
    desk.stop(OTHER);
    desk.mix(ONSET_BLOCKS);
    assert_near(desk.mix(1).last().0, 0.2);
}

#[test]
fn a_speaker_that_begins_while_outranked_is_not_heard_at_all() {
    let mut desk = MixingDesk::new(MixerSettings::default());
    desk.add(CHIEF, always(0.0), priority(3));
    desk.mix(ONSET_BLOCKS);
    desk.add(SPEAKER, always(0.5), priority(0));
    assert!(desk.mix(ONSET_BLOCKS).is_silent());
    assert_eq!(desk.unheard(SPEAKER), Some(Unheard::Outranked));
}

#[test]
fn the_priority_of_a_muted_speaker_does_not_count() {
    let mut desk = MixingDesk::with_one();
    desk.add(CHIEF, always(0.2), priority(3));
    desk.mixer.set_muted(CHIEF, true);
    let sound = desk.mix(ONSET_BLOCKS).both();
    assert!(sound.iter().all(|sample| (sample - 0.5).abs() < 1e-4));
    desk.mixer.set_muted(CHIEF, false);
    desk.mix(6);
    assert_near(desk.mix(1).last().0, 0.2);
    desk.mixer.set_muted(CHIEF, true);
    desk.mix(6);
    assert_near(desk.mix(1).last().0, 0.5);
}

#[test]
fn a_priority_holds_while_its_utterance_is_played_and_no_longer() {
    let mut desk = MixingDesk::with_one();
    desk.add(CHIEF, always(0.0), priority(2));
    desk.mix(ONSET_BLOCKS);
    desk.stop(CHIEF);
    desk.mix(10);
    desk.start(CHIEF, always(0.1), priority(0));
    desk.mix(ONSET_BLOCKS);
    assert_near(desk.mix(1).last().0, 0.5);
    assert_eq!(desk.unheard(CHIEF), Some(Unheard::Outranked));
}

#[test]
fn others_are_turned_down_in_300_ms_while_the_listener_speaks_and_return_in_500() {
    let mut desk = MixingDesk::with_one();
    desk.mixer.set_ducked(true);
    let sound = desk.mix(30).both();
    assert_near(sound[7_199], 0.375);
    assert_near(sound[14_399], 0.25);
    assert!(largest_step(&sound) < 1e-4);
    // Setting it again changes nothing.
    desk.mixer.set_ducked(true);
    assert_near(desk.mix(10).last().0, 0.25);
    desk.mixer.set_ducked(false);
    let sound = desk.mix(50).both();
    assert_near(sound[11_999], 0.375);
    assert_near(sound[23_999], 0.5);
    assert!(largest_step(&sound) < 1e-4);
}

#[test]
fn ducking_is_what_its_settings_say_within_their_ranges() {
    for (level, down_ms, blocks, expected) in [
        (0.2, 100, 10, 0.1),
        (0.2, 0, 1, 0.1),
        (0.0, 15, 2, 0.0),
        (1.0, 300, 1, 0.5),
        (7.0, 10, 1, 0.5),
        (-1.0, 10, 1, 0.0),
        (f32::NAN, 10, 1, 0.25),
    ] {
        let mut desk = MixingDesk::with_one();
        desk.mixer.set_ducking(DuckingSettings { level, down_ms, ..DuckingSettings::default() });
        desk.mixer.set_ducked(true);
        assert_near(desk.mix(blocks).last().0, expected);
    }
}

#[test]
fn settings_that_change_while_ducked_are_moved_to() {
    let mut desk = MixingDesk::with_one();
    desk.mixer.set_ducked(true);
    desk.mix(10);
    desk.mixer.set_ducking(DuckingSettings { level: 1.0, ..DuckingSettings::default() });
    let sound = desk.mix(50).both();
    assert!(largest_step(&sound) < 1e-4);
    assert_near(sound[23_999], 0.5);
}
