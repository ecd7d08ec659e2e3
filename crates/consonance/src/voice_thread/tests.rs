//! The voice thread's turns, at times chosen by the test, over networks in memory.

mod fallback;
mod servers;

use std::sync::mpsc::{SyncSender, sync_channel};

use consonance_audio::{Discard, EncoderSettings};
use consonance_link::memory::MemoryNetwork;
use consonance_server::{SessionLoop, SessionsSettings};
use consonance_session::{ClientSettings, Redirect};

use super::catch_up::{BEATS_AT_ONCE, LATE_MAX};
use super::*;
use crate::command::COMMANDS_MAX;
use crate::encryption::EncryptionSettings;
use crate::event_queue::EventReader;
use crate::route::Route;
use crate::transports::Dial;

/// The duration of a turn here.
const STEP: Duration = Duration::from_millis(10);

/// A voice thread that is driven by the test, and two servers, which it knows as "first" and "second".
struct Bench {
    thread: VoiceThread,
    commands: SyncSender<Command>,
    events: EventReader,
    servers: [Option<SessionLoop>; 2],
    now: Instant,
}

impl Bench {
    /// Both servers are up; up to `commands` of the game may be queued.
    fn new(commands: usize) -> Self {
        let networks = [MemoryNetwork::new(), MemoryNetwork::new()];
        let there = networks.clone();
        let dial: Dial = Box::new(move |address| match address {
            "second" => Ok(Route::over(Box::new(there[1].client("main")))),
            _ => Err("no address".to_owned()),
        });
        let transports = Transports::new(Route::over(Box::new(networks[0].client("main"))), Some(dial));
        let servers = networks.each_ref().map(|network| Some(serve(network)));
        Self::over(transports, servers, commands)
    }

    /// The same with these transports, which lead to these servers.
    fn over(transports: Transports, servers: [Option<SessionLoop>; 2], commands: usize) -> Self {
        let client = Client::new(ClientSettings::new("Alice"));
        let shared = SharedState::new(&client, 0);
        let events = shared.events.subscribe(None);
        let (sender, received) = sync_channel(commands);
        let parts = parts(client, transports, received, shared);
        let mut thread = VoiceThread::new(parts, Waker::noop().clone());
        thread.client.start();
        Self { thread, commands: sender, events, servers, now: Instant::now() }
    }

    /// Runs all players until the thread has reported such an event, or for at most this long; returns its events.
    fn run(&mut self, at_most: Duration, until: impl Fn(&EventKind) -> bool) -> Vec<EventKind> {
        let (end, mut told) = (self.now + at_most, Vec::new());
        while self.now < end && !told.iter().any(&until) {
            self.now += STEP;
            for server in self.servers.iter_mut().flatten() {
                server.run_once(self.now);
            }
            self.thread.run_once(self.now);
            told.extend(std::iter::from_fn(|| self.events.poll()).map(|event| event.kind));
        }
        told
    }
}

fn serve(network: &MemoryNetwork) -> SessionLoop {
    let mut server = SessionLoop::new(&SessionsSettings::new(["main"]).expect("a name"));
    server.add_network(Box::new(network.listen()));
    server
}

fn parts(
    client: Client,
    transports: Transports,
    commands: Receiver<Command>,
    shared: SharedState,
) -> VoiceParts {
    let encryption = EncryptionSettings::default().prepare(client.name()).expect("a short name");
    VoiceParts {
        client,
        transports,
        channels: Vec::new(),
        input: None,
        capture: CaptureControls::new(None, None, false),
        hearing: Vec::new(),
        commands,
        shared,
        talking: Talking::new(EncoderSettings::default()).expect("there is such an encoder"),
        output: Box::new(Discard),
        mixer: MixerSettings::default(),
        #[cfg(feature = "devices")]
        devices: SoundDevices::default(),
        reconnect_timeout: None,
        retry_first_connect: false,
        trace_frames: false,
        loopback: None,
        share_position: false,
        encryption,
        mode: "client",
    }
}

fn has_joined(kind: &EventKind) -> bool {
    *kind == EventKind::Joined
}

/// For instance a debug build: before each turn, one and a half times as long passes as the beats of a turn last.
#[test]
fn a_thread_that_is_too_slow_for_its_beats_is_never_much_later_than_its_patience() {
    let mut bench = Bench::new(1);
    bench.run(Duration::from_secs(5), has_joined);
    let step = BLOCK * BEATS_AT_ONCE * 3 / 2;
    let (end, mut latest, mut on_time) = (bench.now + Duration::from_mins(1), Duration::ZERO, 0);
    while bench.now < end {
        bench.now += step;
        for server in bench.servers.iter_mut().flatten() {
            server.run_once(bench.now);
        }
        bench.thread.run_once(bench.now);
        let late = bench.thread.late_by(bench.now);
        latest = latest.max(late);
        on_time += u32::from(late < BLOCK);
    }
    assert!(latest <= LATE_MAX + step, "{latest:?} late");
    assert!(on_time >= 5, "it was on time {on_time} times");
}

#[test]
fn a_redirected_player_goes_when_it_is_time() {
    let mut bench = Bench::new(1);
    bench.run(Duration::from_secs(5), has_joined);
    let redirect = Redirect { leave_in: Duration::from_secs(30), address: "second".into() };
    bench.thread.hear_of_closing(bench.now, Duration::from_mins(1), Some(&redirect));
    let told = bench.run(Duration::from_secs(29), |_| false);
    assert!(!told.contains(&EventKind::Redirecting), "{told:?}");
    let told = bench.run(Duration::from_secs(5), has_joined);
    assert!(told.contains(&EventKind::Redirecting) && told.contains(&EventKind::Joined), "{told:?}");
}

#[test]
fn a_redirected_player_that_loses_its_link_before_goes_once_and_stays() {
    let mut bench = Bench::new(1);
    bench.run(Duration::from_secs(5), has_joined);
    let redirect = Redirect { leave_in: Duration::from_secs(30), address: "second".into() };
    bench.thread.hear_of_closing(bench.now, Duration::from_mins(1), Some(&redirect));
    bench.servers[0] = None;
    let told = bench.run(Duration::from_mins(1), |_| false);
    assert_eq!(told.iter().filter(|kind| has_joined(kind)).count(), 1, "{told:?}");
    assert!(!told.contains(&EventKind::Redirecting), "{told:?}");
}

#[test]
fn a_game_that_asks_for_more_and_more_does_not_keep_the_thread_from_its_turn() {
    let mut bench = Bench::new(3 * COMMANDS_MAX);
    for _ in 0..3 * COMMANDS_MAX {
        bench.commands.try_send(Command::SharePosition(true)).expect("there is room");
    }
    assert!(bench.thread.run_once(bench.now), "more is to be done");
    for _ in 0..COMMANDS_MAX {
        bench.commands.try_send(Command::SharePosition(true)).expect("some were taken");
    }
    assert!(bench.commands.try_send(Command::SharePosition(true)).is_err(), "and no more than some");
}
