//! Players as objects: their state, and settings that belong to their names; rooms that are counted; clones of a
//! handle.

use std::sync::mpsc::sync_channel;
use std::thread;
use std::time::{Duration, Instant};

use consonance::{ChannelProperties, Priority, SpeakingChannel, SpeakingTarget, Target};

use crate::fixture::Fixture;
use crate::player::{PATIENCE, Player, entered, exited, joined, left, started_speaking, stopped_speaking};
use crate::speech::{Speech, recording};

/// Waits for a condition that becomes true by itself.
fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "never: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_player_tells_its_rooms_whether_it_speaks_over_what_and_how_loud() {
    let fixture = Fixture::open();
    let properties = ChannelProperties { positional: true, priority: Some(Priority::High), amplitude: 0.5 };
    let chat = fixture
        .chat()
        .speak_to(Target::Room("lobby".into()), properties)
        .listen_to_room("b")
        .listen_to_room("a");
    let mut alice = Player::join("Alice", chat);
    let mut bob = Player::join("Bob", fixture.chat().listen_to_room("lobby"));
    bob.until(&entered("Alice", "b"));
    let seen = bob.voice.player_state("Alice").unwrap();
    assert_eq!((seen.name(), seen.rooms()), ("Alice", vec!["a".to_owned(), "b".to_owned()]));
    assert!(seen.is_connected() && !seen.is_local() && !seen.is_speaking());
    assert_eq!((seen.priority(), seen.amplitude(), seen.packet_loss()), (None, 0.0, None));
    assert!(bob.voice.top_priority_speaker().is_none());

    alice.until(&entered("Bob", "lobby"));
    alice.voice.microphone().set_input(Speech::endless(&recording(1, 0.5, 2.5)));
    bob.until(&started_speaking("Alice"));
    until("loud", || seen.amplitude() > 0.01);
    assert!(seen.is_speaking() && seen.is_positional());
    assert_eq!(seen.priority(), Some(Priority::High));
    assert_eq!(bob.voice.top_priority_speaker().unwrap().name(), "Alice");
    let heard = seen.speaking_channels();
    let [
        SpeakingChannel {
            target: SpeakingTarget::Room(room),
            positional: true,
            priority: Priority::High,
            amplitude,
        },
    ] = &heard[..]
    else {
        panic!("{heard:?}")
    };
    assert!(room == "lobby" && (amplitude - 0.5).abs() < 0.01);
    until("a whole window of frames", || seen.packet_loss() == Some(0.0));
    assert_eq!(bob.voice.playback().packet_loss(), Some(0.0));

    let me = alice.voice.local_player();
    assert!(me.is_local() && me.is_connected() && me.is_speaking());
    assert_eq!(me.rooms(), ["a", "b"]);
    until("my own channels", || me.speaking_channels().len() == 1);
    until("my own voice", || me.amplitude() > 0.01);
    bob.voice.player("Alice").set_muted(true);
    until("muted", || seen.is_muted() && seen.priority().is_none());
    assert!(bob.voice.top_priority_speaker().is_none(), "who is muted here does not count");
}

#[test]
fn a_player_that_comes_back_is_another_with_the_former_volume_and_mute() {
    let fixture = Fixture::open();
    let alice = Player::join("Alice", fixture.chat());
    let mut bob = Player::join("Bob", fixture.chat());
    let player = bob.voice.player("Alice");
    let first = player.state().unwrap();
    let what_happens = player.subscribe();
    player.set_volume(0.25);
    player.set_muted(true);
    alice.voice.leave().unwrap();
    bob.until(&left("Alice"));
    assert!(!first.is_connected() && player.state().is_none());
    bob.forget();
    let _alice = Player::join("Alice", fixture.chat().listen_to_room("lobby"));
    bob.until(&entered("Alice", "lobby"));
    let second = player.state().unwrap();
    assert!(second.is_connected() && !first.is_connected());
    assert!(second.is_muted() && (second.volume() - 0.25).abs() < 1e-6);
    let kinds: Vec<_> = what_happens.map(|event| event.kind).collect();
    assert_eq!(kinds, [left("Alice"), joined("Alice"), entered("Alice", "lobby")]);
}

#[test]
fn a_player_without_a_name_gets_a_unique_one() {
    let fixture = Fixture::open();
    let chats = [fixture.chat().start().unwrap(), fixture.chat().start().unwrap()];
    let names = chats.each_ref().map(|chat| chat.local_player().name().to_owned());
    assert_ne!(names[0], names[1]);
    until("they see each other", || {
        chats[0].player_state(&names[1]).is_some() && chats[1].player_state(&names[0]).is_some()
    });
}

