//! Faults of nodes, of NATS, and of the network between them.

use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::findings::SILENCE_MAX;
use super::players::Whereabouts;
use super::stage::Stage;
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
    pub(crate) fn is_possible(self, stage: &Stage) -> bool {
        stage.machines.are_apart() || !matches!(self, Self::Part | Self::CutOff)
    }

    /// Plays the fault; when this returns, it is over: all nodes and NATS servers run, and all players hear each
    /// other.
    ///
    /// # Errors
    /// If the run cannot go on.
    pub(crate) fn strike(self, stage: &mut Stage) -> Outcome {
        let machine = stage.dice.below(stage.machines.count() as u64) as usize;
        match self {
            Self::Kill => kill(stage, machine),
            Self::Pause => pause(stage, machine),
            Self::Nats => nats(stage, machine),
            Self::AllNats => all_nats(stage),
            Self::Part => part(stage, machine),
            Self::CutOff => cut_off(stage, machine),
            Self::Rolling => rolling(stage),
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

fn begin_outage(stage: &mut Stage, machine: usize, what: &str) -> Outage {
    let recently = Instant::now().checked_sub(SOON).unwrap_or_else(Instant::now);
    let owned = stage.owned(recently)[machine].unwrap_or_default();
    stage.clock.tell(&format!("  node {machine} {what}, which owns {owned} sessions"));
    stage.take_takeovers();
    Outage { owned, places: stage.players.whereabouts(), began: Instant::now() }
}

fn kill(stage: &mut Stage, machine: usize) -> Outcome {
    let Outage { owned, places, began } = begin_outage(stage, machine, "is killed");
    stage.players.counts.returns_now.clear();
    stage.kill_node(machine)?;
    stage.judge_recovery("kill", GONE_MAX)?;
    stage.judge_silence("kill", SILENCE_MAX, &places, |one, other| one != machine && other != machine);
    let returns = std::mem::take(&mut stage.players.counts.returns_now);
    if let Some(slowest) = returns.iter().max() {
        stage.findings.judge("kill: from knowing to hearing again", *slowest, RETURN_MAX, "");
    }
    judge_takeover(stage, "kill", began, owned);
    stage.start_node(machine)
}

fn judge_takeover(stage: &mut Stage, what: &str, began: Instant, owned: usize) {
    let takeovers = stage.take_takeovers();
    if takeovers.len() < owned {
        stage.findings.add(format!("{what}: {} of {owned} sessions were taken over", takeovers.len()));
    }
    if let Some(last) = takeovers.iter().max() {
        let took = last.saturating_duration_since(began);
        stage.findings.judge(
            &format!("{what}: until another node owned its sessions"),
            took,
            TAKEOVER_MAX,
            "",
        );
    }
}

fn pause(stage: &mut Stage, machine: usize) -> Outcome {
    let Outage { owned, places, began } = begin_outage(stage, machine, "stands still");
    stage.nodes[machine].is_troubled = true;
    stage.node(machine)?.signal(Signal::STOP)?;
    stage.carry(SLEEP)?;
    stage.judge_silence("pause", SILENCE_MAX, &places, |one, other| one != machine && other != machine);
    judge_takeover(stage, "pause", began, owned);
    stage.node(machine)?.signal(Signal::CONT)?;
    stage.nodes[machine].is_troubled = false;
    stage.judge_recovery("pause", HEALED_MAX)
}

fn nats(stage: &mut Stage, machine: usize) -> Outcome {
    stage.clock.tell(&format!("  NATS server {machine} is killed"));
    let places = stage.players.whereabouts();
    stage.kill_nats(machine)?;
    stage.carry(OUTAGE)?;
    stage.judge_silence("one NATS server", SILENCE_MAX, &places, |_, _| true);
    stage.start_nats(machine)?;
    stage.wait_for_nats()?;
    stage.carry(SOON)?;
    stage.judge_recovery("one NATS server", RETURN_MAX)?;
    stage.carry(ELECTION)
}

fn all_nats(stage: &mut Stage) -> Outcome {
    let (places, count) = (stage.players.whereabouts(), stage.machines.count());
    (0..count).try_for_each(|machine| stage.kill_nats(machine))?;
    stage.carry(OUTAGE)?;
    stage.judge_silence("all NATS servers", SILENCE_MAX, &places, |one, other| one == other);
    (0..count).try_for_each(|machine| stage.start_nats(machine))?;
    stage.wait_for_nats()?;
    stage.judge_recovery("all NATS servers", RETURN_MAX)?;
    stage.carry(ELECTION)
}

fn part(stage: &mut Stage, machine: usize) -> Outcome {
    stage.clock.tell(&format!("  machine {machine} is partitioned from the others"));
    let places = stage.players.whereabouts();
    stage.machines.part(machine)?;
    stage.carry(OUTAGE)?;
    stage.judge_silence("partitioned", CUT_MAX, &places, |one, other| (one == machine) == (other == machine));
    stage.machines.heal()?;
    stage.judge_recovery("partitioned", HEALED_MAX)?;
    stage.carry(ELECTION)
}

fn cut_off(stage: &mut Stage, machine: usize) -> Outcome {
    stage.clock.tell(&format!("  node {machine} is cut off from NATS"));
    let places = stage.players.whereabouts();
    let ports: Vec<u16> =
        (0..stage.machines.count()).map(|it| stage.installation.places(it).nats.port()).collect();
    stage.machines.cut_off(machine, &ports)?;
    stage.carry(OUTAGE)?;
    stage.judge_silence("cut off", SILENCE_MAX, &places, |one, other| (one == machine) == (other == machine));
    stage.machines.heal()?;
    stage.judge_recovery("cut off", HEALED_MAX)
}

fn rolling(stage: &mut Stage) -> Outcome {
    for machine in 0..stage.machines.count() {
        stage.begin_window();
        let places = stage.players.whereabouts();
        stage.nodes[machine].is_troubled = true;
        stage.node(machine)?.signal(Signal::TERM)?;
        let took = stage.carry_until(2 * END_MAX, |stage| stage.ended(machine).is_some())?;
        match (took, stage.ended(machine)) {
            (Some(took), Some(status)) if status.success() => {
                stage.findings.judge("rolling: until a node had ended", took, END_MAX, "");
            }
            (_, status) => stage.findings.add(format!("asked to end, node {machine} ended with {status:?}")),
        }
        stage.judge_recovery("rolling", SOON)?;
        stage.judge_silence("rolling", SILENCE_MAX, &places, |one, other| one != machine && other != machine);
        stage.start_node(machine)?;
        stage.go_home("rolling")?;
    }
    Ok(())
}
