//! Faults of nodes, of NATS, and of the network between them.

use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::findings::SILENCE_MAX;
use super::fixture::Fixture;
use super::players::Whereabouts;
use crate::soak::soak_loop::{Outcome, SoakLoop as _};

/// One kind of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Fault {
    /// A node dies, as by a power cut, and is started again later.
    Kill,
    /// A node stands still for ten seconds.
    Pause,
    /// One NATS server dies, and is started again.
    Nats,
    /// All NATS servers die, and are started again.
    AllNats,
    /// A machine is partitioned from the others; players reach all of them.
    Part,
    /// A node is partitioned from all NATS servers.
    CutOff,
    /// One node after the other is asked to end, and started again.
    Rolling,
}

/// The limit for hearing others again, "within two seconds"; includes the pause between two attempts to connect.
const RETURN_MAX: Duration = Duration::from_secs(2);
const TAKEOVER_MAX: Duration = Duration::from_secs(3);
/// The length of an outage: less than the time for which a place is kept.
const OUTAGE: Duration = Duration::from_secs(8);
const SLEEP: Duration = Duration::from_secs(10);
/// The limit after a partition: connections that were cut have to time out first, and are then made again.
const HEALED_MAX: Duration = Duration::from_secs(10);
/// The time of QUIC's idle time-out and a join.
const GONE_MAX: Duration = Duration::from_secs(14);
/// A server that is connected to a NATS server on the other side of the partition gives it up after two pings, a
/// second each, at most 3.5 s later. It may try the same server twice more, for 1.5 s each, as NATS announces
/// addresses besides those in the settings. An owner may have been replaced just before: the next one waits for the
/// lease of 1.1 s.
const CUT_MAX: Duration = Duration::from_secs(8);
/// The limit for a server to shut down.
const END_MAX: Duration = Duration::from_secs(10);
const SOON: Duration = Duration::from_secs(3);
/// The time that NATS's store may take to elect its leader after a NATS server was lost; until then it returns no
/// owner.
const ELECTION: Duration = Duration::from_secs(8);

impl Fault {
    /// Whether it can be played on these machines.
    pub(crate) fn is_possible(self, fixture: &Fixture) -> bool {
        fixture.machines.are_apart() || !matches!(self, Self::Part | Self::CutOff)
    }

    /// Plays the fault; when this returns, it is over: all nodes and NATS servers run, and all players hear each
    /// other.
    ///
    /// # Errors
    /// If the run cannot go on.
    pub(crate) fn strike(self, fixture: &mut Fixture) -> Outcome {
        let machine = fixture.dice.below(fixture.machines.count() as u64) as usize;
        match self {
            Self::Kill => kill(fixture, machine),
            Self::Pause => pause(fixture, machine),
            Self::Nats => nats(fixture, machine),
            Self::AllNats => all_nats(fixture),
            Self::Part => part(fixture, machine),
            Self::CutOff => cut_off(fixture, machine),
            Self::Rolling => rolling(fixture),
        }
    }
}

/// The state when a node's outage began.
struct Outage {
    /// Sessions that the node owned.
    owned: usize,
    places: Vec<Whereabouts>,
    began: Instant,
}

fn begin_outage(fixture: &mut Fixture, machine: usize, what: &str) -> Outage {
    let recently = Instant::now().checked_sub(SOON).unwrap_or_else(Instant::now);
    let owned = fixture.owned(recently)[machine].unwrap_or_default();
    fixture.clock.tell(&format!("  node {machine} {what}, which owns {owned} sessions"));
    fixture.take_takeovers();
    Outage { owned, places: fixture.players.whereabouts(), began: Instant::now() }
}

fn kill(fixture: &mut Fixture, machine: usize) -> Outcome {
    let Outage { owned, places, began } = begin_outage(fixture, machine, "is killed");
    fixture.players.counts.returns_now.clear();
    fixture.kill_node(machine)?;
    fixture.judge_recovery("kill", GONE_MAX)?;
    fixture.judge_silence("kill", SILENCE_MAX, &places, |one, other| one != machine && other != machine);
    let returns = std::mem::take(&mut fixture.players.counts.returns_now);
    if let Some(slowest) = returns.iter().max() {
        fixture.findings.judge("kill: from knowing to hearing again", *slowest, RETURN_MAX, "");
    }
    judge_takeover(fixture, "kill", began, owned);
    fixture.start_node(machine)
}

