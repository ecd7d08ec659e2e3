//! Carries packets between the players of a session and the networks, and tells the reference what the server does.

use std::num::NonZeroUsize;
use std::thread;
use std::time::{Duration, Instant};

use consonance_game_networks::sidecar::SidecarBridge;
use consonance_link::ClientLinkEvent;
use consonance_link::memory::MemoryServer;
use consonance_server::{Admission, DedicatedServer, JoiningSettings, SessionsSettings, Workers};
use consonance_session::{LinkId, NameTaken};
use consonance_testing::sim::{Live, LiveScenario, NetworkOrder, RunReport, SimFailure};

use super::networks::{self, Line, Listening, SESSION, Way};
use super::tap::{Fault, Log, Tap};

pub(super) struct Fixture {
    live: Live,
    lines: Vec<PlayersLine>,
    bridges: Vec<SidecarBridge<MemoryServer>>,
    makers: Vec<Box<dyn FnMut() -> Line>>,
    log: Log,
    /// The server stops when the fixture is dropped.
    _server: DedicatedServer,
}

/// A player's end of its network.
struct PlayersLine {
    transport: Line,
    /// The link that is up, being made or ending.
    link: Option<LinkId>,
    /// The link to make once that one has ended.
    next: Option<LinkId>,
}

/// The pause between two polls of the networks.
const PAUSE: Duration = Duration::from_millis(1);
/// The session's time advances by one voice frame per turn at most, so that all players speak slower on a busy
/// machine, and nothing piles up.
const LONGEST_TURN: Duration = Duration::from_millis(20);
/// A place is kept for longer than any session here lasts.
const PLACES_KEPT: Duration = Duration::from_hours(1);

impl Fixture {
    pub(super) fn new(scenario: LiveScenario, way: Way, fault: Fault) -> Self {
        let players = usize::from(scenario.scenario.clients);
        let mut settings = SessionsSettings::new([SESSION]).unwrap();
        settings.limits.resume = PLACES_KEPT;
        // A crashed player may come back before its network has noticed the crash, and the reference does not model
        // newcomers that wait for a name.
        let mut joining = JoiningSettings::default();
        joining.name_taken = NameTaken::Newest;
        settings.admission = Admission::new(joining);
        // A busy machine must not cause load shedding here.
        settings.shedding.is_on = false;
        let mut workers = Workers::new(&settings, NonZeroUsize::MIN);
        let (log, mut makers, mut bridges) = (Log::default(), Vec::new(), Vec::new());
        for (number, listening) in (0..).zip(networks::all(way)) {
            let Listening { server, line, bridge } = listening;
            let tap = Tap::new(server, number, log.clone(), fault);
            assert!(workers.add_for_session(SESSION, Box::new(tap)), "the session is there from the start");
            makers.push(line);
            bridges.extend(bridge);
        }
        let networks = makers.len();
        let line =
            |player: usize| PlayersLine { transport: makers[player % networks](), link: None, next: None };
        let lines = (0..players).map(line).collect();
        let server = DedicatedServer::start(workers);
        Self { live: Live::new(scenario), lines, bridges, makers, log, _server: server }
    }

    /// Runs the players until everything has come right.
    pub(super) fn play(mut self) -> Result<RunReport, Box<SimFailure>> {
        let (mut turned, mut elapsed) = (Instant::now(), Duration::ZERO);
        loop {
            let now = Instant::now();
            elapsed += (now - turned).min(LONGEST_TURN);
            turned = now;
            for line in &mut self.lines {
                line.receive(now, &mut self.live)?;
            }
            for bridge in &mut self.bridges {
                assert_eq!(bridge.run_once(now), None, "the link stays");
            }
            for action in self.log.take() {
                self.live.server_did(&action)?;
            }
            if let Some(report) = self.live.advance(elapsed)? {
                return Ok(report);
            }
            while let Some(order) = self.live.poll_order() {
                self.carry_out(now, &order);
            }
            thread::sleep(PAUSE);
        }
    }

    fn carry_out(&mut self, now: Instant, order: &NetworkOrder) {
        match order {
            NetworkOrder::Connect { player, link } => self.line(*player).connect(now, *link),
            NetworkOrder::Send { player, delivery, packet } => {
                self.line(*player).transport.send(now, *delivery, packet);
            }
            NetworkOrder::Disconnect { player } => {
                let line = self.line(*player);
                line.next = None;
                line.transport.disconnect(now);
            }
            NetworkOrder::Cut { player } => self.line(*player).transport.disconnect(now),
            NetworkOrder::Crash { player } => {
                let networks = self.makers.len();
                let transport = self.makers[usize::from(*player) % networks]();
                *self.line(*player) = PlayersLine { transport, link: None, next: None };
            }
            other => panic!("unknown order: {other:?}"),
        }
    }

    fn line(&mut self, player: u16) -> &mut PlayersLine {
        &mut self.lines[usize::from(player)]
    }
}

impl PlayersLine {
    fn connect(&mut self, now: Instant, link: LinkId) {
        if self.link.is_some() {
            self.next = Some(link);
            return;
        }
        self.link = Some(link);
        self.transport.connect(now);
    }

    fn receive(&mut self, now: Instant, live: &mut Live) -> Result<(), Box<SimFailure>> {
        let mut bytes = Vec::new();
        while let Some(event) = self.transport.poll_event(now, &mut bytes) {
            let link = self.link.expect("nothing comes without a link");
            match event {
                ClientLinkEvent::Connected => live.player_connected(link)?,
                ClientLinkEvent::Packet { channel: delivery } => {
                    live.player_received(link, delivery, &bytes);
                }
                ClientLinkEvent::Disconnected { .. } => {
                    self.link = None;
                    live.player_disconnected(link)?;
                    if let Some(next) = self.next.take() {
                        self.connect(now, next);
                    }
                }
                ClientLinkEvent::Direct { .. } => panic!("these players reach each other through the server"),
            }
        }
        Ok(())
    }
}
