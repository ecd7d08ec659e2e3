//! Joining, speaking, writing and leaving: events and voice of each player.

use consonance::audio::SAMPLE_RATE_HZ;
use consonance::{EventKind, Fade, TextTarget};
use consonance_testing::sound::{UNLIKE, likeness};

use crate::fixture::Fixture;
use crate::player::{Player, entered, joined, left, started_speaking, stopped_speaking};
use crate::speech::{Speech, recording};

#[test]
fn two_players_speak_at_the_same_time_and_only_they_hear_each_other() {
    let fixture = Fixture::open();
    let mut alice = Player::join("Alice", fixture.chat().listen_to_room("lobby").speak_in_room("lobby"));
    let mut bob = Player::join("Bob", fixture.chat().listen_to_room("lobby").speak_in_room("lobby"));
    let mut carol = Player::join("Carol", fixture.chat().listen_to_room("elsewhere"));
    alice.until(&entered("Bob", "lobby"));
    bob.until(&entered("Alice", "lobby"));

    let (from_alice, from_bob) = (recording(1, 0.2, 2.2), recording(3, 0.2, 2.2));
    alice.voice.microphone().set_input(Speech::once(&from_alice));
    bob.voice.microphone().set_input(Speech::once(&from_bob));
    for (listener, speaker, spoken) in [(&mut alice, "Bob", &from_bob), (&mut bob, "Alice", &from_alice)] {
        listener.until(&started_speaking(speaker));
        listener.assert_hears(speaker, spoken);
    }
    // No player hears itself, and a player outside the conversation hears nothing.
    let own = [likeness(&from_alice, &alice.ear.samples()), likeness(&from_bob, &bob.ear.samples())];
    assert!(own.iter().all(|likeness| *likeness < UNLIKE), "{own:?}");
    assert!(carol.ear.samples().len() > 2 * SAMPLE_RATE_HZ as usize);
    assert!(carol.ear.peak() < 1e-6, "Carol heard something");
    assert!(!carol.has_seen(&started_speaking("Alice")) && !carol.has_seen(&started_speaking("Bob")));
}

#[test]
fn a_whisper_is_heard_by_its_player_alone() {
    let fixture = Fixture::open();
    let mut alice = Player::join("Alice", fixture.chat().listen_to_room("lobby").speak_to_player("Bob"));
    let mut bob = Player::join("Bob", fixture.chat());
    let carol = Player::join("Carol", fixture.chat().listen_to_room("lobby"));
    alice.until(&joined("Bob"));

    let whisper = recording(2, 0.2, 1.7);
    alice.voice.microphone().set_input(Speech::once(&whisper));
    bob.assert_hears("Alice", &whisper);
    assert!(carol.ear.peak() < 1e-6, "Carol heard the whisper");
}

#[test]
fn a_text_reaches_a_room_or_a_player() {
    let fixture = Fixture::open();
    let mut alice = Player::join("Alice", fixture.chat());
    let mut bob = Player::join("Bob", fixture.chat().listen_to_room("lobby"));
    let mut carol = Player::join("Carol", fixture.chat());
    alice.until(&entered("Bob", "lobby"));
    alice.until(&joined("Carol"));

    let text = |to, text: &str| EventKind::Text { from: "Alice".into(), to, text: text.into() };
    alice.voice.room("lobby").send_text("to the room").unwrap();
    bob.until(&text(TextTarget::Room("lobby".into()), "to the room"));
    alice.voice.player("Carol").send_text("to Carol").unwrap();
    let to_carol = text(TextTarget::Player("Carol".into()), "to Carol");
    carol.until(&to_carol);
    assert!(!carol.has_seen(&text(TextTarget::Room("lobby".into()), "to the room")));
    assert!(!bob.has_seen(&to_carol));
}

#[test]
fn leaving_is_seen_by_the_others() {
    let fixture = Fixture::open();
    let mut alice = Player::join("Alice", fixture.chat());
    let bob = Player::join("Bob", fixture.chat().listen_to_room("lobby"));
    alice.until(&joined("Bob"));
    alice.until(&entered("Bob", "lobby"));
    bob.voice.leave().unwrap();
    alice.until(&EventKind::ExitedRoom { name: "Bob".into(), room: "lobby".into() });
    alice.until(&left("Bob"));
}

#[test]
fn an_input_that_ends_closes_its_channel_at_once() {
    let fixture = Fixture::open();
    let mut alice = Player::join("Alice", fixture.chat().speak_in_room("lobby"));
    let mut bob = Player::join("Bob", fixture.chat().listen_to_room("lobby").trace_frames());
    alice.until(&entered("Bob", "lobby"));
    alice.voice.microphone().set_input(Speech::once(&recording(2, 0.2, 0.7)));
    let stopped = bob.until(&stopped_speaking("Alice"));
    // The last frame is marked as such: there is no time-out.
    let last = bob.last_received_from("Alice");
    assert_eq!(stopped.at, last);
}

#[test]
fn the_fade_of_a_channel_can_be_changed_while_one_speaks_over_it() {
    let fixture = Fixture::open();
    let alice = Player::join("Alice", fixture.chat().input(Speech::endless(&recording(1, 0.5, 2.5))));
    let channel = alice.voice.room("lobby").speak();
    let is_at = |volume: f32| {
        let heard = channel.state();
        heard.is_some_and(|heard| heard.is_open && (heard.volume - volume).abs() < 1e-3)
    };
    alice.until_counted("the channel is open, and as loud as it can be", |_| is_at(1.0));
    channel.set_fade(Fade { volume: 0.25, ..Fade::NONE });
    alice.until_counted("it is a quarter as loud", |_| is_at(0.25));
}
