//! Servers that are lost, refuse or never answer, at times chosen by the test.

use std::time::{Duration, Instant};

use consonance_link::memory::{MemoryNetwork, MemoryServer};
use consonance_link::{
    ClientLinkEvent, ClientNetwork, DisconnectReason, EndCode, EndReason, Peer, ServerLinkEvent,
    ServerNetwork as _,
};

use crate::route::gate::{CONNECT_TIMEOUT, Gate, IDLE_TIMEOUT};
use crate::route::servers::{HEAD_START, HEAD_START_AFTER_LOSS, NameServer, SPREAD_MAX};
use crate::route::{FallbackSettings, LinkTransport, Path, Route, ServerAddress};

const STEP: Duration = Duration::from_millis(10);
const NAMES: [&str; 4] = ["a", "b", "c", "d"];

/// Servers named as in [`NAMES`], and a route to those that are known.
struct Bench {
    route: Route,
    gates: [Gate; 4],
    servers: [MemoryServer; 4],
    now: Instant,
}

pub(crate) fn named(place: &str) -> ServerAddress {
    ServerAddress { place: place.into(), address: place.into() }
}

impl Bench {
    /// The game knows "a", and these.
    fn new(others: &[&str], seed: u64) -> Self {
        Self::with_paths(others, seed, |primary, _| Path::new(primary))
    }

    /// The same with fallback settings, and a fallback that nothing blocks, or that does not exist.
    fn with_fallback(settings: FallbackSettings, has_fallback: bool) -> Self {
        Self::with_paths(&[], 1, move |primary, network| {
            let network = network.clone();
            let dial = move || {
                let client = Gate::default().client(&network, "main");
                has_fallback.then(|| Box::new(client) as Box<dyn ClientNetwork>)
            };
            Path::with_fallback(primary, Box::new(dial), settings)
        })
    }

    fn with_paths(
        others: &[&str],
        seed: u64,
        path: impl Fn(Box<dyn ClientNetwork>, &MemoryNetwork) -> Path + Send + 'static,
    ) -> Self {
        let (networks, gates) = ([(); 4].map(|()| MemoryNetwork::new()), [(); 4].map(|()| Gate::default()));
        let servers = networks.each_ref().map(MemoryNetwork::listen);
        let there = gates.clone();
        let dial = move |address: &str| {
            let index = NAMES.iter().position(|name| *name == address)?;
            Some(path(Box::new(there[index].client(&networks[index], "main")), &networks[index]))
        };
        let first = (named("a"), dial("a").expect("a name"));
        let others = others.iter().map(|place| named(place)).collect();
        let name: NameServer = |_, place| Some(named(place));
        let route = Route::to_servers(first, others, (Box::new(dial), name), seed);
        Self { route, gates, servers, now: Instant::now() }
    }

    fn list(&mut self, places: &[&str]) {
        let places: Vec<Box<str>> = places.iter().map(|place| (*place).into()).collect();
        self.route.list_servers(&places);
    }

    /// Lets time pass until an event occurs, or for at most this long.
    fn pass(&mut self, at_most: Duration) -> (Option<String>, Duration) {
        let began = self.now;
        while self.now < began + at_most {
            self.now += STEP;
            for server in &mut self.servers {
                while server.poll_event(self.now, &mut Vec::new()).is_some() {}
            }
            let seen = match self.route.poll_event(self.now, &mut Vec::new()) {
                Some(ClientLinkEvent::Disconnected { reason }) => reason.to_string(),
                Some(ClientLinkEvent::Connected) => self.route.server().expect("one of several").to_owned(),
                _ => continue,
            };
            return (Some(seen), self.now - began);
        }
        (None, at_most)
    }

    /// Connects; returns the server or the error, and the duration.
    fn connect(&mut self) -> (String, Duration) {
        self.route.connect(self.now);
        let (seen, lasted) = self.pass(Duration::from_mins(1));
        (seen.expect("an attempt comes to an end"), lasted)
    }

