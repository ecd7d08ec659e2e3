//! The whole world: the clock, NATS, nodes, players, and their actions.

use std::time::{Duration, Instant};

use consonance_cluster::NodeEvent;
use consonance_cluster::simulated::{NatsFaults, NodeMessage, SimulatedNats};
use consonance_server::SessionsSettings;
use consonance_session::{Delivery, ProximitySettings, RoomPattern};

use super::diary::Diary;
use super::disturbances::Disturbances;
use super::node::{Life, SimNode};
use super::observed::{Observed, SharedTranscript, micros};
use super::player::{Presence, Room, SimPlayer};
use super::sabotage::ClusterSabotage;
use super::trouble::Trouble;
use super::words::Words;
use super::{ClusterCounts, ClusterScenario};
use crate::sim::clock::Time;
use crate::sim::dice::Dice;
use crate::sim::violation::Checked;

/// The sessions that players go to.
pub(super) const SESSIONS: [&str; 2] = ["arena", "lobby"];
/// The length of a step.
const STEP: Duration = Duration::from_millis(5);
/// Marks nodes, and links between them, in a transcript.
const BUS: u64 = 1 << 48;
/// The range of voices in the field, in metres.
const RANGE_M: f32 = 100.0;
/// The calm after which every earlier decision or change is known everywhere.
pub(super) const SPREADING: Duration = Duration::from_millis(2_500);
/// The latest time at which players notice that their node is dead.
const NOTICED: Duration = Duration::from_secs(3);

pub(super) struct World {
    start: Instant,
    pub(super) now: Instant,
    pub(super) dice: Dice,
    pub(super) nats: SimulatedNats<NodeMessage>,
    settings: SessionsSettings,
    pub(super) nodes: Vec<SimNode>,
    pub(super) players: Vec<SimPlayer>,
    pub(super) words: Words,
    pub(super) disturbances: Disturbances,
    pub(super) trouble: Trouble,
    pub(super) diary: Diary,
    pub(super) sabotage: Option<ClusterSabotage>,
    /// Whether operators decide and players come and go.
    pub(super) is_busy: bool,
    pub(super) counts: ClusterCounts,
    pub(super) transcript: SharedTranscript,
    /// The number of players' ends of networks so far.
    ends: u64,
}

impl World {
    pub(super) fn new(scenario: &ClusterScenario) -> Self {
        let mut dice = Dice::new(scenario.seed);
        // Only the difference between two times matters.
        let now = Instant::now() + Duration::from_hours(1);
        let mut world = Self {
            start: now,
            now,
            nats: SimulatedNats::new(dice.throw()),
            settings: settings(&mut dice),
            nodes: Vec::new(),
            players: Vec::new(),
            words: Words::default(),
            disturbances: Disturbances::new(now),
            trouble: Trouble::draw(&mut dice),
            diary: Diary::default(),
            sabotage: scenario.sabotage,
            is_busy: true,
            counts: ClusterCounts::default(),
            transcript: SharedTranscript::default(),
            ends: 0,
            dice,
        };
        world.nats.set_faults(NatsFaults { delay: DELAY, ..NatsFaults::default() });
        match scenario.sabotage {
            Some(sabotage) => sabotage.begin(&mut world.nats, world.dice.split()),
            None => world.observe_bus(),
        }
        for _ in 0..2 + world.dice.below(3) {
            world.start_node();
        }
        for _ in 0..3 + world.dice.below(5) {
            world.add_player();
        }
        world
    }

    /// Notes all messages between nodes. A bus that is sabotaged is not observed.
    fn observe_bus(&mut self) {
        let transcript = self.transcript.clone();
        self.nats.set_tamper(Box::new(move |from, to, message| {
            let (kind, bytes) = match message {
                NodeMessage::Beat(bytes) => (0, bytes),
                NodeMessage::Announcement(bytes) => (1, bytes),
                NodeMessage::Bundle(bytes) => (2, bytes),
                NodeMessage::Query(bytes) => (3, bytes),
            };
            let over = BUS | (from as u64) << 16 | (to as u64) << 8 | kind;
            transcript.note(|transcript| transcript.note_packet(0, over, Delivery::Reliable, bytes));
            1
        }));
    }

    /// A link to a node, at one of its workers.
    fn link_to(&mut self, node: usize, session: &str) -> Observed {
        self.ends += 1;
        let inner = self.nodes[node].client(session, &mut self.dice);
        Observed { inner, transcript: self.transcript.clone(), start: self.start, number: self.ends }
    }

