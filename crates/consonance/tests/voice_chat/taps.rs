//! Live sound from taps, and recordings of it on one time line.

use consonance::audio::{CaptureSettings, RecordingSettings, SAMPLE_RATE_HZ, WavInput};
use consonance::{Recorder, TapSource};
use consonance_testing::folder::path_of_test;
use consonance_testing::sound::{ALIKE, UNLIKE, likeness, place_of};

use crate::fixture::Fixture;
use crate::player::{Player, entered, stopped_speaking};
use crate::speech::{Speech, recording};

#[test]
fn a_conversation_is_recorded_with_every_voice_in_a_file_of_its_own() {
    let fixture = Fixture::open();
    let cleaned = CaptureSettings { automatic_gain: false, ..CaptureSettings::default() };
    let chat = fixture.chat().listen_to_room("lobby").speak_in_room("lobby");
    let mut alice = Player::join("Alice", chat.capture(cleaned));
    let mut bob = Player::join("Bob", fixture.chat().listen_to_room("lobby").speak_in_room("lobby"));
    alice.until(&entered("Bob", "lobby"));
    bob.until(&entered("Alice", "lobby"));

    let mut recorder = Recorder::start(path_of_test("taps"), RecordingSettings::default()).unwrap();
    let microphone = alice.voice.microphone();
    for tap in [
        alice.voice.playback().tap(),
        alice.voice.player("Bob").tap(),
        microphone.tap_raw(),
        microphone.tap(),
    ] {
        recorder.add(tap).unwrap();
    }
    let (from_alice, from_bob) = (recording(1, 0.2, 2.2), recording(3, 0.2, 2.2));
    bob.voice.microphone().set_input(Speech::once(&from_bob));
    alice.until(&stopped_speaking("Bob"));
    alice.voice.microphone().set_input(Speech::once(&from_alice));
    bob.until(&stopped_speaking("Alice"));
    alice.ear.listen_for(0.3);
    alice.voice.leave().unwrap();

    let tracks = recorder.stop().unwrap();
    let sounds: Vec<_> = tracks.iter().map(|tap| WavInput::open(&tap.track.path).unwrap()).collect();
    let [mix, bobs_voice, raw, processed] = &sounds[..] else { panic!("{tracks:?}") };
    assert!(likeness(&from_bob, mix.samples()) > ALIKE);
    assert!(likeness(&from_bob, bobs_voice.samples()) > ALIKE);
    assert!(likeness(&from_alice, raw.samples()) > ALIKE);
    assert!(likeness(&from_alice, processed.samples()) > ALIKE);
    assert!(likeness(&from_alice, mix.samples()) < UNLIKE, "a player does not hear its own voice");
    // One time line: Alice's speech is at the same position before and after the chain, and after Bob's.
    let [before, after] = [raw, processed].map(|sound| place_of(&from_alice, sound.samples()));
    assert!(before.abs_diff(after) < 240, "{before} and {after}");
    let loud = |sound: &WavInput| sound.samples().iter().position(|sample| sample.abs() > 0.05).unwrap();
    assert!(loud(raw) > loud(bobs_voice) + SAMPLE_RATE_HZ as usize);
    assert!(loud(mix).abs_diff(loud(bobs_voice)) < 480);
}

#[test]
fn one_call_records_all_players_also_those_that_join_later() {
    let fixture = Fixture::open();
    let mut alice = Player::join("Alice", fixture.chat().listen_to_room("lobby").speak_in_room("lobby"));
    let mut bob = Player::join("Bob", fixture.chat().listen_to_room("lobby").speak_in_room("lobby"));
    alice.until(&entered("Bob", "lobby"));
    bob.until(&entered("Alice", "lobby"));
    let mut recorder = Recorder::start(path_of_test("everyone"), RecordingSettings::default()).unwrap();
    recorder.add_all(&alice.voice).unwrap();

    let mut carol = Player::join("Carol", fixture.chat().speak_in_room("lobby"));
    carol.until(&entered("Alice", "lobby"));
    let (from_alice, from_bob, from_carol) =
        (recording(1, 0.2, 2.2), recording(3, 0.2, 2.2), recording(2, 0.2, 2.2));
    alice.voice.microphone().set_input(Speech::once(&from_alice));
    bob.until(&stopped_speaking("Alice"));
    // A player that speaks as soon as it has joined can be recorded only from its second word on.
    for (player, spoken) in [(&bob, &from_bob), (&carol, &from_carol)] {
        player.voice.microphone().set_input(Speech::once(spoken));
    }
    alice.until(&stopped_speaking("Bob"));
    alice.until(&stopped_speaking("Carol"));
    alice.ear.listen_for(0.8);
    alice.voice.leave().unwrap();

    let tracks = recorder.stop().unwrap();
    let track = |source: &TapSource| {
        let track = tracks.iter().find(|track| track.source == *source);
        let track = track.unwrap_or_else(|| panic!("{source:?} is not among {tracks:?}"));
        WavInput::open(&track.track.path).unwrap()
    };
    assert_eq!(tracks.len(), 4, "{tracks:?}");
    let speaker = |name: &str| track(&TapSource::Player(name.into()));
    assert!(likeness(&from_alice, track(&TapSource::ProcessedMicrophone).samples()) > ALIKE);
    assert!(likeness(&from_bob, speaker("Bob").samples()) > ALIKE);
    assert!(likeness(&from_carol, speaker("Carol").samples()) > ALIKE);
    assert!(track(&TapSource::Mix).samples().iter().any(|sample| sample.abs() > 0.05));
}

#[test]
fn a_dropped_tap_and_one_on_an_absent_player_cost_nothing() {
    let fixture = Fixture::open();
    let bob = Player::join("Bob", fixture.chat().listen_to_room("lobby"));
    drop(bob.voice.playback().tap());
    let mut unknown = bob.voice.player("Dave").tap();
    let mut mix = bob.voice.playback().tap();
    bob.ear.listen_for(0.5);
    assert_eq!(unknown.poll(), None);
    let first = mix.poll().unwrap().position;
    assert_eq!(mix.poll().unwrap().position.0, first.0 + 480);
    bob.voice.leave().unwrap();
    while mix.poll().is_some() {}
    assert!(mix.is_finished() && unknown.is_finished());
}