    /// The server in use ends every link.
    fn kill(&mut self, index: usize) {
        self.gates[index].set_shut(true);
        self.gates[index].lose_link();
        let (seen, _) = self.pass(IDLE_TIMEOUT * 2);
        assert!(seen.is_some(), "the link is lost");
    }

    fn attempts(&self) -> [u32; 4] {
        self.gates.each_ref().map(Gate::attempts)
    }
}

#[test]
fn a_server_that_answers_in_time_is_the_only_one_that_is_tried() {
    let mut bench = Bench::new(&["b"], 1);
    assert_eq!(bench.connect().0, "a");
    bench.list(&["b", "a", "c"]);
    bench.pass(Duration::from_mins(10));
    assert_eq!(bench.attempts(), [1, 0, 0, 0]);
    // A link that is lost while the server runs is made again there.
    bench.gates[0].lose_link();
    bench.pass(Duration::from_secs(1));
    assert_eq!(bench.connect().0, "a");
    assert_eq!(bench.attempts(), [2, 0, 0, 0]);
}

#[test]
fn at_the_first_connect_another_server_that_the_game_knows_is_used_if_the_first_does_not_answer() {
    let mut bench = Bench::new(&["b", "c"], 1);
    bench.gates[0].set_shut(true);
    let (server, lasted) = bench.connect();
    assert_eq!(server, "b");
    assert!(lasted >= HEAD_START && lasted <= HEAD_START + SPREAD_MAX + STEP * 4, "{lasted:?}");
}

#[test]
fn players_of_a_lost_server_are_at_another_one_within_a_second_and_not_all_at_once() {
    let mut lasted = Vec::new();
    for seed in 0..1000 {
        let mut bench = Bench::new(&[], seed);
        bench.connect();
        bench.list(&["c", "a", "b"]);
        bench.kill(0);
        let (server, time) = bench.connect();
        assert_eq!(server, "c");
        lasted.push(time);
    }
    lasted.sort_unstable();
    assert!(lasted[999] <= HEAD_START_AFTER_LOSS + SPREAD_MAX + STEP * 4, "{:?}", lasted[999]);
    let (early, late) = (lasted[100], lasted[900]);
    assert!(late > early + SPREAD_MAX.mul_f64(0.7), "{early:?} to {late:?}");
}

#[test]
fn servers_that_do_not_answer_either_are_passed_over_and_tried_again_in_turn() {
    let mut bench = Bench::new(&[], 7);
    bench.connect();
    bench.list(&["a", "b", "c", "d"]);
    for index in [1, 2] {
        bench.gates[index].set_shut(true);
    }
    bench.kill(0);
    let (server, lasted) = bench.connect();
    assert_eq!(server, "d");
    assert!(lasted < Duration::from_millis(1500), "each a little after the one before: {lasted:?}");
    bench.gates[3].set_shut(true);
    bench.kill(3);
    let before = bench.attempts();
    let (reason, lasted) = bench.connect();
    assert!(reason.contains("no answer"), "{reason}");
    assert!(lasted < CONNECT_TIMEOUT + Duration::from_secs(2), "one round: {lasted:?}");
    assert!(bench.attempts().iter().zip(before).all(|(after, before)| *after == before + 1), "each once");
}

#[test]
fn a_server_that_is_left_comes_last_and_the_others_are_not_asked_all_at_once() {
    let mut begun = Vec::new();
    for seed in 0..100 {
        let mut bench = Bench::new(&[], seed);
        bench.connect();
        bench.list(&["b"]);
        bench.gates[0].lose_link();
        bench.pass(Duration::from_secs(1));
        bench.route.leave_server();
        let (server, lasted) = bench.connect();
        assert_eq!((&*server, bench.attempts()), ("b", [1, 1, 0, 0]));
        begun.push(lasted);
    }
    begun.sort_unstable();
    assert!(begun[90] > begun[10] + SPREAD_MAX.mul_f64(0.6) && begun[99] <= SPREAD_MAX + STEP * 4);
    // The server that was left is tried if no other answers.
    let mut bench = Bench::new(&["b"], 1);
    bench.gates[1].set_shut(true);
    bench.route.leave_server();
    assert_eq!(bench.connect().0, "a");
}