    pub(super) fn time(&self) -> Time {
        Time::START + self.now.duration_since(self.start)
    }

    pub(super) fn counts(&self) -> ClusterCounts {
        let numbers = || self.nodes.iter().map(|node| node.number);
        let pairs = numbers().flat_map(|from| numbers().map(move |to| (from, to)));
        let losses = pairs.filter_map(|(from, to)| self.nats.loss(from, to));
        ClusterCounts { bus_losses: losses.map(|loss| loss.messages).sum(), ..self.counts }
    }

    pub(super) fn note(&mut self, what: String) {
        let at = self.time();
        self.diary.note(at, what);
    }

    /// Describes the state of everything, for the report of a failure.
    pub(super) fn describe(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for node in &self.nodes {
            lines.push(format!("node {}: {:?}", node.number, node.life));
            for session in SESSIONS {
                let table = node.table(session);
                if let Some(authority) = node.authority(self.now, session) {
                    lines.push(format!("  {session}: {authority:?}"));
                }
                lines.extend(table.into_iter().map(|row| format!("  {session}: {row}")));
            }
        }
        for player in self.players.iter().filter(|player| player.presence != Presence::Gone) {
            let (name, session, node) = (player.name(), player.session, player.node);
            let (status, joined, changes) = (player.client().status(), player.joined, player.changes);
            let rooms: Vec<Room> = player.rooms.iter().copied().collect();
            let talk = player.speaks_to();
            let known: Vec<String> = player
                .client()
                .players()
                .iter()
                .map(|player| format!("{} {}", player.id.0, player.name))
                .collect();
            lines.push(format!(
                "{name}: {session} at node {node}, {status:?}, {joined:?}, {rooms:?}, speaks to {talk:?}, {changes} changes, \
                 knows {known:?}"
            ));
        }
        lines
    }

    /// Lets time pass, with all that happens and is checked meanwhile.
    pub(super) fn pass(&mut self, time: Duration) -> Checked {
        let end = self.now + time;
        while self.now < end {
            self.step()?;
        }
        Ok(())
    }

    fn step(&mut self) -> Checked {
        self.now += STEP;
        self.follow_lives();
        self.run_nodes();
        self.disturbances.look(self.now, &self.nodes, &self.nats);
        self.run_players()?;
        self.spread_decisions();
        self.play_script();
        self.make_trouble();
        self.check_owners()?;
        self.check_ids()?;
        self.judge_words()
    }

    fn follow_lives(&mut self) {
        for node in &mut self.nodes {
            match node.life {
                Life::Asleep(until) if until <= self.now => node.life = Life::Awake,
                Life::Dead(noticed) if noticed <= self.now => node.vanish(),
                _ => {}
            }
        }
    }

    fn run_nodes(&mut self) {
        let mut order: Vec<usize> = (0..self.nodes.len()).collect();
        self.dice.shuffle(&mut order);
        for node in order {
            if !self.nodes[node].is_awake() {
                continue;
            }
            let owned = SESSIONS.map(|session| self.nodes[node].runs(session));
            for event in self.nodes[node].run_once(self.now, &mut self.nats, &mut self.dice) {
                self.hear_event(node, &event);
            }
            let owns = SESSIONS.map(|session| self.nodes[node].runs(session));
            if owned.iter().zip(owns).any(|(owned, owns)| *owned && !owns) {
                self.disturbances.note_replaced(node);
            }
        }
    }

    fn hear_event(&mut self, node: usize, event: &NodeEvent) {
        match event {
            NodeEvent::Owned { is_takeover, .. } => {
                self.disturbances.owners = self.now;
                self.counts.takeovers += u64::from(*is_takeover);
            }
            NodeEvent::Confirmed { .. } | NodeEvent::Ended { .. } | NodeEvent::Unplaced { .. } => {
                self.disturbances.owners = self.now;
            }
            NodeEvent::NodeLost { .. } => self.disturbances.lost_nodes = self.now,
            NodeEvent::OwnedBy { .. }
            | NodeEvent::NodeFound { .. }
            | NodeEvent::Incompatible { .. }
            | NodeEvent::SelfInfo { .. } => {}
        }
        let micros = micros(self.start, self.now);
        self.transcript.note(|transcript| transcript.note_event(micros, BUS | node as u64, event));
        self.note(format!("node {node} learns: {event:?}"));
    }

