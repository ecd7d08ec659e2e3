//! Several game servers, many players, and the events at each end.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::thread;
use std::time::{Duration, Instant};

use consonance_game_networks::sidecar::{
    LinkSecret, PlayerNumber, SidecarEvent, SidecarLink, SidecarLinkSettings, SidecarServer, SidecarSettings,
};
use consonance_link::{Delivery, DisconnectReason, Peer, ServerLinkEvent, ServerNetwork as _, thread_waker};

/// The time limit for any step. Generous, because machines that run tests are busy.
const PATIENCE: Duration = Duration::from_mins(2);

/// A voice server, its game servers, and a record of the events at each.
pub(crate) struct Fixture {
    pub(crate) server: SidecarServer,
    pub(crate) links: Vec<SidecarLink>,
    pub(crate) reported: Vec<Reported>,
    /// Events by link number.
    pub(crate) told: Vec<(usize, Told)>,
    /// How far all clocks run ahead of the real one.
    pub(crate) ahead: Duration,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Reported {
    Connected { peer: Peer, session: String, remote: String },
    Packet(Peer, Delivery, Vec<u8>),
    Disconnected(Peer, DisconnectReason),
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Told {
    Up,
    Packet(Vec<PlayerNumber>, Delivery, Vec<u8>),
    Admitted(PlayerNumber),
    Kicked(PlayerNumber, String),
    Down(DisconnectReason),
}

impl Fixture {
    pub(crate) fn new(settings: SidecarSettings) -> Self {
        let mut server = SidecarServer::bind((Ipv4Addr::LOCALHOST, 0).into(), settings).unwrap();
        server.set_waker(thread_waker());
        Self { server, links: Vec::new(), reported: Vec::new(), told: Vec::new(), ahead: Duration::ZERO }
    }

    /// Adds a game server that requests its link, and returns its number.
    pub(crate) fn add_link(&mut self, settings: SidecarLinkSettings) -> usize {
        let mut link = SidecarLink::new(self.server.local_addr(), settings);
        link.connect(Instant::now());
        self.links.push(link);
        self.links.len() - 1
    }

    pub(crate) fn until(&mut self, what: &str, mut is_so: impl FnMut(&Self) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            self.run_once();
            if is_so(self) {
                return;
            }
            assert!(
                Instant::now() < deadline,
                "this does not happen: {what}; {:?} and {:?}",
                self.reported,
                self.told
            );
            thread::sleep(Duration::from_millis(1));
        }
    }

    pub(crate) fn up(&mut self, settings: SidecarLinkSettings) -> usize {
        let link = self.add_link(settings);
        self.until("a link comes up", |fixture| fixture.told.contains(&(link, Told::Up)));
        link
    }

    pub(crate) fn was_told(&self, link: usize, wanted: &Told) -> bool {
        self.told.iter().any(|(to, told)| *to == link && told == wanted)
    }

    /// Runs all ends once.
    pub(crate) fn run_once(&mut self) {
        let now = Instant::now() + self.ahead;
        let mut bytes = Vec::new();
        while let Some(event) = self.server.poll_event(now, &mut bytes) {
            self.reported.push(match event {
                ServerLinkEvent::Connected { peer, session, remote } => {
                    Reported::Connected { peer, session, remote: remote.to_string() }
                }
                ServerLinkEvent::Packet { peer, channel: delivery } => {
                    Reported::Packet(peer, delivery, bytes.clone())
                }
                ServerLinkEvent::Disconnected { peer, reason } => Reported::Disconnected(peer, reason),
            });
        }
        for (number, link) in self.links.iter_mut().enumerate() {
            while let Some(event) = link.poll(now) {
                let told = match event {
                    SidecarEvent::Up => Told::Up,
                    SidecarEvent::Packet { to, delivery, packet } => {
                        Told::Packet(to.to_vec(), delivery, packet.to_vec())
                    }
                    SidecarEvent::Admitted { player } => Told::Admitted(player),
                    SidecarEvent::Kicked { player, reason } => Told::Kicked(player, reason),
                    SidecarEvent::Down { reason } => Told::Down(reason),
                    other => panic!("{other:?}"),
                };
                self.told.push((number, told));
            }
        }
    }
}

pub(crate) fn settings_for(session: &str) -> SidecarLinkSettings {
    let mut settings = SidecarLinkSettings::default();
    session.clone_into(&mut settings.session);
    settings.name = format!("game of {session}");
    settings
}

#[test]
fn a_player_is_there_from_its_first_packet_on_and_gone_when_its_adapter_says_so() {
    let mut fixture = Fixture::new(SidecarSettings::default());
    let link = fixture.up(settings_for("red"));
    fixture.links[link].send(Instant::now(), PlayerNumber(5), Delivery::Reliable, b"hello");
    fixture.links[link].left(Instant::now(), PlayerNumber(5));
    fixture.until("it comes and goes", |fixture| fixture.reported.len() == 3);
    let remote = "player 5 of game of red".to_owned();
    assert_eq!(
        fixture.reported,
        [
            Reported::Connected { peer: Peer(0), session: "red".into(), remote },
            Reported::Packet(Peer(0), Delivery::Reliable, b"hello".to_vec()),
            Reported::Disconnected(Peer(0), DisconnectReason::closed_by_peer(b"")),
        ]
    );
}

#[test]
fn players_of_two_game_servers_with_the_same_number_are_two_and_each_links_are_in_its_session() {
    let mut fixture = Fixture::new(SidecarSettings::default());
    let (red, blue) = (fixture.up(settings_for("red")), fixture.up(settings_for("blue")));
    let address: SocketAddr = "192.0.2.9:4000".parse().unwrap();
    fixture.links[red].joined(Instant::now(), PlayerNumber(1), Some(address));
    fixture.until("one is there", |fixture| fixture.reported.len() == 1);
    fixture.links[blue].joined(Instant::now(), PlayerNumber(1), None);
    fixture.until("the other one, too", |fixture| fixture.reported.len() == 2);
    let connected = |peer, session: &str, remote: &str| Reported::Connected {
        peer: Peer(peer),
        session: session.into(),
        remote: remote.into(),
    };
    assert_eq!(
        fixture.reported,
        [connected(0, "red", "192.0.2.9:4000"), connected(1, "blue", "player 1 of game of blue")]
    );
    fixture.server.send(Instant::now(), &[Peer(1)], Delivery::Unreliable, b"voice");
    let packet = Told::Packet(vec![PlayerNumber(1)], Delivery::Unreliable, b"voice".to_vec());
    fixture.until("blue hears it", |fixture| fixture.was_told(blue, &packet));
    assert!(!fixture.was_told(red, &packet));
}

#[test]
fn two_hundred_players_of_one_link_hear_each_other() {
    const PLAYERS: u64 = 200;
    let mut fixture = Fixture::new(SidecarSettings::default());
    let link = fixture.up(settings_for("main"));
    for player in 0..PLAYERS {
        fixture.links[link].joined(Instant::now(), PlayerNumber(player), None);
    }
    fixture.until("all are admitted", |fixture| fixture.told.len() == 1 + PLAYERS as usize);
    let all: Vec<Peer> = (0..PLAYERS).map(Peer).collect();
    for player in 0..PLAYERS {
        fixture.links[link].send(
            Instant::now(),
            PlayerNumber(player),
            Delivery::Reliable,
            &player.to_be_bytes(),
        );
    }
    fixture.until("all are heard", |fixture| fixture.reported.len() == 2 * PLAYERS as usize);
    for player in 0..PLAYERS {
        let packet = player.to_be_bytes();
        assert!(fixture.reported.contains(&Reported::Packet(
            Peer(player),
            Delivery::Reliable,
            packet.to_vec()
        )));
        fixture.server.send(Instant::now(), &all, Delivery::Reliable, &packet);
    }
    fixture.until("all players hear each other", |fixture| fixture.told.len() == 1 + 2 * PLAYERS as usize);
    let receivers = fixture.told.iter().filter_map(|(_, told)| match told {
        Told::Packet(to, _, _) => Some(to.iter().copied().collect::<BTreeSet<_>>()),
        _ => None,
    });
    assert!(receivers.into_iter().all(|to| to.len() == PLAYERS as usize), "one frame for all of them");
    assert_eq!(fixture.server.statistics().links.sent.reliable.packets, PLAYERS * PLAYERS);
}

#[test]
fn a_kicked_player_is_not_heard_any_more_and_its_number_is_free_when_it_has_left() {
    let mut settings = SidecarSettings::default();
    settings.players_max = 1;
    let mut fixture = Fixture::new(settings);
    let link = fixture.up(settings_for("main"));
    fixture.links[link].send(Instant::now(), PlayerNumber(1), Delivery::Reliable, b"one");
    fixture.until("it is heard", |fixture| fixture.reported.len() == 2);
    fixture.server.disconnect(Instant::now(), Peer(0), "you shout");
    fixture.until("it is told", |fixture| {
        fixture.was_told(link, &Told::Kicked(PlayerNumber(1), "you shout".into()))
    });
    fixture.links[link].send(Instant::now(), PlayerNumber(1), Delivery::Reliable, b"unheard");
    // The kicked player still holds its slot, so there is none for another.
    fixture.links[link].joined(Instant::now(), PlayerNumber(2), None);
    let full = "1 players are what this link takes".to_owned();
    fixture.until("another one is full", |fixture| {
        fixture.was_told(link, &Told::Kicked(PlayerNumber(2), full.clone()))
    });
    fixture.links[link].left(Instant::now(), PlayerNumber(1));
    fixture.links[link].left(Instant::now(), PlayerNumber(2));
    fixture.links[link].joined(Instant::now(), PlayerNumber(3), None);
    fixture.until("there is a place", |fixture| fixture.was_told(link, &Told::Admitted(PlayerNumber(3))));
    assert_eq!(fixture.reported[2], Reported::Disconnected(Peer(0), DisconnectReason::ClosedByUs));
    assert!(!fixture.reported.contains(&Reported::Packet(Peer(0), Delivery::Reliable, b"unheard".to_vec())));
}

#[test]
fn a_server_that_stops_says_so_to_the_links_and_kicks_no_player() {
    let mut fixture = Fixture::new(SidecarSettings::default());
    let link = fixture.up(settings_for("main"));
    fixture.links[link].joined(Instant::now(), PlayerNumber(1), None);
    fixture.until("it is there", |fixture| fixture.was_told(link, &Told::Admitted(PlayerNumber(1))));
    // As when a session ends: first all players are disconnected, then the network is shut down.
    fixture.server.disconnect(Instant::now(), Peer(0), "the session ends");
    fixture.server.shutdown(Instant::now());
    let down = Told::Down(DisconnectReason::closed_by_peer(b"the server is shutting down"));
    fixture.until("the link is told", |fixture| fixture.was_told(link, &down));
    assert!(!fixture.told.iter().any(|(_, told)| matches!(told, Told::Kicked(..))), "{:?}", fixture.told);
    assert_eq!(fixture.server.statistics().connections.connected, 0);
}

#[test]
fn a_port_for_one_session_refuses_links_for_another() {
    let mut settings = SidecarSettings::default();
    settings.session = Some("main".into());
    let mut fixture = Fixture::new(settings);
    fixture.up(settings_for(""));
    fixture.up(settings_for("main"));
    let other = fixture.add_link(settings_for("other"));
    let reason = DisconnectReason::refused(b"links to this port are for the session \"main\", not \"other\"");
    fixture.until("it is refused", |fixture| fixture.was_told(other, &Told::Down(reason.clone())));
    fixture.until("two are up", |fixture| fixture.server.links() == 2);
}

#[test]
fn an_end_without_the_secret_is_refused_by_the_other() {
    let settings = |secret: &str| {
        let mut settings = SidecarSettings::default();
        settings.secret = LinkSecret::new(secret);
        settings
    };
    let mut fixture = Fixture::new(settings("the secret of this test"));
    for secret in ["", "another one", "the secret of this tesu"] {
        let mut link = SidecarLinkSettings::default();
        link.secret = LinkSecret::new(secret);
        let link = fixture.add_link(link);
        let down = Told::Down(DisconnectReason::refused(b"the secret is wrong"));
        fixture.until("it is refused", |fixture| fixture.was_told(link, &down));
        fixture.links[link].send(Instant::now(), PlayerNumber(1), Delivery::Reliable, b"unheard");
        fixture.links[link].disconnect(Instant::now());
    }
    assert_eq!(fixture.server.statistics().connections.failed_handshakes, 3);
    assert_eq!(fixture.reported, []);
}
