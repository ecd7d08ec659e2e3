//! A process that becomes client, host and dedicated server, and switches while running, over a network in memory.

use std::thread;
use std::time::{Duration, Instant};

use consonance::host::{
    AccessRule, Admission, JoiningSettings, Limits, ProximitySettings, Rate, RoomLimits, RoomPattern,
    ServerEvent, SessionLoop, SessionsSettings, SheddingSettings,
};
use consonance::transport::hosted::{self, HostedSettings};
use consonance::transport::memory::MemoryNetwork;
use consonance::transport::{
    Delivery, NetworkStatistics, PacketLimits, Peer, ServerLinkEvent, ServerNetwork,
};
use consonance::{
    EventKind, Mode, OperatorDecision, RoomUse, Status, TextTarget, VoiceChat, VoiceChatBuilder, VoiceNode,
};

/// Generous: machines that run tests are busy.
const PATIENCE: Duration = Duration::from_mins(2);

#[test]
fn a_node_is_nothing_until_it_is_told() {
    let node = VoiceNode::new().unwrap();
    assert_eq!((node.mode(), node.status()), (Mode::None, Status::Disconnected));
    assert!(node.voice().is_none());
}

#[test]
fn a_host_is_the_server_of_others_and_a_player_among_them() {
    let network = MemoryNetwork::new();
    let node = VoiceNode::new().unwrap();
    node.run_as_host(server(&network), "main", |player| player.name("Host").listen_to_room("lobby"));
    until("the host is connected", || node.mode() == Mode::Host && node.status() == Status::Connected);

    let guest = player(&network).name("Guest").listen_to_room("lobby").start().unwrap();
    until_event(&guest, &EventKind::EnteredRoom { name: "Host".into(), room: "lobby".into() });
    let host = node.voice().unwrap();
    until_event(&host, &EventKind::EnteredRoom { name: "Guest".into(), room: "lobby".into() });

    guest.room("lobby").send_text("hello").unwrap();
    let to = TextTarget::Room("lobby".into());
    until_event(&host, &EventKind::Text { from: "Guest".into(), to, text: "hello".into() });
    host.player("Guest").send_text("hello yourself").unwrap();
    let to = TextTarget::Player("Guest".into());
    until_event(&guest, &EventKind::Text { from: "Host".into(), to, text: "hello yourself".into() });
}

#[test]
fn a_host_is_told_of_guests_and_can_kick_them() {
    let network = MemoryNetwork::new();
    let node = VoiceNode::new().unwrap();
    assert!(node.server().is_none());
    node.run_as_host(server(&network), "main", |player| player.name("Host"));
    until("the host is connected", || node.mode() == Mode::Host && node.status() == Status::Connected);
    let (handle, mut guest_id) = (node.server().unwrap(), None);
    let events = handle.subscribe(64).unwrap();
    let guest = player(&network).name("Guest").start().unwrap();
    until("the host is told of the guest", || {
        while let Some(told) = events.poll() {
            if let ServerEvent::ClientJoined { id, name, .. } = told.event {
                guest_id = (&*name == "Guest").then_some(id).or(guest_id);
            }
        }
        guest_id.is_some()
    });
    let id = guest_id.unwrap();
    let kick = move |session_loop: &mut SessionLoop, now| {
        session_loop.with_session(now, "main", |server, _| server.kick(id, "rude"))
    };
    assert!(handle.ask_session("main", kick).unwrap().is_some());
    until("the guest is gone", || !guest.is_running());
    assert!(node.status() == Status::Connected && node.voice().is_some(), "the host stays");
}

#[test]
fn a_host_is_told_what_its_guests_network_cannot_carry() {
    let few = PacketLimits { reliable_bytes: 500, unreliable_bytes: 500 };
    let (guests, _game) = hosted::server(&HostedSettings::new(few));
    let mut server = SessionLoop::new(&SessionsSettings::new(["main"]).unwrap());
    server.add_network(Box::new(guests));
    let node = VoiceNode::new().unwrap();
    node.run_as_host(server, "main", |player| player.name("Host").listen_to_room("lobby"));
    until("the host is connected", || node.mode() == Mode::Host && node.status() == Status::Connected);
    let host = node.voice().unwrap();
    let id = host.room("lobby").send_text("a".repeat(475)).unwrap();
    let reason = "the message has 475 bytes, at most 474 are allowed: send it in parts".to_owned();
    until_event(&host, &EventKind::TextNotSent { id, reason });
}

