//! From a seed to a verdict: rounds of faults, each followed by a calm in which everything has to recover.

use std::time::Duration;

use crate::sim::clock::Time;
use crate::sim::report::{RunReport, SimFailure};
use crate::sim::scenario::{CLIENTS_MAX, Scenario};
use crate::sim::violation::{Checked, Violation};
use crate::sim::world::World;

/// Simulates a scenario from its beginning to its end; after each simulated second `on_second` is told the time.
///
/// # Errors
/// The first violation, with everything needed to reproduce it.
pub fn run(scenario: &Scenario, mut on_second: impl FnMut(Time)) -> Result<RunReport, Box<SimFailure>> {
    let clients = scenario.clients.clamp(2, CLIENTS_MAX);
    let scenario = Scenario { clients, ..scenario.clone() };
    let mut world = World::new(&scenario);
    match rounds(&mut world, scenario.length, &mut on_second) {
        Ok(()) => Ok(report_of(&world)),
        Err(violation) => Err(Box::new(failure_of(&scenario, &world, &violation))),
    }
}

/// The report of a run without a violation.
pub(crate) fn report_of(world: &World) -> RunReport {
    RunReport {
        simulated: Duration::from_micros(world.now().as_micros()),
        counts: world.counts,
        transcript: world.transcript,
    }
}

/// The report of a violation, with everything needed to reproduce it.
pub(crate) fn failure_of(scenario: &Scenario, world: &World, violation: &Violation) -> SimFailure {
    SimFailure {
        seed: scenario.seed,
        clients: scenario.clients,
        peers: scenario.peers,
        step: world.counts.steps,
        at: world.now(),
        what: violation.to_string(),
        last_actions: world.last_actions(),
    }
}

/// The duration of the faults before each calm.
const TROUBLE: Duration = Duration::from_secs(20);
/// The time within which everything has to recover.
const PATIENCE: Duration = Duration::from_secs(40);
/// For this long all players speak, …
const SPEAKING: Duration = Duration::from_millis(900);
/// … and after this long, no word is in flight any more.
const HEARING: Duration = Duration::from_millis(600);

fn rounds(world: &mut World, length: Duration, on_second: &mut impl FnMut(Time)) -> Checked {
    let end = Time::START + length;
    while world.now() < end {
        let trouble = TROUBLE.min(Duration::from_micros(end.as_micros() - world.now().as_micros()));
        world.begin_trouble();
        pass(world, trouble, on_second)?;
        world.end_trouble();
        settle(world, on_second)?;
        let first = world.all_speak()?;
        pass(world, SPEAKING, on_second)?;
        let next = world.next_word();
        pass(world, HEARING, on_second)?;
        world.all_were_heard(first..next)?;
    }
    Ok(())
}

fn settle(world: &mut World, on_second: &mut impl FnMut(Time)) -> Checked {
    let patience_ends = world.now() + PATIENCE;
    loop {
        pass(world, Duration::from_secs(1), on_second)?;
        match world.is_settled() {
            Ok(()) => return Ok(()),
            Err(violation) if world.now() >= patience_ends => return Err(violation),
            Err(_) => {}
        }
    }
}

/// Lets time pass, with a look at everything each second.
fn pass(world: &mut World, span: Duration, on_second: &mut impl FnMut(Time)) -> Checked {
    let end = world.now() + span;
    while world.now() < end {
        world.advance(end.min(world.now() + Duration::from_secs(1)))?;
        world.check_tables()?;
        on_second(world.now());
    }
    Ok(())
}
