//! The same players, script and reference for sessions whose network and server are real: the caller carries packets
//! both ways, reports what the server does, and learns whether each player hears what is meant for it.

use std::time::Duration;

use consonance_session::{Delivery, LinkId};

use crate::sim::clock::Time;
use crate::sim::report::{RunReport, SimFailure};
use crate::sim::run::{failure_of, report_of};
use crate::sim::scenario::{CLIENTS_MAX, Scenario};
use crate::sim::violation::{Checked, Violation};
use crate::sim::words::Probe;
use crate::sim::world::World;
use crate::sim::world::outside::LinkOrder;

/// A session over a network and a server that are not simulated, judged as a simulated one.
///
/// Time is an argument, and may be real or slower: nothing is checked against it but [`LiveScenario::patience`].
///
/// Of the troubles of a simulated session it has those that players make themselves: they come, go, crash, hang up,
/// change rooms, write, talk and forge. Trouble lasts for [`Scenario::length`]; then all players have to be connected,
/// to know the same, and to be heard by all their listeners.
///
/// The server is to keep places of lost links for longer than the whole session.
#[derive(Debug)]
pub struct Live {
    scenario: LiveScenario,
    world: World,
    phase: Phase,
    next_look: Time,
}

/// The parameters of a session with a real network.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LiveScenario {
    /// The players, what decides what they do, and for how long they make trouble. Sabotage is ignored.
    pub scenario: Scenario,
    /// The network may deliver voice twice (default no).
    pub may_repeat: bool,
    /// Within this, after the trouble, everything has to come right: once until all know the same, and once until
    /// all are heard (default 60 s).
    pub patience: Duration,
}

/// An action for a player's end of the network.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NetworkOrder {
    /// Connect, once the link before has ended; everything that comes of it is said of this link.
    Connect {
        /// The player, 0 … [`Scenario::clients`] − 1.
        player: u16,
        /// Its new link.
        link: LinkId,
    },
    /// Send a packet.
    Send {
        /// The player.
        player: u16,
        /// How.
        delivery: Delivery,
        /// The packet.
        packet: Box<[u8]>,
    },
    /// Hang up, after what was sent before.
    Disconnect {
        /// The player.
        player: u16,
    },
    /// Hang up as well, but the player is not told: it learns of the end of its link as of any other end.
    Cut {
        /// The player.
        player: u16,
    },
    /// Drop this end of the network, and begin with another one: packets of the old one are ignored.
    Crash {
        /// The player.
        player: u16,
    },
}

/// Something that a server did, in the order in which it did it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ServerAction {
    /// It took a packet in.
    Received {
        /// Over this link, by the server's own numbers: each is used once.
        connection: u64,
        /// The delivery of the packet.
        delivery: Delivery,
        /// The packet.
        packet: Box<[u8]>,
    },
    /// It learnt that a link is gone.
    Lost {
        /// The link.
        connection: u64,
    },
    /// It sent a packet.
    Sent {
        /// Over these links.
        connections: Box<[u64]>,
        /// How.
        delivery: Delivery,
        /// The packet.
        packet: Box<[u8]>,
    },
    /// It closed a link.
    Closed {
        /// The link.
        connection: u64,
        /// In the words that the player is told.
        reason: Box<str>,
    },
    /// It looks whether there is more to do, so all that followed of the actions before has been done.
    Looked,
}

#[derive(Clone, Copy, Debug)]
enum Phase {
    Trouble { until: Time },
    Settling { since: Time },
    Hearing { since: Time, first: Probe },
    Over,
}

/// The interval at which recovery is checked.
const LOOK: Duration = Duration::from_millis(100);

impl LiveScenario {
    /// The defaults, for these players.
    pub fn new(scenario: Scenario) -> Self {
        Self { scenario, may_repeat: false, patience: Duration::from_mins(1) }
    }
}

impl Live {
    /// Players that are about to start.
    pub fn new(mut scenario: LiveScenario) -> Self {
        scenario.scenario.clients = scenario.scenario.clients.clamp(2, CLIENTS_MAX);
        let mut world = World::over_outside(&scenario.scenario, scenario.may_repeat);
        world.begin_trouble();
        let phase = Phase::Trouble { until: Time::START + scenario.scenario.length };
        Self { scenario, world, phase, next_look: Time::START }
    }

