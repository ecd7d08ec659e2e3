//! Three servers that share their sessions, on three NATS servers: real processes, which are killed, paused and
//! partitioned.
//!
//! ```text
//!   players ──▶ node 0 ──▶ NATS 0      machine 0   a network namespace each, if that can be had
//!           ──▶ node 1 ──▶ NATS 1      machine 1
//!           ──▶ node 2 ──▶ NATS 2      machine 2
//! ```

mod fault;
mod findings;
mod fixture;
mod installation;
mod machines;
mod players;

use std::env;
use std::error::Error;
use std::fs;
use std::time::{Duration, Instant, SystemTime};

use clap::ValueEnum as _;
use consonance_testing::sim::Dice;

use super::arguments::Arguments;
use super::soak_loop::{Outcome, SoakLoop as _};
pub(crate) use fault::Fault;
use findings::SILENCE_MAX;
use fixture::{Fixture, Programs};
use installation::Installation;
use machines::Machines;

const MACHINES: u8 = 3;
/// The quiet time before each fault.
const QUIET: Duration = Duration::from_secs(4);
/// The time within which players are at their own nodes again.
const HOME_PATIENCE: Duration = Duration::from_secs(20);
/// How long it may take until the metrics of all nodes name one owner for each session; they are read every second.
const AGREEMENT_PATIENCE: Duration = Duration::from_secs(15);

/// Runs the soak; returns the number of findings.
///
/// # Errors
/// If the soak cannot be set up, or a server ends by itself, which is a finding, too.
pub(super) fn run(arguments: &Arguments, seed: u64) -> Result<usize, Box<dyn Error>> {
    let nats = arguments.nats_server.clone().ok_or("--cluster needs --nats-server")?;
    let programs = Programs { server: arguments.server.clone(), nats };
    let machines = machines(arguments.own_network);
    // Named by time, as in a PID namespace this process has the same PID in every run.
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_millis();
    let folder = env::temp_dir().join(format!("consonance-soak-{since}"));
    let installation = Installation::build(&folder, &machines)?;
    let mut fixture = Fixture::set(programs, machines, installation, Dice::new(seed))?;
    let (nodes, players) = (fixture.machines.count(), fixture.players.count());
    fixture.clock.tell(&format!("{nodes} nodes and NATS servers serve, and {players} players are in"));
    let end = Duration::from_secs_f64(60.0 * arguments.minutes());
    let faults = if arguments.faults.is_empty() { Fault::value_variants() } else { &*arguments.faults };
    let ended = waves(&mut fixture, faults, end);
    report(&fixture);
    let found = fixture.findings.all().len();
    drop(fixture);
    if arguments.keep {
        println!("the folder: {}", folder.display());
    } else {
        fs::remove_dir_all(&folder)?;
    }
    ended.map(|()| found)
}

fn machines(own_network: bool) -> Machines {
    let why = if own_network {
        match Machines::apart(MACHINES) {
            Ok(machines) => return machines,
            Err(error) => error.to_string(),
        }
    } else {
        "there is no network namespace for it".to_owned()
    };
    println!("skipped: part and cut-off, as machines cannot be partitioned here: {why}");
    Machines::together(MACHINES)
}

fn waves(fixture: &mut Fixture, faults: &[Fault], end: Duration) -> Outcome {
    let (mut pack, mut number) = (Vec::new(), 0);
    while fixture.clock.elapsed() < end {
        if pack.is_empty() {
            pack = faults.iter().copied().filter(|fault| fault.is_possible(fixture)).collect();
            fixture.dice.shuffle(&mut pack);
        }
        let Some(fault) = pack.pop() else { return Err("none of these faults can be played here".into()) };
        number += 1;
        fixture.clock.tell(&format!("wave {number}: {fault:?}"));
        fixture.begin_window();
        fixture.carry(QUIET)?;
        let places = fixture.players.whereabouts();
        fixture.judge_silence("quiet", SILENCE_MAX, &places, |_, _| true);
        fixture.judge_levels()?;
        fixture.begin_window();
        fault.strike(fixture)?;
        fixture.go_home(&format!("{fault:?}"))?;
        judge_agreement(fixture, fault)?;
    }
    Ok(())
}

/// All players are at their own nodes, and know each other; each session has one owner, and none was seen to leave.
fn judge_agreement(fixture: &mut Fixture, fault: Fault) -> Outcome {
    let since = Instant::now();
    let agrees =
        |fixture: &mut Fixture| fixture.are_all_owned_once(since) && fixture.players.disagreement().is_none();
    if fixture.carry_until(AGREEMENT_PATIENCE, agrees)?.is_none() {
        let (owned, disagreement) = (fixture.owned(since), fixture.players.disagreement());
        fixture.findings.add(format!("{fault:?}: sessions by owner {owned:?}, {disagreement:?}"));
    }
    let left = fixture.players.take_left();
    if let Some(first) = left.first() {
        fixture.findings.add(format!("{fault:?}: {first}, and {} more", left.len() - 1));
    }
    Ok(())
}

impl Fixture {
    /// Brings all players back to their own nodes, which keeps their places.
    ///
    /// # Errors
    /// If a node ends by itself.
    pub(crate) fn go_home(&mut self, what: &str) -> Outcome {
        let all_home = |fixture: &mut Self| {
            let now = fixture.clock.now();
            fixture.players.go_home(now);
            fixture.players.are_home()
        };
        if self.carry_until(HOME_PATIENCE, all_home)?.is_none() {
            self.findings.add(format!("{what}: players do not get back to their own nodes"));
        }
        self.judge_recovery("back at home", Duration::from_secs(2))
    }
}

fn report(fixture: &Fixture) {
    let counts = &fixture.players.counts;
    println!("\n{:.1} min", fixture.clock.elapsed().as_secs_f64() / 60.0);
    println!("frames: {} said, {} heard", counts.said, counts.heard);
    let mut returns = counts.returns.clone();
    returns.sort_unstable();
    if let Some(p99) = returns.get(returns.len() * 99 / 100) {
        println!(
            "{} players lost their node, and heard again {:.2} s (p50) and {:.2} s (p99) after they knew",
            returns.len(),
            returns[returns.len() / 2].as_secs_f64(),
            p99.as_secs_f64()
        );
    }
    fixture.findings.print();
}
