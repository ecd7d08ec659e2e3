//! All players and the network between them, advanced one event at a time.

mod arrived;
mod convergence;
mod entry;
mod forge;
mod hearings;
mod host;
mod links;
mod names;
pub(crate) mod outside;
mod player;
mod reports;
mod script;
mod speech;
mod tamper;

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Debug;
use std::time::Duration;

use consonance_session::{Delivery, LinkId, RoomId};

use crate::sim::action::Action;
use crate::sim::actor::{Host, Player};
use crate::sim::check;
use crate::sim::clock::{Agenda, Time};
use crate::sim::dice::Dice;
use crate::sim::model::{GRACE, Model};
use crate::sim::network::{Network, Parcel, Way, Weather};
use crate::sim::numbers::{PlayerId, Room, Version};
use crate::sim::peers::Peers;
use crate::sim::report::RunCounts;
use crate::sim::sabotage::Sabotage;
use crate::sim::scenario::Scenario;
use crate::sim::swarm::Swarm;
use crate::sim::transcript::Transcript;
use crate::sim::violation::{Checked, Violation, ensure};
use crate::sim::words::Words;
use arrived::Arrived;
use hearings::Hearings;
use outside::Outside;

/// One run: all that is simulated, and what is kept to check it.
#[derive(Debug)]
pub(crate) struct World {
    agenda: Agenda<Thing>,
    reliable_on_the_way: usize,
    network: Network,
    host: Host,
    /// In place of the network and the host, of which only the players' ends and the clock are used then.
    pub(crate) outside: Option<Outside>,
    /// Of a network outside: it may deliver voice twice.
    may_repeat: bool,
    hearings: Hearings,
    players: Vec<Player>,
    room_names: Vec<Box<str>>,
    model: Model,
    words: Words,
    swarm: Swarm,
    peers: Peers,
    /// Random numbers for the choice of a client's kind.
    kinds: Dice,
    /// Random numbers for the players' actions; the network has its own.
    dice: Dice,
    /// Whether faults are allowed at present.
    is_troubled: bool,
    sabotage: Option<Sabotage>,
    actions: VecDeque<(Time, Action)>,
    /// The versions at the last whole seconds.
    versions: VecDeque<Version>,
    /// The voice frames of each player that the server has received.
    arrived: BTreeMap<PlayerId, Arrived>,
    /// Buffers for the packets of the server and of a client, kept for their capacity.
    batch: Vec<Parcel>,
    parcels: Vec<Parcel>,
    /// The batch in which each player's last reliable packet was marked, and the number of batches.
    marked: Vec<u64>,
    batches: u64,
    pub(crate) counts: RunCounts,
    pub(crate) transcript: Transcript,
}

/// A future event.
#[derive(Debug)]
enum Thing {
    Arrives(Parcel),
    LinkOpens(LinkId),
    LinkIsUp(LinkId),
    LinkFails(LinkId),
    PlayerNotices(LinkId),
    HostNotices(LinkId),
    PlayerWakes(PlayerId),
    HostWakes,
    /// The next frame of a player's talk, in that life.
    Speaks(PlayerId, u32),
    /// A player begins to talk.
    TalkStarts,
    /// Something is drawn that happens to a player or to the network.
    SomethingHappens,
    Happens(Action),
}

/// The last actions that a failure shows.
const ACTIONS_SHOWN: usize = 20;
/// More things to come than this per player, or per draining, mean that something does not end.
const MANY: usize = 5000;
/// Seconds after which a packet has arrived or never will.
const LONGEST_ON_THE_WAY: usize = 60;

impl World {
    pub(crate) fn new(scenario: &Scenario) -> Self {
        let mut dice = Dice::new(scenario.seed);
        let swarm = Swarm::draw(&mut dice.split());
        let network = Network::new(usize::from(scenario.clients), Weather::CALM, dice.split());
        let names: Vec<Box<str>> =
            (0..scenario.clients).map(|number| format!("player {number}").into()).collect();
        let room_names = room_names(usize::from(scenario.clients).div_ceil(LISTENERS_PER_ROOM).max(2));
        let grace = scenario.sabotage.map_or(GRACE, Sabotage::grace);
        let host = Host::new(Time::START, grace, &mut dice, swarm.clocks_are_skewed);
        let model = Model::new(names, room_names.clone(), host.server.session());
        let mut world = Self {
            agenda: Agenda::new(),
            reliable_on_the_way: 0,
            network,
            host,
            outside: None,
            may_repeat: false,
            hearings: Hearings::default(),
            players: (0..scenario.clients).map(|number| Player::new(PlayerId(number))).collect(),
            room_names,
            model,
            words: Words::default(),
            swarm,
            peers: scenario.peers,
            kinds: Dice::new(!scenario.seed),
            dice,
            is_troubled: false,
            sabotage: scenario.sabotage,
            actions: VecDeque::new(),
            versions: VecDeque::new(),
            arrived: BTreeMap::new(),
            batch: Vec::new(),
            parcels: Vec::new(),
            marked: vec![0; usize::from(scenario.clients)],
            batches: 0,
            counts: RunCounts::default(),
            transcript: Transcript::default(),
        };
        world.populate();
        world
    }

