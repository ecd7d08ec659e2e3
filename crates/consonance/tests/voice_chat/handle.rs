//! The handle that a game holds: used from any thread, neglected, dropped; and sound that fails.

use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use consonance::audio::{Output, OutputError, StereoBlock};
use consonance::transport::memory::MemoryNetwork;
use consonance::{End, EventKind, TextTarget, VoiceChat, WaitJoinedError};

use crate::fixture::Fixture;
use crate::player::{PATIENCE, Player, entered, joined, left, started_speaking, stopped_speaking};
use crate::speech::{Speech, recording};

#[test]
fn a_game_that_never_asks_for_events_loses_only_events_and_learns_how_many() {
    const ASKED: usize = 80_000;
    let fixture = Fixture::open();
    let mut alice = Player::join("Alice", fixture.chat());
    let mut bob = Player::join("Bob", fixture.chat());
    alice.until(&joined("Bob"));
    // Each of these is answered with one event: there is no such player, or too many commands.
    for _ in 0..ASKED {
        alice.voice.player("Dave").send_text("hello").unwrap();
    }
    // The queue of commands may remain full for a moment.
    let text = EventKind::Text {
        from: "Alice".into(),
        to: TextTarget::Player("Bob".into()),
        text: "still here".into(),
    };
    let deadline = Instant::now() + PATIENCE;
    while !bob.has_seen(&text) {
        assert!(Instant::now() < deadline, "nothing she says arrives");
        alice.voice.player("Bob").send_text("still here").unwrap();
        thread::sleep(Duration::from_millis(10));
    }
    let dropped = alice.voice.events_dropped() as usize;
    let waiting = std::iter::from_fn(|| alice.voice.poll_event()).count();
    assert!(dropped > 0, "there is a bound");
    assert!(waiting + dropped >= ASKED, "{waiting} waited and {dropped} were dropped");
}

#[test]
fn a_game_can_wait_for_its_session_and_learns_why_it_is_not_in_it() {
    let fixture = Fixture::open();
    let chat = fixture.chat().name("Alice").start().unwrap();
    chat.wait_joined(PATIENCE).unwrap();
    chat.wait_joined(Duration::ZERO).unwrap();
    assert!(chat.events().any(|event| event.kind == EventKind::Joined), "the events are still there");
    let ended = chat.clone();
    chat.leave().unwrap();
    assert_eq!(ended.wait_joined(PATIENCE), Err(WaitJoinedError::Ended(End::Left)));

    let nobody = MemoryNetwork::new();
    let waiting = VoiceChat::over(Box::new(nobody.client("main"))).retry_first_connect().start().unwrap();
    let waited = Duration::from_millis(50);
    assert_eq!(waiting.wait_joined(waited), Err(WaitJoinedError::TimedOut { waited }));
}

#[test]
fn dropping_the_handle_leaves_the_session() {
    let fixture = Fixture::open();
    let mut alice = Player::join("Alice", fixture.chat());
    let bob = Player::join("Bob", fixture.chat());
    alice.until(&joined("Bob"));
    let ear = bob.ear.clone();
    drop(bob);
    assert!(ear.is_finished());
    alice.until(&left("Bob"));
}

#[test]
fn leaving_finishes_the_output_and_gives_the_last_events() {
    let fixture = Fixture::open();
    let alice = Player::join("Alice", fixture.chat());
    let events = alice.voice.leave().unwrap();
    assert!(alice.ear.is_finished());
    assert_eq!(events.last().map(|event| event.kind.clone()), Some(EventKind::Ended(End::Left)));
}

#[test]
fn commands_may_come_from_any_thread() {
    let fixture = Fixture::open();
    let alice = Player::join("Alice", fixture.chat());
    let mut bob = Player::join("Bob", fixture.chat());
    let rooms: Vec<String> = (0..4).map(|number| format!("room {number}")).collect();
    let voice = &alice.voice;
    thread::scope(|scope| {
        for room in &rooms {
            scope.spawn(move || voice.room(room).listen());
        }
    });
    for room in &rooms {
        bob.until(&entered("Alice", room));
    }
}

