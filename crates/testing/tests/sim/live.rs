//! A session over an outside network is judged like a simulated one, here with a server and
//! a network that take no time.

use std::collections::BTreeMap;
use std::time::Duration;

use consonance_session::{
    Delivery, Instant, LinkCommand, LinkId, PeerOrigin, Server, ServerSettings, Transmit,
};
use consonance_testing::sim::{
    Live, LiveScenario, NetworkOrder, RunReport, Scenario, ServerAction, SimFailure,
};

#[test]
fn a_perfect_carrier_has_all_players_heard() {
    let report = carry(1, |_| true).unwrap();
    let counts = report.counts;
    assert!(counts.heard > 1000 && counts.texts > 0 && counts.routed > 0, "{counts:?}");
    assert!(counts.resumed > 0 && counts.goodbyes > 0, "{counts:?}");
}

#[test]
fn the_same_seed_makes_the_same_session() {
    assert_eq!(carry(2, |_| true), carry(2, |_| true));
    assert_ne!(carry(2, |_| true).unwrap().transcript, carry(3, |_| true).unwrap().transcript);
}

#[test]
fn a_reliable_packet_that_is_not_carried_is_missed() {
    let mut reliable = 0;
    let failure = carry(4, |sent| {
        reliable += u32::from(sent.delivery == Delivery::Reliable);
        sent.delivery == Delivery::Unreliable || reliable != 200
    });
    let what = failure.unwrap_err().what;
    assert!(what.contains("is not the next one sent to it") || what.contains("are on their way"), "{what}");
}

#[test]
fn voice_that_never_comes_is_missed() {
    let failure = carry(5, |sent| sent.delivery == Delivery::Reliable || sent.link.0 % 2 == 0);
    let what = failure.unwrap_err().what;
    assert!(what.contains("does not hear a word of"), "{what}");
}

/// A packet from the server to one player.
struct Sent {
    /// The link, by the server's numbers.
    link: LinkId,
    delivery: Delivery,
}

/// Plays a session, and delivers those packets of the server for which `is_carried` returns true.
fn carry(seed: u64, is_carried: impl FnMut(&Sent) -> bool) -> Result<RunReport, Box<SimFailure>> {
    let mut scenario = Scenario::new(seed);
    scenario.clients = 12;
    scenario.length = Duration::from_secs(20);
    let mut scenario = LiveScenario::new(scenario);
    scenario.patience = Duration::from_secs(10);
    let mut settings = ServerSettings::from_seed(seed);
    settings.limits.resume = Duration::from_hours(1);
    let carrier = Carrier {
        live: Live::new(scenario),
        server: Server::new(settings),
        connections: 0,
        players: BTreeMap::new(),
        links: BTreeMap::new(),
        is_carried,
    };
    carrier.play()
}

struct Carrier<F> {
    live: Live,
    server: Server,
    connections: u64,
    /// Each player's connection, by the server's numbers.
    players: BTreeMap<u16, LinkId>,
    /// The players' numbers for the server's links.
    links: BTreeMap<LinkId, LinkId>,
    is_carried: F,
}

impl<F: FnMut(&Sent) -> bool> Carrier<F> {
    fn play(mut self) -> Result<RunReport, Box<SimFailure>> {
        let mut elapsed = Duration::ZERO;
        loop {
            elapsed += Duration::from_millis(5);
            let now = Instant::START + elapsed;
            self.server.handle_timeout(now);
            self.drain()?;
            if let Some(report) = self.live.advance(elapsed)? {
                return Ok(report);
            }
            while let Some(order) = self.live.poll_order() {
                self.carry_out(now, order)?;
            }
        }
    }

    fn carry_out(&mut self, now: Instant, order: NetworkOrder) -> Result<(), Box<SimFailure>> {
        match order {
            NetworkOrder::Connect { player, link } => {
                self.connections += 1;
                let connection = LinkId(self.connections);
                self.players.insert(player, connection);
                self.links.insert(connection, link);
                // The player's place and name are kept for the whole session.
                let origin = PeerOrigin::Identity { network: 0, number: player.into() };
                self.server.handle_connected_from(now, connection, Some(origin));
                self.live.player_connected(link)?;
                self.drain()
            }
            NetworkOrder::Send { player, delivery, packet } => {
                let Some(&link) = self.players.get(&player) else { return Ok(()) };
                let connection = link.0;
                self.live.server_did(&ServerAction::Received {
                    connection,
                    delivery,
                    packet: packet.clone(),
                })?;
                if let Some(relayed) = self.server.handle_packet(now, link, delivery, &packet) {
                    let sent = Outgoing::of(&relayed);
                    self.send(&sent)?;
                }
                self.drain()
            }
            NetworkOrder::Disconnect { player } | NetworkOrder::Crash { player } => {
                self.hang_up(now, player)?;
                Ok(())
            }
            NetworkOrder::Cut { player } => match self.hang_up(now, player)? {
                Some(link) => self.live.player_disconnected(link),
                None => Ok(()),
            },
            other => panic!("an unknown order: {other:?}"),
        }
    }

    /// Ends a player's connection, which the server learns at once. Returns the player's number for the link.
    fn hang_up(&mut self, now: Instant, player: u16) -> Result<Option<LinkId>, Box<SimFailure>> {
        let Some(link) = self.players.remove(&player) else { return Ok(None) };
        self.live.server_did(&ServerAction::Lost { connection: link.0 })?;
        self.server.handle_disconnected(now, link);
        self.drain()?;
        Ok(self.links.remove(&link))
    }

    /// Delivers the server's packets and closes the links that it gives up.
    fn drain(&mut self) -> Result<(), Box<SimFailure>> {
        while self.server.poll_event().is_some() {}
        while let Some(sent) = self.server.poll_transmit().map(|transmit| Outgoing::of(&transmit)) {
            self.send(&sent)?;
        }
        let mut closed = Vec::new();
        while let Some(LinkCommand::Close { link, reason, .. }) = self.server.poll_command() {
            let reason = reason.to_string().into();
            self.live.server_did(&ServerAction::Closed { connection: link.0, reason })?;
            closed.push(link);
        }
        self.live.server_did(&ServerAction::Looked)?;
        for link in closed {
            self.players.retain(|_, of| *of != link);
            if let Some(link) = self.links.remove(&link) {
                self.live.player_disconnected(link)?;
            }
        }
        Ok(())
    }

    fn send(&mut self, Outgoing { to, delivery, packet }: &Outgoing) -> Result<(), Box<SimFailure>> {
        self.live.server_did(&ServerAction::Sent {
            connections: to.iter().map(|link| link.0).collect(),
            delivery: *delivery,
            packet: packet.clone(),
        })?;
        for link in to {
            let is_carried = (self.is_carried)(&Sent { link: *link, delivery: *delivery });
            if let Some(link) = self.links.get(link).filter(|_| is_carried) {
                self.live.player_received(*link, *delivery, packet);
            }
        }
        Ok(())
    }
}

/// A packet from the server, copied out of its buffer.
struct Outgoing {
    to: Vec<LinkId>,
    delivery: Delivery,
    packet: Box<[u8]>,
}

impl Outgoing {
    fn of(transmit: &Transmit<'_>) -> Self {
        Self { to: transmit.to.to_vec(), delivery: transmit.delivery, packet: transmit.payload.into() }
    }
}
