//! A session without a network: voice and texts come back.

use consonance::audio::FrameSize;
use consonance::{EventKind, FrameTrace, TextTarget, VoiceChat, VoiceChatBuilder};
use consonance_testing::sound::{UNLIKE, likeness};

use crate::player::{Player, entered, joined, started_speaking, stopped_speaking};
use crate::speech::{Speech, recording};

#[test]
fn what_one_says_to_a_room_is_heard_from_loopback_a_little_later() {
    let speech = recording(1, 0.2, 1.7);
    let chat = VoiceChat::offline().speak_in_room("lobby").input(Speech::once(&speech)).trace_frames();
    let mut alice = Player::join("Alice", chat);
    alice.until(&joined("Loopback"));
    alice.assert_hears("Loopback", &speech);
    let spoken = alice.traces.iter().find_map(|trace| match trace {
        FrameTrace::Sent { spoken_at, .. } => Some(*spoken_at),
        _ => None,
    });
    let repeated = alice.traces.iter().find_map(|trace| match trace {
        FrameTrace::Received { at, .. } => Some(*at),
        _ => None,
    });
    let later = repeated.unwrap().saturating_duration_since(spoken.unwrap());
    assert!(later.as_millis() >= 100, "five frames of 20 ms are collected first: {later:?}");
}

#[test]
fn a_channel_that_is_opened_later_is_repeated_too_and_so_is_what_is_said_to_loopback_itself() {
    let mut alice = Player::join("Alice", VoiceChat::offline());
    let speech = recording(2, 0.2, 1.2);
    for is_room in [true, false] {
        let (room, player) = (alice.voice.room("later"), alice.voice.player("Loopback"));
        let channel = if is_room { room.speak() } else { player.speak() };
        if is_room {
            alice.until(&entered("Loopback", "later"));
        }
        alice.ear.clear();
        alice.voice.microphone().set_input(Speech::once(&speech));
        alice.assert_hears("Loopback", &speech);
        channel.close();
        alice.forget();
    }
}

#[test]
fn a_muted_player_hears_nothing() {
    let speech = recording(1, 0.2, 1.2);
    let mut alice = Player::join("Alice", VoiceChat::offline().speak_in_room("lobby"));
    alice.voice.microphone().set_muted(true);
    alice.voice.microphone().set_input(Speech::once(&speech));
    alice.ear.listen_for(2.0);
    assert!(alice.ear.peak() < 1e-6);
    assert!(!alice.has_seen(&started_speaking("Loopback")));
    assert!(likeness(&speech, &alice.ear.samples()) < UNLIKE);
}

#[test]
fn texts_come_back_from_where_they_were_sent() {
    let mut alice =
        Player::join("Alice", VoiceChat::offline().listen_to_room("lobby").speak_in_room("radio"));
    alice.until(&entered("Loopback", "lobby"));
    let text = |to, text: &str| EventKind::Text { from: "Loopback".into(), to, text: text.into() };
    alice.voice.room("lobby").send_text("to a room that I listen to").unwrap();
    alice.until(&text(TextTarget::Room("lobby".into()), "to a room that I listen to"));
    alice.voice.room("radio").send_text("to one that I only speak to").unwrap();
    alice.until(&text(TextTarget::Player("Alice".into()), "to one that I only speak to"));
    alice.voice.player("Loopback").send_text("to the echo").unwrap();
    alice.until(&text(TextTarget::Player("Alice".into()), "to the echo"));
}

#[test]
fn the_echo_gives_way_to_a_player_of_its_name_and_utterances_end() {
    let speech = recording(3, 0.2, 0.9);
    let chat = VoiceChat::offline().speak_in_room("lobby").input(Speech::once(&speech));
    let mut player = Player::join("Loopback", chat);
    player.until(&started_speaking("Loopback 2"));
    player.until(&stopped_speaking("Loopback 2"));
    player.voice.leave().unwrap();
}

#[test]
fn offline_is_an_address() {
    let chat: VoiceChatBuilder = VoiceChat::to("offline:").unwrap();
    let mut alice = Player::join("Alice", chat);
    alice.until(&joined("Loopback"));
}

#[test]
fn a_player_that_changes_the_length_of_frames_is_repeated_all_the_same() {
    let speech = recording(1, 0.2, 1.2);
    let mut alice = Player::join("Alice", VoiceChat::offline().speak_in_room("lobby"));
    alice.forget();
    let mut wanted = alice.voice.settings();
    wanted.frame = FrameSize::Ms40;
    alice.voice.apply_settings(&wanted).unwrap();
    alice.until(&EventKind::PlayersSynced);
    alice.until(&entered("Loopback", "lobby"));
    alice.ear.clear();
    alice.voice.microphone().set_input(Speech::once(&speech));
    alice.assert_hears("Loopback", &speech);
}