    /// A player's link is up.
    ///
    /// # Errors
    /// The first thing that must not be.
    pub fn player_connected(&mut self, link: LinkId) -> Result<(), Box<SimFailure>> {
        let done = self.world.outside_connected(link);
        self.judge(done)
    }

    /// A packet came over a player's link. It is looked at with the next [`advance`](Self::advance) for which the
    /// server is known to have sent it.
    pub fn player_received(&mut self, link: LinkId, delivery: Delivery, packet: &[u8]) {
        self.world.outside_received(link, delivery, packet);
    }

    /// A player's link is gone, or could not be opened.
    ///
    /// # Errors
    /// The first thing that must not be.
    pub fn player_disconnected(&mut self, link: LinkId) -> Result<(), Box<SimFailure>> {
        let done = self.world.outside_disconnected(link);
        self.judge(done)
    }

    /// The server did something.
    ///
    /// # Errors
    /// It is not what it should do, or what it did before is not all of it.
    pub fn server_did(&mut self, action: &ServerAction) -> Result<(), Box<SimFailure>> {
        let world = &mut self.world;
        let done = match action {
            ServerAction::Received { connection, delivery, packet } => {
                world.server_received(*connection, *delivery, packet)
            }
            ServerAction::Lost { connection } => world.server_lost(*connection),
            ServerAction::Sent { connections, delivery, packet } => {
                world.server_sent(connections, *delivery, packet);
                Ok(())
            }
            ServerAction::Closed { connection, reason } => {
                world.server_closed(*connection, reason);
                Ok(())
            }
            ServerAction::Looked => world.server_is_done(),
        };
        self.judge(done)
    }

    /// Does what is due until then, time since the session began; the report when all is over.
    ///
    /// # Errors
    /// The first violation, or what has not recovered in time.
    pub fn advance(&mut self, elapsed: Duration) -> Result<Option<RunReport>, Box<SimFailure>> {
        let now = Time::START + elapsed;
        let done = self.world.deliver().and_then(|()| self.world.advance(now));
        self.judge(done)?;
        if now >= self.next_look {
            self.next_look = now + LOOK;
            let done = self.look(now);
            self.judge(done)?;
        }
        let is_over = matches!(self.phase, Phase::Over);
        Ok(is_over.then(|| report_of(&self.world)))
    }

    /// The next action for a player's end of the network.
    pub fn poll_order(&mut self) -> Option<NetworkOrder> {
        let (player_id, order) = self.world.outside.as_mut()?.orders.pop_front()?;
        let player = player_id.0;
        Some(match order {
            LinkOrder::Connect { link } => NetworkOrder::Connect { player, link },
            LinkOrder::Send { delivery, packet } => {
                NetworkOrder::Send { player, delivery, packet: (*packet).into() }
            }
            LinkOrder::Disconnect => NetworkOrder::Disconnect { player },
            LinkOrder::Cut => NetworkOrder::Cut { player },
            LinkOrder::Crash => NetworkOrder::Crash { player },
        })
    }

    fn look(&mut self, now: Time) -> Checked {
        self.world.check_tables()?;
        match self.phase {
            Phase::Trouble { until } if now >= until => {
                self.world.end_trouble();
                self.phase = Phase::Settling { since: now };
            }
            Phase::Trouble { .. } | Phase::Over => {}
            Phase::Settling { since } => match self.world.is_settled() {
                Ok(()) => {
                    let first = self.world.all_speak()?;
                    self.phase = Phase::Hearing { since: now, first };
                }
                missing => self.is_in_time(since, now, missing)?,
            },
            Phase::Hearing { since, first } => {
                let next = self.world.next_word();
                match self.world.all_are_heard(first..next) {
                    Ok(()) => self.phase = Phase::Over,
                    missing => {
                        self.is_in_time(since, now, missing)?;
                        self.world.unheard_go_on()?;
                    }
                }
            }
        }
        Ok(())
    }

    fn is_in_time(&self, since: Time, now: Time, missing: Checked) -> Checked {
        if now > since + self.scenario.patience { missing } else { Ok(()) }
    }

    fn judge<T>(&self, done: Result<T, Violation>) -> Result<T, Box<SimFailure>> {
        done.map_err(|violation| Box::new(failure_of(&self.scenario.scenario, &self.world, &violation)))
    }
}