#[test]
fn channels_opened_from_many_threads_are_told_apart() {
    let fixture = Fixture::open();
    let mut alice = Player::join("Alice", fixture.chat().input(Speech::endless(&recording(1, 0.2, 1.2))));
    let mut bob = Player::join("Bob", fixture.chat().listen_to_room("kept").listen_to_room("closed"));
    alice.until(&entered("Bob", "closed"));
    let voice = &alice.voice;
    let open = |room: &str| voice.room(room).speak();
    thread::scope(|scope| {
        scope.spawn(|| open("kept").detach());
        scope.spawn(|| drop(open("closed")));
    });
    bob.until(&started_speaking("Alice"));
    bob.forget();
    bob.ear.clear();
    bob.ear.listen_for(0.5);
    assert!(bob.ear.peak() > 0.0, "the other channel goes on");
}

#[test]
fn a_channel_that_is_dropped_closes_and_a_detached_one_stays_open() {
    let fixture = Fixture::open();
    let mut alice = Player::join("Alice", fixture.chat().input(Speech::endless(&recording(1, 0.2, 1.2))));
    let mut bob = Player::join("Bob", fixture.chat().listen_to_room("lobby"));
    alice.until(&entered("Bob", "lobby"));
    let lobby = alice.voice.room("lobby");
    let (first, second) = (lobby.speak(), lobby.speak());
    assert!(first.id() != second.id() && first.id() > 0);
    bob.until(&started_speaking("Alice"));
    drop((first, second));
    bob.until(&stopped_speaking("Alice"));
    bob.forget();
    lobby.speak().detach();
    bob.until(&started_speaking("Alice"));
    bob.ear.clear();
    bob.ear.listen_for(0.5);
    assert!(bob.ear.peak() > 0.0 && !bob.has_seen(&stopped_speaking("Alice")));
}

#[test]
fn handles_of_a_chat_that_has_ended_do_nothing() {
    let fixture = Fixture::open();
    let alice = Player::join("Alice", fixture.chat());
    let (room, bob, microphone) =
        (alice.voice.room("lobby"), alice.voice.player("Bob"), alice.voice.microphone());
    let channel = room.speak();
    alice.voice.leave().unwrap();
    room.listen();
    bob.set_volume(0.5);
    microphone.set_muted(true);
    assert!(room.send_text("hello").is_ok() && microphone.is_muted());
    assert_eq!((channel.state(), room.speak().state()), (None, None));
    assert!(bob.state().is_none() && !bob.verify());
    channel.close();
}

/// Why a game's own sound engine fails.
#[derive(Debug, PartialEq)]
struct EngineLost {
    code: u32,
}

impl std::fmt::Display for EngineLost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the sound engine was lost with code {}", self.code)
    }
}

impl std::error::Error for EngineLost {}

#[test]
fn a_debug_print_of_a_handle_is_short() {
    let fixture = Fixture::open();
    let alice = Player::join("Alice", fixture.chat());
    let _bob = Player::join("Bob", fixture.chat());
    let voice = &alice.voice;
    let (tap, room) = (voice.playback().tap(), voice.room("lobby"));
    let (channel, bob) = (room.speak(), voice.player("Bob"));
    for print in [
        format!("{:?}", fixture.chat()),
        format!("{voice:?}"),
        format!("{tap:?}"),
        format!("{room:?} {channel:?} {bob:?}"),
        format!("{:?} {:?} {:?}", voice.microphone(), voice.playback(), voice.encryption()),
        format!("{:?}", voice.local_player()),
    ] {
        assert!(print.len() <= 200, "{} bytes: {print}", print.len());
    }
}

/// An output that breaks after ten blocks.
struct Breaking(usize);

impl Output for Breaking {
    fn write(&mut self, _block: &StereoBlock) -> Result<(), OutputError> {
        self.0 += 1;
        if self.0 > 10 { Err(OutputError::other(EngineLost { code: 7 })) } else { Ok(()) }
    }

