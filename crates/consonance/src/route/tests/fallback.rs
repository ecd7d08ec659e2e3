//! A primary network that is blocked and unblocked, at times chosen by the test.

use std::time::{Duration, Instant};

use consonance_link::memory::{MemoryNetwork, MemoryServer};
use consonance_link::{
    ClientLinkEvent, ClientNetwork, Delivery, DisconnectReason, Peer, ServerLinkEvent, ServerNetwork,
};

use crate::route::gate::{Gate, IDLE_TIMEOUT};
use crate::route::{FallbackSettings, LinkTransport, Path, Route};

const STEP: Duration = Duration::from_millis(10);

/// A route, and its destination: one server behind each network.
struct Bench {
    route: Route,
    gates: [Gate; 2],
    servers: [MemoryServer; 2],
    started: Instant,
    now: Instant,
}

/// An event, and its time since the beginning.
type Seen = (String, f32);

impl Bench {
    fn new() -> Self {
        Self::with(FallbackSettings::default(), true)
    }

    fn with(settings: FallbackSettings, has_fallback: bool) -> Self {
        let networks = [MemoryNetwork::new(), MemoryNetwork::new()];
        let gates = [Gate::default(), Gate::default()];
        let servers = networks.each_ref().map(MemoryNetwork::listen);
        let primary = gates[0].client(&networks[0], "main");
        let (network, gate) = (networks[1].clone(), gates[1].clone());
        let dial =
            move || has_fallback.then(|| Box::new(gate.client(&network, "main")) as Box<dyn ClientNetwork>);
        let route = Route::new(Path::with_fallback(Box::new(primary), Box::new(dial), settings));
        let now = Instant::now();
        Self { route, gates, servers, started: now, now }
    }

    /// Lets time pass, and returns the events.
    fn pass(&mut self, time: Duration) -> Vec<Seen> {
        let (until, mut seen) = (self.now + time, Vec::new());
        while self.now < until {
            self.now += STEP;
            self.run_once(&mut seen);
        }
        seen
    }

    fn run_once(&mut self, seen: &mut Vec<Seen>) {
        for server in &mut self.servers {
            while server.poll_event(self.now, &mut Vec::new()).is_some() {}
        }
        let at = (self.now - self.started).as_secs_f32();
        let mut bytes = Vec::new();
        while let Some(event) = self.route.poll_event(self.now, &mut bytes) {
            let what = match event {
                ClientLinkEvent::Connected => "connected".to_owned(),
                ClientLinkEvent::Disconnected { reason } => format!("disconnected: {reason}"),
                ClientLinkEvent::Packet { .. } => format!("packet {bytes:?}"),
                ClientLinkEvent::Direct { .. } => "a direct link".to_owned(),
            };
            seen.push((what, at));
        }
    }

    /// Connects; returns the events within this time.
    fn connect(&mut self, time: Duration) -> Vec<Seen> {
        self.route.connect(self.now);
        self.pass(time)
    }

    fn connected(&self) -> [u64; 2] {
        self.servers.each_ref().map(|server| server.statistics().connections.connected)
    }
}

fn seconds(seconds: f32) -> Duration {
    Duration::from_secs_f32(seconds)
}

fn whats(seen: &[Seen]) -> Vec<&str> {
    seen.iter().map(|(what, _)| &**what).collect()
}

#[test]
fn a_primary_network_that_gets_through_is_used_and_the_fallback_is_not_asked() {
    let mut bench = Bench::new();
    let seen = bench.connect(seconds(30.0));
    assert_eq!(whats(&seen), ["connected"]);
    assert_eq!(bench.route.in_use().0, LinkTransport::Primary);
    assert_eq!((bench.gates[0].attempts(), bench.gates[1].attempts()), (1, 0));
}

#[test]
fn uses_the_fallback_after_the_head_start_if_the_primary_network_is_silent() {
    let mut bench = Bench::new();
    bench.gates[0].set_shut(true);
    let seen = bench.connect(seconds(4.0));
    assert_eq!(whats(&seen), ["connected"]);
    assert!((2.0..2.2).contains(&seen[0].1), "{seen:?}");
    let (transport, why) = bench.route.in_use();
    assert_eq!((transport, why), (LinkTransport::WebSocket, "no answer over UDP within 2s"));
    bench.route.send(bench.now, Delivery::Reliable, b"hello");
    let mut packets = Vec::new();
    let mut bytes = Vec::new();
    while let Some(event) = bench.servers[1].poll_event(bench.now, &mut bytes) {
        if let ServerLinkEvent::Packet { .. } = event {
            packets.push(bytes.clone());
        }
    }
    assert_eq!(packets, [b"hello"], "it arrives over the fallback");
    assert_eq!(bench.route.statistics().sent.reliable.packets, 1);
}

