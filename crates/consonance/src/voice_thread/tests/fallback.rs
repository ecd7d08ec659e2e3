//! A player whose UDP is blocked, initially or later, in a session with another one.

use consonance_link::ClientNetwork;
use consonance_link::memory::MemoryClient;
use consonance_session::ClientEvent;
use consonance_testing::player::TestPlayer;

use super::*;
use crate::route::gate::{Gate, IDLE_TIMEOUT};
use crate::route::{FallbackSettings, LinkTransport, Path};

/// Alice with two networks, of which the first can be blocked, and Bob, a constant speaker.
pub(super) struct Meeting {
    pub(super) bench: Bench,
    pub(super) gate: Gate,
    bob: TestPlayer<MemoryClient>,
    /// The events that Bob received.
    pub(super) bob_saw: Vec<String>,
    frames: u32,
}

/// Bob's frames.
const FRAME: Duration = Duration::from_millis(20);

impl Meeting {
    /// Bob has joined, and Alice starts to connect, with UDP blocked or not.
    fn new(is_shut: bool, fallback: Option<FallbackSettings>) -> Self {
        let networks = [MemoryNetwork::new(), MemoryNetwork::new()];
        let gate = Gate::default();
        gate.set_shut(is_shut);
        let primary = gate.client(&networks[0], "main");
        let route = match fallback {
            Some(settings) => {
                let there = networks[1].clone();
                let dial = move || Some(Box::new(there.client("main")) as Box<dyn ClientNetwork>);
                Route::new(Path::with_fallback(Box::new(primary), Box::new(dial), settings))
            }
            None => Route::over(Box::new(primary)),
        };
        Self::over(&networks, route, gate)
    }

    /// Two paths to the same session: Alice's, through this gate, and Bob's, over the second network.
    pub(super) fn over(networks: &[MemoryNetwork; 2], route: Route, gate: Gate) -> Self {
        let mut server = SessionLoop::new(&SessionsSettings::new(["main"]).expect("a name"));
        for network in networks {
            server.add_network(Box::new(network.listen()));
        }
        let mut bench = Bench::over(Transports::new(route, None), [Some(server), None], 1);
        bench.thread.client.join_room("lobby").expect("a room");
        let mut bob =
            TestPlayer::new(Client::new(ClientSettings::new("Bob")), networks[1].client("main"), bench.now);
        bob.client.join_room("lobby").expect("a room");
        bob.client
            .open_channel(Target::Room("lobby".into()), ChannelProperties::default())
            .expect("a channel");
        Self { bench, gate, bob, bob_saw: Vec::new(), frames: 0 }
    }

    /// Runs all players until Alice has received such an event, or for at most this long; returns her events, and for
    /// how long she did not hear Bob.
    pub(super) fn run(
        &mut self,
        at_most: Duration,
        until: impl Fn(&EventKind) -> bool,
    ) -> (Vec<EventKind>, Duration) {
        let (began, mut told) = (self.bench.now, Vec::new());
        let (mut heard_at, mut silence) = (began, Duration::ZERO);
        while self.bench.now < began + at_most && !told.iter().any(&until) {
            let before = self.bench.thread.client.statistics().frames_received;
            told.extend(self.bench.run(STEP, |_| false));
            self.bob_turn();
            if self.bench.thread.client.statistics().frames_received > before {
                silence = silence.max(self.bench.now - heard_at);
                heard_at = self.bench.now;
            }
        }
        (told, silence.max(self.bench.now - heard_at))
    }

    fn bob_turn(&mut self) {
        let (now, saw) = (self.bench.now, &mut self.bob_saw);
        self.frames += 1;
        if self.frames.is_multiple_of(2) && self.bob.client.id().is_some() {
            let _ = self.bob.client.send_voice(b"a frame of Opus");
        }
        self.bob.wake(now);
        self.bob.run_once(now, |event| {
            if let ClientEvent::PlayerJoined { id, name, .. } | ClientEvent::PlayerLeft { id, name } = &event
            {
                let verb = if matches!(event, ClientEvent::PlayerLeft { .. }) { "left" } else { "joined" };
                saw.push(format!("{name} {verb} as {}", id.0));
            }
        });
    }
}

fn changes_to(transport: LinkTransport) -> impl Fn(&EventKind) -> bool {
    move |kind| matches!(kind, EventKind::TransportChanged { transport: to, .. } if *to == transport)
}