    fn finish(&mut self) -> Result<(), OutputError> {
        Ok(())
    }
}

#[test]
fn an_output_that_fails_ends_the_chat_with_its_reason_and_the_others_see_it_leave() {
    let fixture = Fixture::open();
    let mut alice = Player::join("Alice", fixture.chat());
    let chat = fixture.chat().name("Bob").output(Box::new(Breaking(0))).start().unwrap();
    let deadline = Instant::now() + PATIENCE;
    while chat.is_running() {
        assert!(Instant::now() < deadline, "it goes on");
        thread::sleep(Duration::from_millis(5));
    }
    let clone = chat.clone();
    let end = chat.leave().unwrap_err();
    let End::Output(failure) = &end else { panic!("{end}") };
    let OutputError::Other(reason) = failure.error() else { panic!("{failure}") };
    assert_eq!(reason.downcast_ref::<EngineLost>(), Some(&EngineLost { code: 7 }));
    assert!(end.to_string().contains("the sound engine was lost with code 7"), "{end}");
    assert_eq!(clone.events().last().map(|event| event.kind), Some(EventKind::Ended(end)));
    alice.until(&left("Bob"));
}

/// An output that panics when it is told to.
struct Panicking(Receiver<()>);

impl Output for Panicking {
    fn write(&mut self, _block: &StereoBlock) -> Result<(), OutputError> {
        assert!(self.0.try_recv().is_err(), "this output has a fault");
        Ok(())
    }

    fn finish(&mut self) -> Result<(), OutputError> {
        Ok(())
    }
}

#[test]
fn an_output_that_panics_ends_the_chat_alone_and_the_game_is_told() {
    let fixture = Fixture::open();
    let _alice = Player::join("Alice", fixture.chat().listen_to_room("lobby"));
    let (sender, orders) = sync_channel(1);
    let chat =
        fixture.chat().name("Bob").speak_in_room("lobby").input(Speech::endless(&recording(1, 0.5, 1.5)));
    let chat = chat.output(Box::new(Panicking(orders))).start().unwrap();
    while chat.wait_event(PATIENCE).unwrap().kind != joined("Alice") {}
    let alice = chat.player_state("Alice").unwrap();
    sender.send(()).unwrap();
    assert_eq!(end_of(&chat), Some(End::Panicked));
    assert!(!alice.is_connected() && !chat.local_player().is_connected(), "no player is here any more");
    assert_eq!(chat.players().len(), 1);
    assert!(!chat.microphone().is_transmitting() && !chat.local_player().is_speaking());
    assert_eq!(chat.leave().unwrap_err(), End::Panicked);
}

/// How a chat ended, if it has.
fn end_of(chat: &VoiceChat) -> Option<End> {
    let mut events = std::iter::from_fn(|| chat.wait_event(PATIENCE));
    events.find_map(|event| match event.kind {
        EventKind::Ended(end) => Some(end),
        _ => None,
    })
}

/// An output that drops whatever handle it is given.
struct Dropping(Receiver<VoiceChat>);

impl Output for Dropping {
    fn write(&mut self, _block: &StereoBlock) -> Result<(), OutputError> {
        drop(self.0.try_recv());
        Ok(())
    }

    fn finish(&mut self) -> Result<(), OutputError> {
        Ok(())
    }
}

#[test]
fn the_last_handle_may_be_dropped_by_the_output_and_then_the_chat_ends_as_well() {
    let fixture = Fixture::open();
    let mut alice = Player::join("Alice", fixture.chat());
    let (sender, handles) = sync_channel(1);
    let bob = fixture.chat().name("Bob").output(Box::new(Dropping(handles))).start().unwrap();
    alice.until(&joined("Bob"));
    let events = bob.subscribe();
    sender.send(bob).unwrap();
    let told = std::iter::from_fn(|| events.wait(PATIENCE));
    assert_eq!(told.last().map(|event| event.kind), Some(EventKind::Ended(End::Left)));
    alice.until(&left("Bob"));
}