    /// The same players over a network and a server that are not simulated. Of the kinds of trouble it has those that
    /// players make themselves, all of them and each as often as the others: such a session is short.
    pub(crate) fn over_outside(scenario: &Scenario, may_repeat: bool) -> Self {
        let mut world = Self::new(scenario);
        world.outside = Some(Outside::new(world.players.len()));
        (world.may_repeat, world.sabotage) = (may_repeat, None);
        world.swarm = Swarm::of_players(world.swarm);
        world
    }

    pub(crate) fn now(&self) -> Time {
        self.agenda.now()
    }

    /// The last actions, oldest first, as words.
    pub(crate) fn last_actions(&self) -> Vec<String> {
        self.actions.iter().map(|(at, action)| format!("{at}: {action}")).collect()
    }

    /// Does everything that is due until then.
    pub(crate) fn advance(&mut self, until: Time) -> Checked {
        while self.agenda.next_at().is_some_and(|at| at <= until)
            && let Some(thing) = self.agenda.take()
        {
            self.counts.steps += 1;
            self.happen(thing)?;
        }
        self.agenda.pass_to(until);
        Ok(())
    }

    /// Compares whole tables, and sees to it that nothing grows without bound.
    pub(crate) fn check_tables(&mut self) -> Checked {
        for player in &self.players {
            let Some(client) = &player.client else { continue };
            check::tables(player, client, &self.model, self.agenda.now())?;
            let dropped = client.statistics().events_dropped;
            ensure!(dropped == 0, "{} lost {dropped} events", player.id);
        }
        let host_now = self.host.clock.read(self.agenda.now());
        if self.outside.is_none()
            && let Some(stay) = self.model.overdue(host_now).next()
        {
            return Err(Violation::new(format!("the place of {} is kept for too long", stay.player_id)));
        }
        let waiting = self.agenda.len();
        ensure!(
            waiting <= MANY * self.players.len(),
            "{waiting} things are to come: something is repeating itself"
        );
        self.words.forget(self.agenda.now());
        // Packets in flight may report a version older than any that the players know.
        self.versions.push_back(self.model.version);
        if self.versions.len() > LONGEST_ON_THE_WAY
            && let Some(then) = self.versions.pop_front()
        {
            let views = self.players.iter().filter_map(|player| player.heard.view);
            self.model.forget_before(views.map(|view| view.version).fold(then, Version::min));
        }
        Ok(())
    }

    fn happen(&mut self, thing: Thing) -> Checked {
        match thing {
            Thing::Arrives(parcel) => {
                self.reliable_on_the_way -= usize::from(parcel.delivery == Delivery::Reliable);
                match parcel.way {
                    Way::Up => self.host_receives(&parcel),
                    Way::Down => self.player_receives(&parcel),
                }
            }
            Thing::LinkOpens(link) => self.link_opens(link),
            Thing::LinkIsUp(link) => self.link_is_up(link),
            Thing::LinkFails(link) => self.link_fails(link),
            Thing::PlayerNotices(link) => self.player_notices(link),
            Thing::HostNotices(link) => self.host_notices(link),
            Thing::PlayerWakes(player_id) => self.player_wakes(player_id),
            Thing::HostWakes => self.host_wakes(),
            Thing::Speaks(player_id, life) => self.speaks(player_id, life),
            Thing::TalkStarts => self.start_talk(),
            Thing::SomethingHappens => self.something_happens(),
            Thing::Happens(action) => self.act(action),
        }
    }

    /// All players start within the first second, and a tenth begins to talk.
    fn populate(&mut self) {
        for index in 0..self.players.len() {
            let room = self.any_room();
            self.players[index].rooms.insert(room);
            let at = self.soon(Duration::from_secs(1));
            self.agenda.add(at, Thing::Happens(Action::Start(PlayerId(index as u16))));
        }
        for _ in 0..self.players.len().div_ceil(CLIENTS_PER_TALKER) {
            let at = self.soon(Duration::from_secs(3));
            self.agenda.add(at, Thing::TalkStarts);
        }
    }

    fn soon(&mut self, span: Duration) -> Time {
        self.agenda.now() + Duration::from_micros(self.dice.below(span.as_micros() as u64 + 1))
    }

    fn any_room(&mut self) -> Room {
        Room(self.dice.below(self.room_names.len() as u64) as u16)
    }

    fn any_player(&mut self) -> PlayerId {
        PlayerId(self.dice.below(self.players.len() as u64) as u16)
    }

    /// Whatever is at one end of the network: a player's client, or the server.
    fn note_event(&mut self, of: Option<PlayerId>, event: &dyn Debug) {
        let micros = self.agenda.now().as_micros();
        self.transcript.note_event(micros, of.map_or(u64::MAX, |player_id| player_id.0.into()), event);
    }
}

/// A tenth of the clients talks at any time.
const CLIENTS_PER_TALKER: usize = 10;
/// The approximate number of listeners of a frame.
const LISTENERS_PER_ROOM: usize = 10;

/// Names whose ids differ, so that the wire can tell the rooms apart.
fn room_names(count: usize) -> Vec<Box<str>> {
    let mut ids = std::collections::BTreeSet::new();
    let names = (0..).map(|number| format!("room {number}"));
    names.filter(|name| ids.insert(RoomId::of(name))).take(count).map(Into::into).collect()
}