#[test]
fn what_a_server_says_about_the_player_holds_for_all_servers_and_lack_of_room_for_itself_only() {
    for (code, next) in [
        (EndCode::Banned, None),
        (EndCode::PasswordWrong, None),
        (EndCode::NameInUse, None),
        (EndCode::ServerFull, Some("b")),
        (EndCode::ShuttingDown, Some("b")),
    ] {
        let mut bench = Bench::new(&["b"], 1);
        bench.route.connect(bench.now);
        let ServerLinkEvent::Connected { peer, .. } =
            bench.servers[0].poll_event(bench.now, &mut Vec::new()).expect("it asks")
        else {
            panic!("no link is asked for");
        };
        refuse(&mut bench.servers[0], bench.now, peer, code);
        let (seen, _) = bench.pass(Duration::from_secs(10));
        let seen = seen.expect("an answer");
        assert_eq!(bench.attempts()[1], u32::from(next.is_some()), "{code:?}: {seen}");
        assert!(next.is_none_or(|next| next == seen), "{code:?}: {seen}");
    }
}

#[test]
fn of_servers_that_refuse_at_one_moment_each_answer_counts_whichever_comes_last() {
    for (codes, expected) in [
        ([EndCode::Banned, EndCode::ServerFull], EndCode::Banned),
        ([EndCode::ServerFull, EndCode::Banned], EndCode::Banned),
        ([EndCode::ServerFull, EndCode::Version], EndCode::ServerFull),
    ] {
        let mut bench = Bench::new(&["b", "c"], 1);
        bench.gates[0].set_shut(true);
        bench.route.connect(bench.now);
        // Both are asked before either of them answers.
        while bench.attempts() != [1, 1, 1, 0] {
            bench.now += STEP;
            assert!(bench.route.poll_event(bench.now, &mut Vec::new()).is_none());
        }
        for (server, code) in bench.servers[1..].iter_mut().zip(codes) {
            let Some(ServerLinkEvent::Connected { peer, .. }) = server.poll_event(bench.now, &mut Vec::new())
            else {
                panic!("no link is asked for");
            };
            refuse(server, bench.now, peer, code);
        }
        let (seen, _) = bench.pass(Duration::from_secs(10));
        let reason = DisconnectReason::Refused { reason: expected.into() };
        assert_eq!(seen, Some(reason.to_string()), "{codes:?}");
    }
}

fn refuse(server: &mut MemoryServer, now: Instant, peer: Peer, code: EndCode) {
    server.reject(now, peer, &EndReason::from(code));
}

#[test]
fn a_silent_server_is_given_up_early_where_another_one_is_known() {
    for (listed, expected) in [(&["a", "b"][..], 7.0..8.6), (&["a"], 10.0..10.5)] {
        let mut bench = Bench::new(&[], 1);
        bench.connect();
        bench.list(listed);
        bench.gates[0].set_shut(true);
        let (seen, lasted) = bench.pass(IDLE_TIMEOUT * 2);
        assert!(seen.is_some() && expected.contains(&lasted.as_secs_f32()), "{listed:?}: {lasted:?}");
    }
}

/// Later than a race abandons a silent route by itself, and earlier than the network does.
const PATIENT: Duration = Duration::from_secs(9);