#[test]
fn a_player_whose_udp_is_blocked_joins_over_the_web_socket_and_is_told() {
    let mut meeting = Meeting::new(true, Some(FallbackSettings::default()));
    let (told, _) = meeting.run(Duration::from_secs(4), has_joined);
    let change = told.iter().position(changes_to(LinkTransport::WebSocket)).expect("it is told");
    let joined = told.iter().position(has_joined).expect("she is in");
    assert!(change < joined, "{told:?}");
    let (told, silence) = meeting.run(Duration::from_secs(3), |_| false);
    assert!(silence < FRAME * 3, "she hears Bob: {silence:?} of silence, {told:?}");
    assert_eq!(meeting.bob_saw.last().map(String::as_str), Some("Alice joined as 1"));
}

#[test]
fn a_player_without_a_fallback_is_told_at_once_that_there_is_no_answer() {
    let mut meeting = Meeting::new(true, None);
    meeting.run(Duration::from_secs(6), |_| false);
    assert!(matches!(meeting.bench.thread.end, Some(End::NoConnection(_))), "{:?}", meeting.bench.thread.end);
}

#[test]
fn a_player_whose_udp_is_blocked_later_keeps_its_place_and_returns_to_udp_unnoticed() {
    let mut meeting = Meeting::new(false, Some(FallbackSettings::default()));
    meeting.run(Duration::from_secs(2), |kind| *kind == EventKind::PlayersSynced);
    meeting.run(Duration::from_secs(1), |_| false);
    let (own, saw) = (meeting.bench.thread.client.id(), meeting.bob_saw.clone());

    meeting.gate.set_shut(true);
    let (told, silence) =
        meeting.run(IDLE_TIMEOUT + Duration::from_secs(3), |kind| *kind == EventKind::Resumed);
    assert!(told.iter().any(changes_to(LinkTransport::WebSocket)), "{told:?}");
    assert!(told.contains(&EventKind::Resumed), "{told:?}");
    let FallbackSettings { idle_timeout, head_start_after_loss, .. } = FallbackSettings::default();
    // Silence is checked every half second.
    let lasted = idle_timeout + Duration::from_millis(500) + head_start_after_loss;
    assert!(silence < lasted + Duration::from_millis(200), "{silence:?}");
    let (_, silence) = meeting.run(Duration::from_secs(5), |_| false);
    assert!(silence < FRAME * 3, "she hears Bob again: {silence:?}");

    meeting.gate.set_shut(false);
    let (told, silence) = meeting.run(Duration::from_mins(2), changes_to(LinkTransport::Primary));
    assert!(told.iter().any(changes_to(LinkTransport::Primary)), "{told:?}");
    let (told_later, silence_later) = meeting.run(Duration::from_secs(5), |_| false);
    assert!(told_later.contains(&EventKind::Resumed), "{told_later:?}");
    let gap = silence.max(silence_later);
    assert!(gap <= Duration::from_millis(100), "the return cost {gap:?}");
    let lost = |kind: &EventKind| matches!(kind, EventKind::ConnectionLost { .. } | EventKind::Redirecting);
    assert!(!told.iter().chain(&told_later).any(lost), "{told:?} {told_later:?}");

    assert_eq!(meeting.bench.thread.client.id(), own, "the same id");
    assert_eq!(meeting.bob_saw, saw, "Bob has noticed nothing");
    let rooms: Vec<&str> = meeting.bench.thread.client.rooms().collect();
    assert_eq!(rooms, ["lobby"]);
    meeting.run(Duration::from_mins(5), |_| false);
    assert_eq!(meeting.gate.attempts(), 3, "at first, in vain when the link was lost, and the probe");
}

#[test]
fn udp_that_fails_again_and_again_is_used_ever_more_rarely() {
    let mut meeting = Meeting::new(false, Some(FallbackSettings::default()));
    meeting.run(Duration::from_secs(2), |kind| *kind == EventKind::PlayersSynced);
    let mut waits = Vec::new();
    for _ in 0..4 {
        meeting.gate.set_shut(true);
        meeting.run(Duration::from_mins(1), |kind| *kind == EventKind::Resumed);
        // The attempt that lost against the WebSocket continues until its 5 s are over.
        meeting.run(Duration::from_secs(6), |_| false);
        meeting.gate.set_shut(false);
        let before = meeting.bench.now;
        meeting.run(Duration::from_mins(20), changes_to(LinkTransport::Primary));
        waits.push((meeting.bench.now - before).as_secs());
        meeting.run(Duration::from_secs(5), |_| false);
    }
    assert!(waits.is_sorted() && waits[3] > 4 * waits[0], "{waits:?}");
    assert!(meeting.bob_saw.iter().all(|seen| !seen.contains("left")), "{:?}", meeting.bob_saw);
}
