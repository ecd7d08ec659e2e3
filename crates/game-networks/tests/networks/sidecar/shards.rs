//! Several servers behind one port: each link goes to the server of its session.

use std::net::Ipv4Addr;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use consonance_game_networks::sidecar::{
    PlayerNumber, SidecarEvent, SidecarLink, SidecarLinkSettings, SidecarServer, SidecarSettings,
};
use consonance_link::{Delivery, DisconnectReason, Peer, ServerLinkEvent, ServerNetwork, thread_waker};

/// The time limit for any step. Generous, because machines that run tests are busy.
const PATIENCE: Duration = Duration::from_mins(2);

/// Servers behind one port, and the number of placement queries.
struct Port {
    shards: Vec<SidecarServer>,
    asked: Arc<AtomicUsize>,
    links: Vec<SidecarLink>,
    told: Vec<Vec<u8>>,
    downs: Vec<DisconnectReason>,
}

impl Port {
    /// Places the session named `n` on server number `n`.
    fn new(count: usize, settings: SidecarSettings) -> Self {
        let server = SidecarServer::bind((Ipv4Addr::LOCALHOST, 0).into(), settings).unwrap();
        let asked = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&asked);
        let place = move |session: &str| {
            counted.fetch_add(1, Ordering::Relaxed);
            session.parse().unwrap()
        };
        let shards = server.into_shards(NonZeroUsize::new(count).unwrap(), place).unwrap();
        Self { shards, asked, links: Vec::new(), told: Vec::new(), downs: Vec::new() }
    }

    fn add_link(&mut self, session: &str) -> usize {
        let mut settings = SidecarLinkSettings::default();
        session.clone_into(&mut settings.session);
        let mut link = SidecarLink::new(self.shards[0].local_addr(), settings);
        link.connect(Instant::now());
        self.links.push(link);
        self.links.len() - 1
    }

    /// Adds a link and waits until it is up.
    fn up(&mut self, session: &str) -> usize {
        let link = self.add_link(session);
        self.until("the link is up", |port| port.links[link].is_up());
        link
    }

    /// The reports of each server, as its number and a description.
    fn run_once(&mut self) -> Vec<(usize, String)> {
        let now = Instant::now();
        let mut reported = Vec::new();
        for (number, shard) in self.shards.iter_mut().enumerate() {
            let mut bytes = Vec::new();
            while let Some(event) = shard.poll_event(now, &mut bytes) {
                reported.push((number, in_words(&event, &bytes)));
            }
        }
        for link in &mut self.links {
            while let Some(event) = link.poll(now) {
                match event {
                    SidecarEvent::Packet { packet, .. } => self.told.push(packet.to_vec()),
                    SidecarEvent::Down { reason } => self.downs.push(reason),
                    _ => {}
                }
            }
        }
        reported
    }

    /// Runs until this many reports have arrived, and returns them.
    fn reports(&mut self, count: usize) -> Vec<(usize, String)> {
        let mut reported = Vec::new();
        let deadline = Instant::now() + PATIENCE;
        while reported.len() < count {
            assert!(Instant::now() < deadline, "only {reported:?}");
            reported.extend(self.run_once());
            thread::sleep(Duration::from_millis(1));
        }
        reported
    }

    fn until(&mut self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !is_so(self) {
            assert!(Instant::now() < deadline, "this does not happen: {what}");
            self.run_once();
            thread::sleep(Duration::from_millis(1));
        }
    }

    fn links_up(&self) -> Vec<usize> {
        self.shards.iter().map(SidecarServer::links).collect()
    }
}

fn in_words(event: &ServerLinkEvent, packet: &[u8]) -> String {
    match event {
        ServerLinkEvent::Connected { peer, session, .. } => format!("{} comes to {session}", peer.0),
        ServerLinkEvent::Packet { peer, .. } => {
            format!("{} says {}", peer.0, String::from_utf8_lossy(packet))
        }
        ServerLinkEvent::Disconnected { peer, .. } => format!("{} is gone", peer.0),
    }
}

