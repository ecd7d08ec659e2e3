//! The log of a chat. A test program of its own, because interest in events is cached process-wide.

#![expect(clippy::unwrap_used, reason = "what is not as expected fails the test")]

#[path = "voice_chat/glue.rs"]
mod glue;

use std::cell::RefCell;
use std::sync::{LazyLock, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use consonance::audio::{Output, OutputError, StereoBlock, WavInput};
use consonance::transport::memory::MemoryNetwork;
use consonance::{End, EventKind, ProblemKind, VoiceChat, VoiceChatBuilder};
use consonance_server::{DedicatedServer, SessionLoop, SessionsSettings};
use consonance_testing::sound::recording;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

use crate::glue::sticky;

/// Generous: machines that run tests are busy.
const PATIENCE: Duration = Duration::from_mins(2);

/// A line of the log: the chat, the level, the category.
type Line = (String, Level, String);

static LINES: Mutex<Vec<Line>> = Mutex::new(Vec::new());

/// Set before anything is logged.
static CONSOLE: LazyLock<()> = LazyLock::new(|| tracing::subscriber::set_global_default(Console).unwrap());

thread_local! {
    /// The chat whose settings are shown beside each line of this thread.
    static SHOWN: RefCell<Option<VoiceChat>> = const { RefCell::new(None) };
}

/// A game's console.
struct Console;

impl Subscriber for Console {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut player = Player(None);
        event.record(&mut player);
        SHOWN.with_borrow(|shown| shown.as_ref().map(VoiceChat::settings));
        let Some(player) = player.0 else { return };
        let metadata = event.metadata();
        LINES.lock().unwrap().push((player, *metadata.level(), metadata.target().to_owned()));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// The player that an event is about.
struct Player(Option<String>);

impl Visit for Player {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "player" {
            self.0 = Some(value.to_owned());
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}

fn lines_of(player: &str) -> Vec<(Level, String)> {
    let lines = LINES.lock().unwrap();
    let own = lines.iter().filter(|(whose, ..)| whose == player);
    own.map(|(_, level, category)| (*level, category.clone())).collect()
}

#[test]
fn every_event_is_logged_in_its_category() {
    let (network, _server) = fixture();
    let alice = player(&network, "Alice").listen_to_room("lobby").start().unwrap();
    until(&alice, |kind| *kind == EventKind::Joined);
    let speech = WavInput::open(recording(1)).unwrap();
    let bob = player(&network, "Bob").speak_in_room("lobby").input(Box::new(speech)).start().unwrap();
    until(&alice, |kind| *kind == EventKind::StartedSpeaking { name: "Bob".into() });
    bob.room("x".repeat(70_000)).listen();
    until(&bob, |kind| matches!(kind, EventKind::Problem { about: ProblemKind::Room, .. }));
    let other_bob = player(&network, "Bob").start().unwrap();
    until(&other_bob, |kind| matches!(kind, EventKind::Ended(End::NoConnection(_))));

    let has_logged = |player: &str, level: Level, category: &str| {
        let lines = lines_of(player);
        assert!(lines.contains(&(level, category.to_owned())), "{category} {level} of {player}: {lines:?}");
    };
    has_logged("Alice", Level::INFO, "consonance::network");
    has_logged("Alice", Level::TRACE, "consonance::core");
    has_logged("Alice", Level::TRACE, "consonance::playback");
    has_logged("Bob", Level::DEBUG, "consonance::recording");
    has_logged("Bob", Level::WARN, "consonance::core");
    has_logged("Bob", Level::ERROR, "consonance::core");
}

#[test]
fn a_chat_that_is_to_speak_without_an_input_is_warned_of() {
    let (network, _server) = fixture();
    let is_warned = |name: &str| {
        let lines = lines_of(name);
        lines.contains(&(Level::WARN, "consonance::recording".to_owned()))
    };
    let mute = player(&network, "Mute").speak_in_room("lobby").start().unwrap();
    let listener = player(&network, "Listener").listen_to_room("lobby").start().unwrap();
    until(&listener, |kind| *kind == EventKind::Joined);
    until(&mute, |kind| *kind == EventKind::Joined);
    assert!(is_warned("Mute"), "{:?}", lines_of("Mute"));
    assert!(!is_warned("Listener"), "{:?}", lines_of("Listener"));
}

#[test]
fn a_log_writer_can_read_the_settings_while_they_are_being_set() {
    let (network, _server) = fixture();
    let (output, glue) = sticky();
    let carol = player(&network, "Carol").output(Box::new(output)).start().unwrap();
    until(&carol, |kind| *kind == EventKind::Joined);
    glue.ask_in_a_crowd(&carol, |carol| {
        let before = lines_of("Carol").len();
        let setter = thread::spawn({
            let carol = carol.clone();
            move || {
                SHOWN.set(Some(carol.clone()));
                carol.playback().set_auto_volume(true);
            }
        });
        let deadline = Instant::now() + PATIENCE;
        while !setter.is_finished() {
            assert!(Instant::now() < deadline, "the setter waits for itself");
            thread::sleep(Duration::from_millis(2));
        }
        assert!(lines_of("Carol").len() > before, "that there was no room is in the log");
    });
}

/// An output that takes longer for a block than the block lasts, as in a debug build of a game.
struct SlowOutput;

impl Output for SlowOutput {
    fn write(&mut self, _block: &StereoBlock) -> Result<(), OutputError> {
        thread::sleep(Duration::from_millis(15));
        Ok(())
    }

    fn finish(&mut self) -> Result<(), OutputError> {
        Ok(())
    }
}

#[test]
fn a_chat_that_is_too_slow_says_so_once_and_is_told_of_speakers_that_stopped() {
    let (network, _server) = fixture();
    let dora = player(&network, "Dora").listen_to_room("lobby").output(Box::new(SlowOutput)).start().unwrap();
    until(&dora, |kind| *kind == EventKind::Joined);
    let speech = WavInput::open(recording(1)).unwrap();
    let _emil = player(&network, "Emil").speak_in_room("lobby").input(Box::new(speech)).start().unwrap();
    until(&dora, |kind| *kind == EventKind::StartedSpeaking { name: "Emil".into() });
    until(&dora, |kind| *kind == EventKind::StoppedSpeaking { name: "Emil".into() });
    let warnings = || {
        let lines = lines_of("Dora");
        lines.iter().filter(|line| **line == (Level::WARN, "consonance::core".to_owned())).count()
    };
    let deadline = Instant::now() + PATIENCE;
    while warnings() == 0 {
        assert!(Instant::now() < deadline, "it says nothing");
        thread::sleep(Duration::from_millis(20));
    }
    dora.leave().unwrap();
    assert_eq!(warnings(), 1);
}

/// An empty session.
fn fixture() -> (MemoryNetwork, DedicatedServer) {
    LazyLock::force(&CONSOLE);
    let network = MemoryNetwork::new();
    let mut server = SessionLoop::new(&SessionsSettings::new(["main"]).unwrap());
    server.add_network(Box::new(network.listen()));
    (network, DedicatedServer::start(server))
}

fn player(network: &MemoryNetwork, name: &str) -> VoiceChatBuilder {
    VoiceChat::over(Box::new(network.client("main"))).name(name)
}

fn until(voice: &VoiceChat, is_it: impl Fn(&EventKind) -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !voice.wait_event(PATIENCE).is_some_and(|event| is_it(&event.kind)) {
        assert!(Instant::now() < deadline, "it never comes");
    }
}