#[test]
fn a_route_with_a_fallback_gives_up_a_silent_link_by_its_own_settings_and_goes_to_the_fallback() {
    let settings = FallbackSettings { idle_timeout: PATIENT, ..FallbackSettings::default() };
    let mut bench = Bench::with_fallback(settings, true);
    assert_eq!(bench.connect().0, "a");
    bench.list(&["a", "b"]);
    bench.gates.iter().for_each(|gate| gate.set_shut(true));
    let (seen, lasted) = bench.pass(IDLE_TIMEOUT * 2);
    assert!(seen.is_some() && lasted + STEP >= PATIENT && lasted < IDLE_TIMEOUT, "{seen:?}: {lasted:?}");
    let (server, lasted) = bench.connect();
    assert_eq!((&*server, bench.route.in_use().0), ("a", LinkTransport::WebSocket));
    assert!(lasted < settings.head_start_after_loss + STEP * 4, "{lasted:?}");
}

#[test]
fn a_silent_route_whose_fallback_is_not_known_is_given_up_where_another_server_is_known() {
    let settings = FallbackSettings { idle_timeout: PATIENT, ..FallbackSettings::default() };
    for (listed, expected) in [(&["a", "b"][..], 9.0..10.0), (&["a"], 10.0..10.5)] {
        let mut bench = Bench::with_fallback(settings, false);
        bench.connect();
        bench.list(listed);
        bench.gates[0].set_shut(true);
        assert_eq!(bench.pass(Duration::from_secs(5)).0, None);
        assert!(bench.route.wants_poll_at().is_none_or(|at| at > bench.now), "nothing is due all the time");
        let (seen, lasted) = bench.pass(IDLE_TIMEOUT * 2);
        let lasted = lasted.as_secs_f32() + 5.0;
        assert!(seen.is_some() && expected.contains(&lasted), "{listed:?}: {lasted}");
    }
}

#[test]
fn leaving_while_servers_are_tried_leaves_all_of_them() {
    let mut bench = Bench::new(&["b", "c"], 1);
    bench.gates.iter().for_each(|gate| gate.set_shut(true));
    bench.route.connect(bench.now);
    bench.pass(Duration::from_secs(3));
    bench.route.disconnect(bench.now);
    bench.gates.iter().for_each(|gate| gate.set_shut(false));
    assert_eq!(bench.pass(Duration::from_secs(10)).0.as_deref(), Some("we closed the connection"));
    assert_eq!(bench.pass(Duration::from_secs(10)).0, None);
    let connected = bench.servers.each_ref().map(|server| server.statistics().connections.connected);
    assert_eq!(connected, [0; 4]);
    assert_eq!(bench.connect().0, "a");
}

/// The contract of every network holds at the first server and at another one.
struct Several {
    network: MemoryNetwork,
    /// Of the first server and of another one.
    gates: [Gate; 2],
    is_at_another: bool,
}

impl Several {
    fn at_first() -> Self {
        Self { network: MemoryNetwork::new(), gates: Default::default(), is_at_another: false }
    }

    fn at_another() -> Self {
        Self { is_at_another: true, ..Self::at_first() }
    }
}

impl consonance_link::conformance::Network for Several {
    type Server = MemoryServer;
    type Client = Route;

    const ANSWERS_PROBES: bool = true;

    fn listen(&mut self) -> MemoryServer {
        self.network.listen()
    }

    fn client(&mut self, session: &str) -> Route {
        let first = Path::new(Box::new(self.gates[0].client(&self.network, session)));
        let (network, gate, session) = (self.network.clone(), self.gates[1].clone(), session.to_owned());
        let dial = move |_: &str| Some(Path::new(Box::new(gate.client(&network, &session))));
        let name: NameServer = |_, place| Some(named(place));
        let mut route = Route::to_servers((named("a"), first), vec![named("b")], (Box::new(dial), name), 1);
        if self.is_at_another {
            route.leave_server();
        }
        route
    }

    fn cut(&mut self, client: &mut Route) {
        self.gates[usize::from(client.server() != Some("a"))].lose_link();
    }
}

mod at_first {
    consonance_link::conformance_tests!(super::Several::at_first());
}

mod at_another {
    consonance_link::conformance_tests!(super::Several::at_another());
}