fn words(of: &[(usize, &str)]) -> Vec<(usize, String)> {
    of.iter().map(|(shard, words)| (*shard, (*words).to_owned())).collect()
}

#[test]
fn a_link_goes_to_the_server_of_its_session_with_its_first_player_and_loses_nothing_on_the_way() {
    let mut port = Port::new(3, SidecarSettings::default());
    let link = port.up("2");
    assert_eq!(port.links_up(), [1, 0, 0], "no player had to be placed yet");
    let now = Instant::now();
    for (player, packet) in [(7, b"one"), (7, b"two"), (8, b"six")] {
        port.links[link].send(now, PlayerNumber(player), Delivery::Reliable, packet);
    }
    let reported = port.reports(5);
    let all =
        [(2, "0 comes to 2"), (2, "0 says one"), (2, "0 says two"), (2, "1 comes to 2"), (2, "1 says six")];
    assert_eq!(reported, words(&all));
    assert_eq!((port.links_up(), port.asked.load(Ordering::Relaxed)), (vec![0, 0, 1], 1));
    port.shards[2].send(Instant::now(), &[Peer(0), Peer(1)], Delivery::Reliable, b"heard");
    port.until("the game hears it", |port| port.told == [b"heard"]);
}

#[test]
fn links_of_the_same_session_meet_and_those_of_the_first_servers_stay() {
    let mut port = Port::new(2, SidecarSettings::default());
    for session in ["1", "0", "1"] {
        let link = port.up(session);
        port.links[link].joined(Instant::now(), PlayerNumber(5), None);
        port.reports(1);
    }
    assert_eq!(port.links_up(), [1, 2]);
}

#[test]
fn after_the_last_player_left_the_next_one_is_placed_again() {
    let mut port = Port::new(2, SidecarSettings::default());
    let link = port.up("1");
    for (player, asked) in [(1, 1), (2, 2)] {
        port.links[link].joined(Instant::now(), PlayerNumber(player), None);
        port.links[link].left(Instant::now(), PlayerNumber(player));
        let peer = asked - 1;
        let all = [(1, format!("{peer} comes to 1")), (1, format!("{peer} is gone"))];
        assert_eq!(port.reports(2), all);
        assert_eq!(port.asked.load(Ordering::Relaxed), asked);
    }
}

#[test]
fn the_limit_of_links_is_that_of_all_servers_together() {
    let mut settings = SidecarSettings::default();
    settings.links_max = 1;
    let mut port = Port::new(2, settings);
    let link = port.up("1");
    port.links[link].joined(Instant::now(), PlayerNumber(1), None);
    port.reports(1);
    port.add_link("0");
    port.until("the second one is rejected", |port| !port.downs.is_empty());
    assert_eq!(port.shards[0].statistics().connections.rejected_full, 1);
    assert_eq!(port.links_up(), [0, 1]);
    port.links[link].disconnect(Instant::now());
    port.until("there is a place again", |port| port.links_up() == [1, 0]);
}

#[test]
fn a_server_that_sleeps_is_woken_for_a_link_that_moves_to_it() {
    let mut port = Port::new(2, SidecarSettings::default());
    let link = port.up("1");
    let mut sleeper = port.shards.pop().unwrap();
    let (came, comes) = mpsc::sync_channel(1);
    let thread = thread::spawn(move || {
        sleeper.set_waker(thread_waker());
        came.send(()).unwrap();
        let deadline = Instant::now() + PATIENCE;
        while sleeper.poll_event(Instant::now(), &mut Vec::new()).is_none() {
            assert!(Instant::now() < deadline, "nothing wakes it");
            thread::park_timeout(PATIENCE);
        }
    });
    comes.recv().unwrap();
    port.links[link].joined(Instant::now(), PlayerNumber(1), None);
    port.until("the link has moved", |port| port.links_up() == [0]);
    thread.join().unwrap();
}
