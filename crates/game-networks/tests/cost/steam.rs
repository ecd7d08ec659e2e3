//! What one packet over Steam costs the server and a player, at worst, with a thousand others: signals and packets of
//! every size, from members, strangers, and accounts that read nothing.
//!
//! Signals are taken from a match without a wildcard; the third byte of a packet decides about all others.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use consonance_game_networks::steam::signal::Signal;
use consonance_game_networks::steam::{
    Arrival, ClientSettings, Members, P2pError, SendKind, ServerSettings, SessionState, SteamClient,
    SteamEvent, SteamId, SteamP2p, SteamServer,
};
use consonance_link::{ClientNetwork as _, Delivery, ServerLinkEvent, ServerNetwork as _};
use consonance_testing::cost::{Cost, alone, measured};

const OTHERS: u64 = 1000;
const ME: SteamId = SteamId(1_000_000);
const MEMBER: SteamId = SteamId(7);
const STRANGER: SteamId = SteamId(2_000_000);
const RELIABLE_BYTES_MAX: usize = 1 << 20;

/// An account's Steam, which delivers what the test puts into it, and counts what is sent.
#[derive(Clone, Debug, Default)]
struct Mailbox(Arc<Mutex<Contents>>);

#[derive(Debug, Default)]
struct Contents {
    packets: BTreeMap<i32, VecDeque<(SteamId, Vec<u8>)>>,
    events: VecDeque<SteamEvent>,
    calls: usize,
    closed: Vec<SteamId>,
    /// The account for which too much is queued.
    reads_nothing: Option<SteamId>,
}

impl Mailbox {
    fn with<T>(&self, act: impl FnOnce(&mut Contents) -> T) -> T {
        act(&mut self.0.lock().expect("a test that failed"))
    }

    fn calls(&self) -> usize {
        self.with(|it| it.calls)
    }
}

impl SteamP2p for Mailbox {
    fn id(&self) -> SteamId {
        ME
    }

    fn run_callbacks(&mut self, _now: Instant) {}

    fn poll_event(&mut self) -> Option<SteamEvent> {
        self.with(|it| it.events.pop_front())
    }

    fn send(&mut self, to: SteamId, _kind: SendKind, _channel: i32, _packet: &[u8]) -> bool {
        self.with(|it| {
            it.calls += 1;
            it.reads_nothing != Some(to)
        })
    }

    fn receive(&mut self, channel: i32, packet: &mut Vec<u8>) -> Option<Arrival> {
        let (from, bytes) = self.with(|it| it.packets.get_mut(&channel)?.pop_front())?;
        *packet = bytes;
        Some(Arrival { from, kind: None })
    }

    fn accept(&mut self, _from: SteamId) {
        self.with(|it| it.calls += 1);
    }

    fn close_session(&mut self, _with: SteamId) {
        self.with(|it| it.calls += 1);
    }

    fn close_channel(&mut self, with: SteamId, _channel: i32) {
        self.with(|it| {
            it.calls += 1;
            it.closed.push(with);
        });
    }

    fn session_state(&self, _with: SteamId) -> SessionState {
        SessionState::Active
    }
}

/// The server or a player, as far as this needs to know which.
trait End {
    /// Reports all events; returns how many there were.
    fn settle(&mut self, now: Instant) -> usize;
    /// The channel of its packets, and the one of hellos.
    fn channels(&self) -> [i32; 2];
    fn members(&self) -> Members;
}

impl End for SteamServer<Mailbox> {
    fn settle(&mut self, now: Instant) -> usize {
        std::iter::from_fn(|| self.poll_event(now, &mut Vec::new()).map(|_| ())).count()
    }

    fn channels(&self) -> [i32; 2] {
        let channels = ServerSettings::default().link.channels;
        [channels.to_server, channels.server_hello]
    }

    fn members(&self) -> Members {
        Self::members(self)
    }
}

impl End for SteamClient<Mailbox> {
    fn settle(&mut self, now: Instant) -> usize {
        std::iter::from_fn(|| self.poll_event(now, &mut Vec::new()).map(|_| ())).count()
    }

    fn channels(&self) -> [i32; 2] {
        let channels = ServerSettings::default().link.channels;
        [channels.to_client, channels.player_hello]
    }

    fn members(&self) -> Members {
        Self::members(self)
    }
}

/// One end, which knows a thousand accounts.
struct Scene<E> {
    end: E,
    steam: Mailbox,
    now: Instant,
}

fn server() -> Scene<SteamServer<Mailbox>> {
    let mut settings = ServerSettings::default();
    settings.bounds.peers_max = 2000;
    let steam = Mailbox::default();
    let end = SteamServer::new(steam.clone(), settings);
    Scene { end, steam, now: Instant::now() }.with_others()
}

fn player() -> Scene<SteamClient<Mailbox>> {
    let mut settings = ClientSettings::new(SteamId(0));
    settings.bounds.direct_links_max = 2000;
    let steam = Mailbox::default();
    let mut end = SteamClient::new(steam.clone(), settings);
    let now = Instant::now();
    end.connect(now);
    Scene { end, steam, now }.with_others()
}

impl<E: End> Scene<E> {
    fn with_others(mut self) -> Self {
        let members = self.end.members();
        for id in (0..OTHERS).map(SteamId) {
            assert!(members.connected(id));
        }
        self.end.settle(self.now);
        for id in (0..OTHERS).map(SteamId) {
            self.put(1, id, Signal::Hello(1).to_bytes());
        }
        self.end.settle(self.now);
        // An original, or one whose answer took this long.
        self.now += Duration::from_secs(1);
        self.end.settle(self.now);
        self
    }

