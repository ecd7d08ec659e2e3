//! How other players are heard: from where, how loud, or not at all.

use consonance::audio::{DuckingSettings, Pose, SpeakerPlace};
use consonance::{ChannelProperties, EventKind, ProblemKind, Target};

use crate::fixture::Fixture;
use crate::player::{Player, entered, joined, left, started_speaking};
use crate::speech::{Speech, recording};

/// A speaker that never stops, and a listener.
fn pair(fixture: &Fixture) -> (Player, Player) {
    let positional = ChannelProperties { positional: true, ..ChannelProperties::default() };
    let to_lobby = fixture.chat().speak_to(Target::Room("lobby".into()), positional);
    let mut alice = Player::join("Alice", to_lobby);
    let mut bob = Player::join("Bob", fixture.chat().listen_to_room("lobby"));
    alice.until(&entered("Bob", "lobby"));
    alice.voice.microphone().set_input(Speech::endless(&recording(1, 0.5, 2.5)));
    bob.until(&started_speaking("Alice"));
    (alice, bob)
}

/// The sound after a change has come through.
fn hear(bob: &Player) -> (f64, f32) {
    bob.ear.listen_for(0.3);
    bob.ear.clear();
    bob.ear.listen_for(2.0);
    (bob.ear.left_over_right_db(), bob.ear.loudness())
}

fn at(position_m: [f32; 3]) -> SpeakerPlace {
    SpeakerPlace { position_m, ..SpeakerPlace::default() }
}

#[test]
fn a_positional_voice_comes_from_where_its_player_is() {
    let fixture = Fixture::open();
    let (_alice, bob) = pair(&fixture);
    bob.voice.player("Alice").set_place(Some(at([-2.0, 0.0, 0.0])));
    let (nowhere, _) = hear(&bob);
    assert!(nowhere.abs() < 0.1, "without a listener's place it is in the middle: {nowhere} dB");
    bob.voice.playback().set_listener(Some(Pose::default()));
    let (to_the_left, near) = hear(&bob);
    assert!(to_the_left > 6.0, "{to_the_left} dB");
    let unknown = ("Dave".to_owned(), None);
    bob.voice.playback().set_places([unknown, ("Alice".to_owned(), Some(at([20.0, 0.0, 0.0])))]);
    let (to_the_right, far) = hear(&bob);
    assert!(to_the_right < -6.0, "{to_the_right} dB");
    assert!(far < near / 3.0, "{far} far away, {near} near");
    bob.voice.player("Alice").set_place(None);
    let (middle, _) = hear(&bob);
    assert!(middle.abs() < 0.1, "{middle} dB");
}

#[test]
fn a_muted_player_stays_muted_after_coming_back_and_the_others_do_not_notice() {
    let fixture = Fixture::open();
    let (alice, mut bob) = pair(&fixture);
    bob.voice.player("Alice").set_muted(true);
    assert!(hear(&bob).1 < 1e-4);
    alice.voice.leave().unwrap();
    bob.until(&left("Alice"));
    bob.forget();
    let voice = Speech::endless(&recording(1, 0.5, 2.5));
    let _alice = Player::join("Alice", fixture.chat().speak_in_room("lobby").input(voice));
    bob.until(&joined("Alice"));
    bob.until(&started_speaking("Alice"));
    assert!(hear(&bob).1 < 1e-4);
    bob.voice.player("Alice").set_muted(false);
    assert!(hear(&bob).1 > 0.005);
}

#[test]
fn a_quiet_player_is_brought_to_the_loudness_of_the_others_if_that_is_wanted_for_it() {
    let fixture = Fixture::open();
    let (alice, bob) = pair(&fixture);
    let quiet: Vec<f32> = recording(1, 0.5, 2.5).iter().map(|sample| 0.2 * sample).collect();
    alice.voice.microphone().set_input(Speech::endless(&quiet));
    let before = hear(&bob).1;
    bob.voice.playback().set_auto_volume(true);
    bob.voice.player("Alice").set_auto_volume(Some(false));
    bob.voice.player("Alice").set_noise_gate(true);
    let left_alone = hear(&bob).1;
    assert!((left_alone / before - 1.0).abs() < 0.3, "{before} before, {left_alone} left alone");
    bob.voice.player("Alice").set_auto_volume(None);
    let levelled = hear(&bob).1;
    assert!(levelled > 1.25 * before, "{before} before, {levelled} levelled");
}

#[test]
fn others_are_quieter_while_the_player_speaks_or_as_set_and_silent_while_deafened() {
    let fixture = Fixture::open();
    let (_alice, bob) = pair(&fixture);
    let (_, plain) = hear(&bob);
    bob.voice.playback().set_master_volume(0.5);
    let (_, half) = hear(&bob);
    assert!((0.4..0.6).contains(&(half / plain)), "{half} of {plain}");
    bob.voice.playback().set_master_volume(1.0);
    let _channel = bob.voice.room("elsewhere").speak();
    bob.voice.playback().set_ducking(DuckingSettings { level: 0.25, ..DuckingSettings::default() });
    bob.voice.microphone().set_input(Speech::endless(&recording(2, 0.0, 2.0)));
    bob.ear.listen_for(0.5);
    let (_, ducked) = hear(&bob);
    assert!((0.2..0.3).contains(&(ducked / plain)), "{ducked} of {plain}");
    bob.voice.playback().set_deafened(true);
    assert!(hear(&bob).1 < 1e-4);
}

#[test]
fn a_listener_too_far_away_for_the_server_is_still_where_it_is_for_itself() {
    const FAR_M: f32 = 2e7;
    let fixture = Fixture::open();
    let mut alice = Player::join("Alice", fixture.chat().share_position(true));
    let _bob = Player::join("Bob", fixture.chat());
    alice.until(&joined("Bob"));
    let pose = |x| Some(Pose { position_m: [x, 0.0, 0.0], ..Pose::default() });
    alice.voice.player("Bob").set_place(Some(at([FAR_M + 100.0, 0.0, 0.0])));
    alice.voice.playback().set_listener(pose(0.0));
    alice.voice.playback().set_listener(pose(FAR_M));
    alice.until_some("a problem", |kind| {
        matches!(kind, EventKind::Problem { about: ProblemKind::Hearing, .. })
    });
    alice.until_counted("Bob is 100 m away", |_| {
        format!("{:?}", alice.voice.snapshot()).contains("distance_m: Some(100.0)")
    });
}