    fn run_players(&mut self) -> Checked {
        for player in 0..self.players.len() {
            if self.players[player].presence == Presence::Gone {
                continue;
            }
            let (micros, transcript) = (micros(self.start, self.now), self.transcript.clone());
            let came = self.players[player].run_once(self.now, |event| {
                transcript.note(|transcript| transcript.note_event(micros, player as u64, event));
            });
            for what in &came.notes {
                let name = self.players[player].name().to_owned();
                self.note(format!("{name}: {what}"));
            }
            self.counts.resumed += u64::from(came.has_resumed);
            self.check_refused(player, came.refused)?;
            for number in &came.frames {
                self.check_heard(player, *number, false)?;
            }
            for number in &came.texts {
                self.check_heard(player, *number, true)?;
            }
            if came.has_lost_link {
                self.lead_elsewhere(player);
            }
        }
        Ok(())
    }

    /// A player whose link is lost tries another node, or the same one again.
    fn lead_elsewhere(&mut self, player: usize) {
        if self.players[player].presence == Presence::Leaving {
            self.players[player].presence = Presence::Gone;
            return;
        }
        let node = self.any_node();
        let session = self.players[player].session;
        let transport = self.link_to(node, session);
        self.players[player].go_to(node, transport);
    }

    /// A node that players may choose: they do not know which ones sleep.
    fn any_node(&mut self) -> usize {
        let living: Vec<usize> = (0..self.nodes.len()).filter(|node| !self.nodes[*node].is_dead()).collect();
        self.dice.pick(&living).copied().unwrap_or(0)
    }

    pub(super) fn start_node(&mut self) {
        let node = SimNode::start(self.now, &mut self.nats, &self.settings, &mut self.dice);
        self.nodes.push(node);
        self.disturbances.note_start(self.now);
        self.counts.nodes += 1;
    }

    /// A node crashes, or ends in order.
    pub(super) fn kill_node(&mut self, node: usize) {
        let noticed = self.now + self.dice.millis(0, NOTICED.as_millis() as u64);
        if self.nodes[node].is_awake() && self.dice.chance(500_000) {
            self.nodes[node].leave(self.now, &mut self.nats);
        }
        self.nodes[node].life = Life::Dead(noticed);
        self.nats.set_connected(self.now, self.nodes[node].number, false);
        self.disturbances.nodes = self.now;
        self.counts.killed += 1;
    }

    pub(super) fn add_player(&mut self) {
        let node = self.any_node();
        let session = if self.dice.chance(800_000) { SESSIONS[0] } else { SESSIONS[1] };
        let transport = self.link_to(node, session);
        let name = format!("player {}", self.players.len());
        let is_far = self.dice.chance(300_000);
        let mut player = SimPlayer::new(self.now, &name, (session, node), transport, is_far);
        for room in Room::ALL {
            if room == Room::Hall || self.dice.chance(500_000) {
                player.enter(self.now, room);
            }
        }
        self.players.push(player);
        self.note(format!("{name} goes to {session} at node {node}"));
    }

    /// Notes that decisions and changes before a long enough calm are known everywhere.
    fn spread_decisions(&mut self) {
        let Some(before) = self.now.checked_sub(SPREADING) else { return };
        let disturbed = self.disturbances.any();
        if disturbed > before {
            return;
        }
        for player in &mut self.players {
            player.muted.spread_undisturbed(before, disturbed, self.now);
            player.deafened.spread_undisturbed(before, disturbed, self.now);
            player.placed.spread(before, self.now);
            player.left.values_mut().for_each(|left| left.spread(before, self.now));
            player.is_settled |= player.is_in() && player.changed <= before;
        }
    }
}

/// Messages take up to this long where nothing is wrong.
pub(super) const DELAY: Duration = Duration::from_millis(5);

fn settings(dice: &mut Dice) -> SessionsSettings {
    let mut settings = SessionsSettings::on_demand();
    settings.on_demand = vec![RoomPattern::Prefix("".into())];
    settings.hosting.empty_for = dice.millis(0, 3_000);
    settings.proximity = vec![(Room::Field.name().into(), ProximitySettings::new(RANGE_M))];
    settings.seed = dice.throw();
    for bytes in settings.secret_key.chunks_exact_mut(8) {
        bytes.copy_from_slice(&dice.throw().to_le_bytes());
    }
    settings
}