fn judge_takeover(fixture: &mut Fixture, what: &str, began: Instant, owned: usize) {
    let takeovers = fixture.take_takeovers();
    if takeovers.len() < owned {
        fixture.findings.add(format!("{what}: {} of {owned} sessions were taken over", takeovers.len()));
    }
    if let Some(last) = takeovers.iter().max() {
        let took = last.saturating_duration_since(began);
        fixture.findings.judge(
            &format!("{what}: until another node owned its sessions"),
            took,
            TAKEOVER_MAX,
            "",
        );
    }
}

fn pause(fixture: &mut Fixture, machine: usize) -> Outcome {
    let Outage { owned, places, began } = begin_outage(fixture, machine, "stands still");
    fixture.nodes[machine].is_troubled = true;
    fixture.node(machine)?.signal(Signal::STOP)?;
    fixture.carry(SLEEP)?;
    fixture.judge_silence("pause", SILENCE_MAX, &places, |one, other| one != machine && other != machine);
    judge_takeover(fixture, "pause", began, owned);
    fixture.node(machine)?.signal(Signal::CONT)?;
    fixture.nodes[machine].is_troubled = false;
    fixture.judge_recovery("pause", HEALED_MAX)
}

fn nats(fixture: &mut Fixture, machine: usize) -> Outcome {
    fixture.clock.tell(&format!("  NATS server {machine} is killed"));
    let places = fixture.players.whereabouts();
    fixture.kill_nats(machine)?;
    fixture.carry(OUTAGE)?;
    fixture.judge_silence("one NATS server", SILENCE_MAX, &places, |_, _| true);
    fixture.start_nats(machine)?;
    fixture.wait_for_nats()?;
    fixture.carry(SOON)?;
    fixture.judge_recovery("one NATS server", RETURN_MAX)?;
    fixture.carry(ELECTION)
}

fn all_nats(fixture: &mut Fixture) -> Outcome {
    let (places, count) = (fixture.players.whereabouts(), fixture.machines.count());
    (0..count).try_for_each(|machine| fixture.kill_nats(machine))?;
    fixture.carry(OUTAGE)?;
    fixture.judge_silence("all NATS servers", SILENCE_MAX, &places, |one, other| one == other);
    (0..count).try_for_each(|machine| fixture.start_nats(machine))?;
    fixture.wait_for_nats()?;
    fixture.judge_recovery("all NATS servers", RETURN_MAX)?;
    fixture.carry(ELECTION)
}

fn part(fixture: &mut Fixture, machine: usize) -> Outcome {
    fixture.clock.tell(&format!("  machine {machine} is partitioned from the others"));
    let places = fixture.players.whereabouts();
    fixture.machines.part(machine)?;
    fixture.carry(OUTAGE)?;
    fixture
        .judge_silence("partitioned", CUT_MAX, &places, |one, other| (one == machine) == (other == machine));
    fixture.machines.heal()?;
    fixture.judge_recovery("partitioned", HEALED_MAX)?;
    fixture.carry(ELECTION)
}

fn cut_off(fixture: &mut Fixture, machine: usize) -> Outcome {
    fixture.clock.tell(&format!("  node {machine} is cut off from NATS"));
    let places = fixture.players.whereabouts();
    let ports: Vec<u16> =
        (0..fixture.machines.count()).map(|it| fixture.installation.places(it).nats.port()).collect();
    fixture.machines.cut_off(machine, &ports)?;
    fixture.carry(OUTAGE)?;
    fixture
        .judge_silence("cut off", SILENCE_MAX, &places, |one, other| (one == machine) == (other == machine));
    fixture.machines.heal()?;
    fixture.judge_recovery("cut off", HEALED_MAX)
}

fn rolling(fixture: &mut Fixture) -> Outcome {
    for machine in 0..fixture.machines.count() {
        fixture.begin_window();
        let places = fixture.players.whereabouts();
        fixture.nodes[machine].is_troubled = true;
        fixture.node(machine)?.signal(Signal::TERM)?;
        let took = fixture.carry_until(2 * END_MAX, |fixture| fixture.ended(machine).is_some())?;
        match (took, fixture.ended(machine)) {
            (Some(took), Some(status)) if status.success() => {
                fixture.findings.judge("rolling: until a node had ended", took, END_MAX, "");
            }
            (_, status) => {
                fixture.findings.add(format!("asked to end, node {machine} ended with {status:?}"));
            }
        }
        fixture.judge_recovery("rolling", SOON)?;
        fixture
            .judge_silence("rolling", SILENCE_MAX, &places, |one, other| one != machine && other != machine);
        fixture.start_node(machine)?;
        fixture.go_home("rolling")?;
    }
    Ok(())
}