#[test]
fn all_players_are_listed_the_local_one_first() {
    let fixture = Fixture::open();
    let bob = Player::join("Bob", fixture.chat());
    let _carol = Player::join("Carol", fixture.chat());
    let mut alice = Player::join("Alice", fixture.chat());
    alice.until(&joined("Bob"));
    until("all are known", || bob.voice.players().len() == 3);
    let names: Vec<_> = bob.voice.players().iter().map(|player| player.name().to_owned()).collect();
    assert_eq!(names, ["Bob", "Alice", "Carol"]);
    assert_eq!(bob.voice.other_player_count(), 2);
    alice.voice.leave().unwrap();
    until("one less", || bob.voice.players().len() == 2);
    assert_eq!(bob.voice.other_player_count(), 1);
}

#[test]
fn a_room_that_was_joined_twice_is_left_at_the_second_time() {
    let fixture = Fixture::open();
    let alice = Player::join("Alice", fixture.chat().listen_to_room("lobby"));
    let mut bob = Player::join("Bob", fixture.chat());
    bob.until(&entered("Alice", "lobby"));
    alice.voice.room("lobby").listen();
    alice.voice.room("lobby").stop_listening();
    alice.voice.room("other").listen();
    bob.until(&entered("Alice", "other"));
    assert!(!bob.has_seen(&exited("Alice", "lobby")), "it is still joined once");
    alice.voice.room("lobby").stop_listening();
    bob.until(&exited("Alice", "lobby"));
    until("one room is left", || alice.voice.local_player().rooms() == ["other"]);
}

#[test]
fn the_chat_ends_with_its_last_handle() {
    let fixture = Fixture::open();
    let mut alice = Player::join("Alice", fixture.chat());
    let bob = Player::join("Bob", fixture.chat());
    alice.until(&joined("Bob"));
    let (clone, me, bob_of_alice) =
        (bob.voice.clone(), alice.voice.local_player(), alice.voice.player("Bob"));
    drop(bob);
    alice.voice.player("Bob").send_text("still there?").unwrap();
    let answer = clone.wait_event(PATIENCE);
    assert!(answer.is_some() && clone.is_running());
    drop(clone);
    alice.until(&left("Bob"));
    drop(alice);
    assert!(!me.is_connected(), "handles do not keep the chat running");
    assert!(bob_of_alice.state().is_none());
    assert!(bob_of_alice.subscribe().next().is_none());
}

#[test]
fn a_callback_is_told_everything_even_if_others_poll() {
    let fixture = Fixture::open();
    let (sender, told) = sync_channel(1000);
    let chat = fixture.chat().on_event(move |event| sender.send(event.kind).unwrap());
    let mut alice = Player::join("Alice", chat);
    let voice = Speech::once(&recording(1, 0.5, 1.0));
    let bob = Player::join("Bob", fixture.chat().speak_to_player("Alice").input(voice));
    alice.until(&stopped_speaking("Bob"));
    drop((alice, bob));
    let told: Vec<_> = told.iter().collect();
    for expected in [joined("Bob"), started_speaking("Bob"), stopped_speaking("Bob")] {
        assert!(told.contains(&expected), "{expected:?} in {told:?}");
    }
    assert!(matches!(told.last(), Some(consonance::EventKind::Ended(_))), "then it is dropped");
}

#[test]
fn a_top_priority_silences_all_below_and_the_own_can_be_changed() {
    let fixture = Fixture::open();
    let talking = || fixture.chat().speak_in_room("lobby").input(Speech::endless(&recording(1, 0.5, 2.5)));
    let alice = Player::join("Alice", talking());
    let _carol = Player::join("Carol", talking());
    let mut bob = Player::join("Bob", fixture.chat().listen_to_room("lobby"));
    bob.until(&started_speaking("Carol"));
    alice.voice.microphone().set_priority(Priority::Medium);
    assert_eq!(alice.voice.microphone().priority(), Priority::Medium);
    until("Alice is above", || {
        bob.voice.top_priority_speaker().is_some_and(|player| player.name() == "Alice")
    });
    let unheard = |name: &str| {
        let statistics = bob.voice.statistics();
        let row = statistics.speakers.iter().find(|speaker| speaker.name == name);
        row.and_then(|speaker| speaker.reception.unheard)
    };
    until("Carol is outranked", || unheard("Carol") == Some(consonance::audio::Unheard::Outranked));
    assert_eq!(unheard("Alice"), None);
}