#[test]
fn fails_once_both_networks_have_failed_and_names_both_causes() {
    let mut bench = Bench::new();
    bench.gates.iter().for_each(|gate| gate.set_shut(true));
    let seen = bench.connect(seconds(20.0));
    let [(what, at)] = &seen[..] else { panic!("{seen:?}") };
    assert!(what.contains("no answer within 5s; over WebSocket: cannot reach the server"), "{what}");
    assert!((7.0..7.2).contains(at), "both attempts were waited for: {at}");
    // Another attempt is possible.
    bench.gates[1].set_shut(false);
    assert_eq!(whats(&bench.connect(seconds(5.0))), ["connected"]);
}

#[test]
fn fails_like_the_primary_network_alone_where_no_fallback_is_known() {
    let mut bench = Bench::with(FallbackSettings::default(), false);
    bench.gates[0].set_shut(true);
    let seen = bench.connect(seconds(20.0));
    let [(what, at)] = &seen[..] else { panic!("{seen:?}") };
    assert!(what.contains("no answer within 5s") && !what.contains("WebSocket"), "{what}");
    assert!((5.0..5.2).contains(at), "{at}");
}

#[test]
fn a_server_that_refuses_over_the_primary_network_is_not_asked_over_the_other() {
    let mut bench = Bench::new();
    bench.route.connect(bench.now);
    while let Some(event) = bench.servers[0].poll_event(bench.now, &mut Vec::new()) {
        if let ServerLinkEvent::Connected { peer, .. } = event {
            bench.servers[0].disconnect(bench.now, peer, "banned");
        }
    }
    let seen = bench.pass(seconds(10.0));
    assert_eq!(whats(&seen), ["disconnected: the server refused the connection: banned"]);
    assert_eq!(bench.gates[1].attempts(), 0);
}

#[test]
fn a_link_that_falls_silent_is_made_again_over_the_fallback_with_a_short_head_start() {
    let mut bench = Bench::new();
    bench.connect(seconds(1.0));
    bench.gates[0].set_shut(true);
    let seen = bench.pass(IDLE_TIMEOUT + seconds(0.5));
    assert!(seen.len() == 1 && seen[0].0.contains("timed out"), "{seen:?}");
    assert!((7.9..8.6).contains(&seen[0].1), "after 7 s of silence: {seen:?}");
    assert_eq!(whats(&bench.connect(seconds(0.4))), [""; 0]);
    assert_eq!(whats(&bench.pass(seconds(0.3))), ["connected"]);
    assert_eq!(bench.route.in_use().0, LinkTransport::WebSocket);
}

#[test]
fn a_silent_link_is_kept_for_as_long_as_its_network_does_where_no_fallback_is_known() {
    let mut bench = Bench::with(FallbackSettings::default(), false);
    bench.connect(seconds(1.0));
    bench.gates[0].set_shut(true);
    let seen = bench.pass(IDLE_TIMEOUT + seconds(0.5));
    assert!(seen.len() == 1 && (11.0..11.2).contains(&seen[0].1), "{seen:?}");
}

#[test]
fn the_primary_network_is_probed_ever_more_rarely_and_its_link_waits_for_the_return() {
    let mut bench = Bench::new();
    bench.gates[0].set_shut(true);
    bench.connect(seconds(10.0));
    assert_eq!(bench.gates[0].attempts(), 1);
    assert_eq!(bench.pass(Duration::from_hours(1)), []);
    // Each attempt starts 5 s without an answer after the previous one, plus 30 s, 1, 2, 4, 8 and then 10 min.
    assert_eq!(bench.gates[0].attempts(), 1 + 5 + 4);
    assert!(!bench.route.can_return());

    bench.gates[0].set_shut(false);
    assert_eq!(bench.pass(Duration::from_mins(11)), []);
    assert!(bench.route.can_return());
    assert_eq!(bench.connected(), [1, 1], "both links are up");
    bench.route.begin_return();
    bench.route.disconnect(bench.now);
    let mut seen = Vec::new();
    bench.run_once(&mut seen);
    bench.route.connect(bench.now);
    bench.run_once(&mut seen);
    assert_eq!(whats(&seen), ["disconnected: we closed the connection", "connected"]);
    assert_eq!(bench.route.in_use(), (LinkTransport::Primary, "UDP gets through"));
    bench.pass(seconds(1.0));
    assert_eq!(bench.connected(), [1, 0], "the fallback's link has ended in order");
}

