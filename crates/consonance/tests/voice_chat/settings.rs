//! All settings of a player as one value: in force from the start, changed while the chat runs, rejected as a whole.

use consonance::audio::{ActivationMode, FrameSize, NoiseLevel, Quality};
use consonance::{EventKind, SettingsError, StartError, VoiceChat, VoiceSettings};

use crate::fixture::Fixture;
use crate::player::{Player, entered, left, started_speaking};
use crate::speech::{Speech, recording};

#[test]
fn settings_in_force_are_told_whichever_method_set_them() {
    let fixture = Fixture::open();
    let mut wanted = VoiceSettings::default();
    (wanted.quality, wanted.frame, wanted.master_volume) = (Quality::Low, FrameSize::Ms40, 0.5);
    let alice = Player::join("Alice", fixture.chat().settings(wanted.clone()));
    assert_eq!(alice.voice.settings(), wanted);
    alice.voice.microphone().set_quality(Quality::Music);
    alice.voice.playback().set_master_volume(9.0);
    alice.voice.playback().set_auto_volume(true);
    let present = alice.voice.settings();
    assert_eq!((present.quality, present.master_volume, present.auto_volume), (Quality::Music, 4.0, true));
}

#[test]
fn without_settings_a_file_is_sent_as_it_is_and_always() {
    let fixture = Fixture::open();
    let alice = Player::join("Alice", fixture.chat());
    let present = alice.voice.settings();
    assert_eq!((present.activation.mode, present.capture.noise), (ActivationMode::Open, None));
}

#[test]
fn another_length_of_frames_joins_again_by_itself_and_keeps_rooms_channels_and_the_voice() {
    let fixture = Fixture::open();
    let talking = fixture.chat().listen_to_room("team").speak_in_room("lobby");
    let mut alice = Player::join("Alice", talking.input(Speech::endless(&recording(1, 0.5, 2.5))));
    let mut bob = Player::join("Bob", fixture.chat().listen_to_room("lobby"));
    bob.until(&started_speaking("Alice"));
    bob.forget();
    let mut wanted = alice.voice.settings();
    (wanted.frame, wanted.capture.noise) = (FrameSize::Ms60, Some(NoiseLevel::Low));
    alice.voice.apply_settings(&wanted).unwrap();
    alice.until(&EventKind::Rejoining);
    bob.until(&left("Alice"));
    bob.forget();
    bob.until(&entered("Alice", "team"));
    bob.until(&started_speaking("Alice"));
    bob.ear.clear();
    bob.ear.listen_for(1.0);
    assert!(bob.ear.peak() > 0.01, "{}", bob.ear.peak());
    assert_eq!(alice.voice.settings(), wanted);
    let lost = |kind: &EventKind| matches!(kind, EventKind::ConnectionLost { .. });
    assert!(!alice.has_seen_some(lost), "nothing was lost");
}

#[test]
fn a_setting_out_of_its_range_changes_nothing() {
    let fixture = Fixture::open();
    let mut bad = VoiceSettings::default();
    (bad.quality, bad.master_volume) = (Quality::Low, f32::NAN);
    let refused = fixture.chat().name("Alice").settings(bad.clone()).start();
    assert!(matches!(refused, Err(StartError::Settings(SettingsError::OutOfRange { .. }))));
    let alice = Player::join("Alice", fixture.chat());
    let before = alice.voice.settings();
    assert!(alice.voice.apply_settings(&bad).is_err());
    assert_eq!(alice.voice.settings(), before);
}

#[test]
fn a_chat_that_was_not_told_where_to_is_refused_in_words() {
    let refused = VoiceChat::builder().name("Alice").start().unwrap_err();
    assert!(matches!(refused, StartError::NoNetwork), "{refused}");
}

#[test]
fn whatever_single_setters_are_given_the_settings_in_force_can_be_used_again() {
    let fixture = Fixture::open();
    let mut absurd = VoiceSettings::default();
    (absurd.ducking.level, absurd.activation.pre_roll_ms) = (f32::NAN, u32::MAX);
    absurd.capture.background_removal = Some(f32::INFINITY);
    let chat = fixture.chat().capture(absurd.capture).activation(absurd.activation);
    let alice = Player::join("Alice", chat);
    alice.voice.settings().validate().unwrap();
    alice.voice.microphone().set_capture(absurd.capture);
    alice.voice.microphone().set_activation(absurd.activation);
    alice.voice.playback().set_ducking(absurd.ducking);
    alice.voice.playback().set_master_volume(f32::NAN);
    alice.voice.settings().validate().unwrap();
}