/// Every setting that the guide names, using only the façade.
#[test]
fn a_host_sets_limits_rules_and_proximity_with_types_of_the_facade() {
    let network = MemoryNetwork::new();
    let mut settings = SessionsSettings::new(["main"]).unwrap();
    let mut limits = Limits::default();
    limits.players = 3;
    settings.limits = limits;
    settings.limits.reports = Rate { per_second: 5, burst: 10 };
    let mut booth = RoomLimits::new();
    booth.listeners = Some(1);
    settings.room_limits = vec![(RoomPattern::from("booth"), booth)];
    settings.access = vec![(RoomPattern::from("staff*"), AccessRule::for_both(["staff"]))];
    let mut market = ProximitySettings::new(25.0);
    market.max_streams = 4;
    settings.proximity = vec![(RoomPattern::Name("market".into()), market)];
    settings.shedding = SheddingSettings::default();
    settings.admission = Admission::new(JoiningSettings::default());
    let mut sessions = SessionLoop::new(&settings);
    sessions.add_network(Box::new(network.listen()));

    let node = VoiceNode::new().unwrap();
    node.run_as_host(sessions, "main", |player| player.name("Host").listen_to_room("booth"));
    until("the host is connected", || node.status() == Status::Connected);
    let guest =
        player(&network).name("Guest").listen_to_room("booth").listen_to_room("staff only").start().unwrap();
    let full = OperatorDecision::RoomFull { room: "booth".into(), to: RoomUse::Listen };
    until_event(&guest, &EventKind::Operator(full));
    let other = player(&network).name("Other").listen_to_room("staff only").start().unwrap();
    until_event(&other, &EventKind::RemovedFromRoom { room: "staff only".into() });
    let handle = node.server().unwrap();
    let seen = handle.ask_session("main", |sessions: &mut SessionLoop, now| {
        sessions.with_session(now, "main", |server, _| {
            server.tables().proximity().settings_of("market").map(|room| room.max_streams)
        })
    });
    assert_eq!(seen.unwrap(), Some(Some(4)));
}

#[test]
fn a_dedicated_server_has_no_player() {
    let network = MemoryNetwork::new();
    let node = VoiceNode::new().unwrap();
    node.run_as_dedicated_server(server(&network));
    until("the server runs", || node.mode() == Mode::DedicatedServer);
    assert_eq!(node.status(), Status::Connected);
    assert!(node.voice().is_none());
    let guest = player(&network).name("Guest").retry_first_connect().start().unwrap();
    until("the guest is in the session", || guest.status() == Status::Connected);
}

#[test]
fn a_client_that_waits_for_its_server_is_degraded_until_it_comes() {
    let network = MemoryNetwork::new();
    let client = VoiceNode::new().unwrap();
    client.run_as_client(player(&network).name("Client").retry_first_connect());
    until("it is a client", || client.mode() == Mode::Client);
    assert_eq!(client.status(), Status::Degraded);
    let server_node = VoiceNode::new().unwrap();
    server_node.run_as_dedicated_server(server(&network));
    until("it is connected", || client.status() == Status::Connected);
}

#[test]
fn a_node_switches_from_any_mode_to_any_other() {
    let (own, other) = (MemoryNetwork::new(), MemoryNetwork::new());
    let elsewhere = VoiceNode::new().unwrap();
    elsewhere.run_as_dedicated_server(server(&other));
    let node = VoiceNode::new().unwrap();
    for mode in
        [Mode::Host, Mode::Client, Mode::DedicatedServer, Mode::Host, Mode::DedicatedServer, Mode::Client]
    {
        match mode {
            Mode::Host => node.run_as_host(server(&own), "main", |player| player.name("Me")),
            Mode::Client => node.run_as_client(player(&other).name("Me").retry_first_connect()),
            Mode::DedicatedServer => node.run_as_dedicated_server(server(&own)),
            Mode::None => node.stop(),
        }
        until("the switch is made", || node.mode() == mode && node.status() == Status::Connected);
    }
    node.stop();
    until("it is nothing again", || node.status() == Status::Disconnected);
    assert_eq!(node.mode(), Mode::None);
}

#[test]
fn the_last_of_many_orders_wins() {
    let network = MemoryNetwork::new();
    let node = VoiceNode::new().unwrap();
    for _ in 0..20 {
        node.run_as_host(server(&network), "main", |player| player.name("Me"));
        node.stop();
    }
    node.run_as_dedicated_server(server(&network));
    until("the last order is brought about", || node.mode() == Mode::DedicatedServer);
    let guest = player(&network).name("Guest").retry_first_connect().start().unwrap();
    until("its server serves", || guest.status() == Status::Connected);
}

#[test]
fn guests_hear_that_a_host_stops() {
    let network = MemoryNetwork::new();
    let node = VoiceNode::new().unwrap();
    node.run_as_host(server(&network), "main", |player| player.name("Host"));
    let guest = player(&network).name("Guest").retry_first_connect().start().unwrap();
    until_event(&guest, &EventKind::PlayerJoined { name: "Host".into() });
    node.stop();
    until_event(&guest, &EventKind::PlayerLeft { name: "Host".into() });
    until("the guest is on its own", || guest.status() == Status::Degraded);
    node.run_as_host(server(&network), "main", |player| player.name("Host"));
    until_event(&guest, &EventKind::PlayerJoined { name: "Host".into() });
}