#[test]
fn a_probed_link_that_is_lost_before_the_return_changes_nothing() {
    let mut bench = Bench::new();
    bench.gates[0].set_shut(true);
    bench.connect(seconds(10.0));
    bench.gates[0].set_shut(false);
    bench.pass(seconds(60.0));
    assert!(bench.route.can_return());
    bench.gates[0].set_shut(true);
    assert_eq!(bench.pass(IDLE_TIMEOUT + STEP * 2), []);
    assert!(!bench.route.can_return());
    bench.route.begin_return();
    bench.route.disconnect(bench.now);
    assert_eq!(whats(&bench.pass(seconds(1.0))), ["disconnected: we closed the connection"]);
    assert_eq!(bench.connected(), [0, 0]);
}

#[test]
fn leaving_while_connecting_leaves_both_networks() {
    for wait in [0.0, 1.0, 2.5] {
        let mut bench = Bench::new();
        bench.gates.iter().for_each(|gate| gate.set_shut(true));
        assert_eq!(bench.connect(seconds(wait)), []);
        bench.route.disconnect(bench.now);
        bench.gates.iter().for_each(|gate| gate.set_shut(false));
        assert_eq!(
            whats(&bench.pass(seconds(10.0))),
            ["disconnected: we closed the connection"],
            "after {wait} s"
        );
        assert_eq!(bench.connected(), [0, 0]);
        assert_eq!(whats(&bench.connect(seconds(1.0))), ["connected"]);
    }
}

#[test]
fn a_lost_fallback_is_made_again_at_once_beside_the_primary_network() {
    let mut bench = Bench::new();
    bench.gates[0].set_shut(true);
    bench.connect(seconds(10.0));
    let peer = Peer(1);
    bench.servers[1].disconnect(bench.now, peer, "restarting");
    assert_eq!(
        whats(&bench.pass(seconds(0.1))),
        ["disconnected: the other side closed the connection: restarting"]
    );
    assert_eq!(bench.route.in_use().0, LinkTransport::Primary);
    assert_eq!(whats(&bench.connect(seconds(0.1))), ["connected"]);
    assert_eq!(bench.route.in_use().0, LinkTransport::WebSocket);
}

/// The contract of every network holds over either of the two.
struct Both {
    network: MemoryNetwork,
    /// The paths to the same server.
    gates: [Gate; 2],
}

impl Both {
    fn over_primary() -> Self {
        Self { network: MemoryNetwork::new(), gates: Default::default() }
    }

    fn over_fallback() -> Self {
        let both = Self::over_primary();
        both.gates[0].set_shut(true);
        both
    }
}

impl consonance_link::conformance::Network for Both {
    type Server = MemoryServer;
    type Client = Route;

    const ANSWERS_PROBES: bool = true;

    fn listen(&mut self) -> MemoryServer {
        self.network.listen()
    }

    fn client(&mut self, session: &str) -> Route {
        let primary = self.gates[0].client(&self.network, session);
        let (network, gate, session) = (self.network.clone(), self.gates[1].clone(), session.to_owned());
        let dial = move || Some(Box::new(gate.client(&network, &session)) as Box<dyn ClientNetwork>);
        let settings = FallbackSettings { head_start: Duration::ZERO, ..FallbackSettings::default() };
        Route::new(Path::with_fallback(Box::new(primary), Box::new(dial), settings))
    }

    fn cut(&mut self, client: &mut Route) {
        let (transport, _) = client.in_use();
        self.gates[usize::from(transport == LinkTransport::WebSocket)].lose_link();
    }
}

mod over_primary {
    consonance_link::conformance_tests!(super::Both::over_primary());
}

mod over_fallback {
    consonance_link::conformance_tests!(super::Both::over_fallback());
}

#[test]
fn a_reason_to_give_up_is_kept_apart_from_silence() {
    let unreachable = DisconnectReason::Unreachable { address: String::new(), cause: String::new() };
    for (reason, is_silence) in [
        (unreachable, true),
        (DisconnectReason::TimedOut, true),
        (DisconnectReason::refused(b"full"), false),
        (DisconnectReason::CertificateNotTrusted { expected: String::new(), got: String::new() }, false),
        (DisconnectReason::ServerFull { clients_max: 1 }, false),
    ] {
        assert_eq!(crate::route::link::is_silence(&reason), is_silence, "{reason:?}");
    }
}
