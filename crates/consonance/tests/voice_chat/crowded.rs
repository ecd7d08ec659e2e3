//! Guarantees that hold even if more commands are given than can be queued.

use std::time::{Duration, Instant};

use consonance::audio::{
    ActivationMode, ActivationSettings, CaptureSettings, DuckingSettings, EncoderSettings, FrameSize, Quality,
};
use consonance::{End, EventKind, ModeratorAction, ModeratorAnswer, VoiceChat, VoiceChatBuilder};

use crate::fixture::Fixture;
use crate::glue::{Glue, sticky};
use crate::player::{PATIENCE, Player, entered, started_speaking, stopped_speaking};
use crate::speech::{Speech, recording};

/// Alice, who speaks to the lobby as configured, and Bob, who listens there.
fn alice_and_bob(
    fixture: &Fixture,
    set_up: impl FnOnce(VoiceChatBuilder) -> VoiceChatBuilder,
) -> (VoiceChat, Glue, Player) {
    let bob = Player::join("Bob", fixture.chat().listen_to_room("lobby"));
    let (output, glue) = sticky();
    let alice = set_up(fixture.chat().name("Alice").input(Speech::endless(&recording(3, 0.0, 3.0))));
    let alice = alice.output(Box::new(output)).start().unwrap();
    while alice.wait_event(PATIENCE).unwrap().kind != entered("Bob", "lobby") {}
    (alice, glue, bob)
}

#[test]
fn muting_oneself_works_under_any_load_of_commands() {
    let fixture = Fixture::open();
    let (alice, glue, mut bob) = alice_and_bob(&fixture, |alice| alice.speak_in_room("lobby"));
    bob.until(&started_speaking("Alice"));
    glue.ask_in_a_crowd(&alice, |alice| alice.microphone().set_muted(true));
    bob.until(&stopped_speaking("Alice"));
}

#[test]
fn a_talk_key_that_is_let_go_is_let_go_however_much_else_is_asked_for() {
    let fixture = Fixture::open();
    let settings = ActivationSettings { mode: ActivationMode::PushToTalk, ..ActivationSettings::default() };
    let (alice, glue, mut bob) =
        alice_and_bob(&fixture, |alice| alice.speak_in_room("lobby").activation(settings));
    alice.microphone().set_push_to_talk(true);
    bob.until(&started_speaking("Alice"));
    glue.ask_in_a_crowd(&alice, |alice| alice.microphone().set_push_to_talk(false));
    bob.until(&stopped_speaking("Alice"));
}

#[test]
fn a_channel_that_is_closed_closes_however_much_else_is_asked_for() {
    let fixture = Fixture::open();
    let (alice, glue, mut bob) = alice_and_bob(&fixture, |alice| alice);
    let channel = alice.room("lobby").speak();
    bob.until(&started_speaking("Alice"));
    glue.ask_in_a_crowd(&alice, |_| channel.close());
    // While Alice's voice thread hangs, Bob hears nothing.
    bob.until(&stopped_speaking("Alice"));
    let deadline = Instant::now() + PATIENCE;
    while alice.microphone().is_transmitting() {
        assert!(Instant::now() < deadline, "the channel is still open");
        alice.wait_event(Duration::from_millis(10));
    }
}

#[test]
fn a_setting_that_found_no_room_is_not_in_force_and_is_applied_when_there_is() {
    let fixture = Fixture::open();
    let (alice, glue, mut bob) = alice_and_bob(&fixture, |alice| alice.speak_in_room("lobby"));
    bob.until(&started_speaking("Alice"));
    let before = alice.settings();
    let mut wanted = before.clone();
    (wanted.quality, wanted.master_volume, wanted.auto_volume) = (Quality::Low, 0.5, true);
    (wanted.activation.mode, wanted.ducking.level) = (ActivationMode::PushToTalk, 0.25);
    wanted.capture.automatic_gain = !wanted.capture.automatic_gain;
    glue.ask_in_a_crowd(&alice, |alice| {
        alice.apply_settings(&wanted).unwrap();
        assert_eq!(alice.settings(), before);
    });
    let deadline = Instant::now() + PATIENCE;
    while alice.settings() != wanted {
        assert!(Instant::now() < deadline, "{:?}", alice.settings());
        alice.apply_settings(&wanted).unwrap();
        alice.wait_event(Duration::from_millis(10));
    }
    bob.until(&stopped_speaking("Alice"));
}

#[test]
fn no_single_setter_claims_what_found_no_room() {
    let fixture = Fixture::open();
    let (alice, glue, _bob) = alice_and_bob(&fixture, |alice| alice);
    let before = alice.settings();
    glue.ask_in_a_crowd(&alice, |alice| {
        alice.microphone().set_encoder(EncoderSettings { frame: FrameSize::Ms60, ..before.encoder() });
        alice.microphone().set_quality(Quality::Music);
        alice.microphone().set_capture(CaptureSettings::default());
        alice.microphone().set_activation(ActivationSettings { pre_roll_ms: 7, ..before.activation });
        alice.playback().set_ducking(DuckingSettings { level: 0.25, ..before.ducking });
        alice.playback().set_auto_volume(true);
        alice.playback().set_master_volume(0.5);
        assert_eq!(alice.settings(), before);
        assert!((alice.playback().master_volume() - before.master_volume).abs() < f32::EPSILON);
    });
}

#[test]
fn what_becomes_of_a_text_or_a_moderators_action_is_told_even_if_there_was_no_room_for_it() {
    let fixture = Fixture::open();
    let (alice, glue, _bob) = alice_and_bob(&fixture, |alice| alice);
    let events = alice.subscribe();
    let mut sent = None;
    glue.ask_in_a_crowd(&alice, |alice| {
        sent = alice.player("Bob").send_text("hello").ok();
        alice.player("Bob").moderate(ModeratorAction::Kick, "too loud");
    });
    let told: Vec<_> = events.map(|event| event.kind).collect();
    let is_about_text =
        |kind: &EventKind| matches!(kind, EventKind::TextNotSent { id, .. } if Some(*id) == sent);
    assert!(told.iter().any(is_about_text), "{told:?}");
    let (name, answer) = ("Bob".to_owned(), ModeratorAnswer::Failed);
    assert!(told.contains(&EventKind::Moderated { name, action: ModeratorAction::Kick, answer }), "{told:?}");
}

#[test]
fn stopping_works_under_any_load_of_commands() {
    let fixture = Fixture::open();
    let (alice, glue, _bob) = alice_and_bob(&fixture, |alice| alice);
    let events = alice.subscribe();
    glue.ask_in_a_crowd(&alice, VoiceChat::stop);
    while events.wait(PATIENCE).unwrap().kind != EventKind::Ended(End::Left) {}
}