    /// A packet on one of its channels.
    fn put(&mut self, channel: usize, from: SteamId, packet: Vec<u8>) {
        let channel = self.end.channels()[channel];
        self.steam.with(|it| it.packets.entry(channel).or_default().push_back((from, packet)));
    }

    /// What follows from all that has come.
    fn cost(&mut self) -> Cost {
        measured(|| {
            let before = self.steam.calls();
            let events = self.end.settle(self.now);
            1 + events + self.steam.calls() - before
        })
    }

    fn cost_of(&mut self, channel: usize, from: SteamId, packet: Vec<u8>) -> Cost {
        self.put(channel, from, packet);
        self.cost()
    }
}

/// The worst signals of each kind.
fn signals(after: Option<&Signal>) -> Option<Signal> {
    match after {
        None => Some(Signal::Hello(1)),
        Some(Signal::Hello(1)) => Some(Signal::Hello(2)),
        Some(Signal::Hello(_)) => Some(Signal::Welcome(1)),
        Some(Signal::Welcome(_)) => Some(Signal::StillHere),
        Some(Signal::StillHere) => Some(Signal::Goodbye(2, "x".repeat(RELIABLE_BYTES_MAX - 13))),
        Some(Signal::Goodbye(..)) => None,
    }
}

fn no_packet_costs_too_much<E: End>(mut scene: Scene<E>) {
    for from in [MEMBER, STRANGER] {
        let mut signal = signals(None);
        while let Some(it) = signal {
            for channel in [0, 1] {
                let cost = scene.cost_of(channel, from, it.to_bytes());
                cost.assert_is_bounded(&format!("{from}, {it:.40?}, {channel}"));
            }
            signal = signals(Some(&it));
        }
    }
    for kind in 0..=u8::MAX {
        for (from, bytes) in [(MEMBER, RELIABLE_BYTES_MAX), (SteamId(8), 4096), (STRANGER, 1200), (MEMBER, 3)]
        {
            let mut packet = vec![7; bytes];
            packet[..3].copy_from_slice(&[0x8b, 0xc7, kind]);
            for channel in [0, 1] {
                let cost = scene.cost_of(channel, from, packet.clone());
                cost.assert_is_bounded(&format!("{from}, kind {kind}, {bytes} bytes, {channel}"));
            }
        }
    }
}

#[test]
fn no_packet_costs_more_than_a_millisecond_or_a_megabyte() {
    alone(|| {
        no_packet_costs_too_much(server());
        no_packet_costs_too_much(player());
    });
}

#[test]
fn hellos_that_wait_for_packets_before_them_are_short() {
    alone(|| {
        let mut scene = server();
        for _ in 0..1024 {
            scene.put(1, STRANGER, Signal::Goodbye(1, "x".repeat(RELIABLE_BYTES_MAX - 13)).to_bytes());
        }
        let cost = scene.cost();
        assert!(cost.bytes < 4 << 20, "{cost:?}");
    });
}

fn no_event_costs_too_much<E: End>(mut scene: Scene<E>) {
    for with in [MEMBER, STRANGER] {
        let lost = SteamEvent::ConnectFail { with, error: P2pError::Timeout };
        for event in [SteamEvent::SessionRequest { from: with }, lost] {
            scene.steam.with(|it| it.events.push_back(event));
            scene.cost().assert_is_bounded(&format!("{event:?}"));
        }
        let members = scene.end.members();
        assert!(members.disconnected(with));
        scene.cost().assert_is_bounded(&format!("{with} leaves"));
        assert!(members.connected(with));
        scene.cost().assert_is_bounded(&format!("{with} comes"));
    }
    for seconds in [10, 30, 60] {
        scene.now += Duration::from_secs(seconds);
        scene.cost().assert_is_bounded("heartbeats and announcements");
    }
}

#[test]
fn no_event_of_steam_and_no_turn_costs_more() {
    alone(|| {
        no_event_costs_too_much(server());
        no_event_costs_too_much(player());
    });
}

#[test]
fn an_account_that_reads_nothing_is_sent_one_goodbye_however_often_it_came() {
    alone(|| {
        let mut scene = server();
        scene.steam.with(|it| it.reads_nothing = Some(STRANGER));
        for number in 0..2000 {
            scene.put(0, STRANGER, Signal::Hello(number).to_bytes());
            scene.now += Duration::from_millis(1);
            let mut newcomer = None;
            while let Some(event) = scene.end.poll_event(scene.now, &mut Vec::new()) {
                if let ServerLinkEvent::Connected { peer, .. } = event {
                    newcomer = Some(peer);
                }
            }
            let peer = newcomer.expect("it is admitted");
            scene.end.send(scene.now, &[peer], Delivery::Reliable, b"too much");
        }
        let cost = scene.cost();
        assert!(cost.steps < 10, "{cost:?}");
    });
}

#[test]
fn sessions_of_others_are_closed_however_often_one_account_came() {
    alone(|| {
        let mut scene = server();
        for number in 0..5000 {
            scene.put(0, STRANGER, Signal::Hello(number).to_bytes());
            scene.put(0, STRANGER, Signal::Goodbye(number, String::new()).to_bytes());
            scene.end.settle(scene.now);
        }
        scene.put(0, MEMBER, Signal::Goodbye(1, String::new()).to_bytes());
        scene.end.settle(scene.now);
        scene.now += Duration::from_secs(31);
        scene.end.settle(scene.now);
        let closed = scene.steam.with(|it| std::mem::take(&mut it.closed));
        assert!(closed == [STRANGER, MEMBER], "{} sessions", closed.len());
    });
}