#[test]
fn an_order_that_cannot_be_brought_about_says_why() {
    let network = MemoryNetwork::new();
    let node = VoiceNode::new().unwrap();
    node.run_as_client(player(&network).name(""));
    let mut failure = None;
    until("the failure is told", || {
        failure = failure.take().or_else(|| node.take_failure());
        failure.is_some()
    });
    assert!(failure.unwrap().contains("name"), "the reason names the name");
    assert_eq!((node.mode(), node.take_failure()), (Mode::None, None));
}

#[test]
fn an_order_that_was_brought_about_leaves_no_failure_of_one_before() {
    let network = MemoryNetwork::new();
    let node = VoiceNode::new().unwrap();
    node.run_as_client(player(&network).name(""));
    until("the first order has failed", || node.status() == Status::Disconnected);
    node.run_as_host(server(&network), "main", |player| player.name("Me"));
    assert_eq!(node.take_failure(), None, "the first one is not the last any more");
    until("the second one is brought about", || node.mode() == Mode::Host);
    assert_eq!(node.take_failure(), None);
}

#[test]
fn a_panic_on_the_way_to_a_goal_is_a_failure_and_the_node_goes_on() {
    let network = MemoryNetwork::new();
    let node = VoiceNode::new().unwrap();
    node.run_as_host(server(&network), "main", |_| panic!("on purpose: a closure with a fault"));
    let mut failure = None;
    until("the failure is told", || {
        failure = failure.take().or_else(|| node.take_failure());
        failure.is_some()
    });
    assert!(failure.unwrap().contains("panicked"));
    assert!(node.server().is_none(), "no half of a host is left");
    node.run_as_host(server(&network), "main", |player| player.name("Me"));
    until("another order is brought about", || node.status() == Status::Connected);
}

fn server(network: &MemoryNetwork) -> SessionLoop {
    let mut server = SessionLoop::new(&SessionsSettings::new(["main"]).unwrap());
    server.add_network(Box::new(network.listen()));
    server
}

fn player(network: &MemoryNetwork) -> VoiceChatBuilder {
    VoiceChat::over(Box::new(network.client("main")))
}

fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "never: {what}");
        thread::sleep(Duration::from_millis(2));
    }
}

fn until_event(voice: &VoiceChat, expected: &EventKind) {
    let deadline = Instant::now() + PATIENCE;
    let mut seen = Vec::new();
    while Instant::now() < deadline {
        if let Some(event) = voice.wait_event(Duration::from_millis(100)) {
            if event.kind == *expected {
                return;
            }
            seen.push(event.kind);
        }
    }
    panic!("never seen: {expected:?}, only {seen:?}");
}

/// The game's thread and others may hold the node's player at the same time.
#[test]
fn the_player_can_be_shared_between_threads() {
    fn assert_shareable<T: Send + Sync>() {}
    assert_shareable::<VoiceChat>();
    assert_shareable::<VoiceNode>();
}

#[test]
fn a_client_that_was_rejected_is_disconnected() {
    let network = MemoryNetwork::new();
    let elsewhere = VoiceNode::new().unwrap();
    elsewhere.run_as_host(server(&network), "main", |player| player.name("Me"));
    until("there is a host", || elsewhere.status() == Status::Connected);
    let node = VoiceNode::new().unwrap();
    // Its name is in use, and retrying would not change that.
    node.run_as_client(player(&network).name("Me").retry_first_connect());
    until("it has ended", || node.voice().is_some_and(|voice| !voice.is_running()));
    assert_eq!((node.mode(), node.status()), (Mode::Client, Status::Disconnected));
    assert_eq!(elsewhere.status(), Status::Connected, "the host keeps its name");
}

/// A faulty network, which ends any server that polls it.
struct Faulty;

impl ServerNetwork for Faulty {
    fn disconnect(&mut self, _now: Instant, _peer: Peer, _reason: &str) {}

    fn shutdown(&mut self, _now: Instant) {}

    fn statistics(&self) -> NetworkStatistics {
        NetworkStatistics::default()
    }

    fn poll_event(&mut self, _now: Instant, _bytes: &mut Vec<u8>) -> Option<ServerLinkEvent> {
        panic!("on purpose: a network that is broken");
    }

    fn send(&mut self, _now: Instant, _peers: &[Peer], _delivery: Delivery, _packet: &[u8]) {}

    fn limits(&self) -> PacketLimits {
        PacketLimits { reliable_bytes: 1024, unreliable_bytes: 1024 }
    }
}

#[test]
fn a_server_that_has_ended_by_a_fault_is_disconnected() {
    let mut server = SessionLoop::new(&SessionsSettings::new(["main"]).unwrap());
    server.add_network(Box::new(Faulty));
    let node = VoiceNode::new().unwrap();
    node.run_as_dedicated_server(server);
    until("it has ended", || node.mode() == Mode::DedicatedServer && node.status() == Status::Disconnected);
}
