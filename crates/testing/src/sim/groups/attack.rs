//! Encrypted sessions under attack: one or two hostile members, and honest ones that have to hear each other all the
//! while.

mod hostile_member;
mod strategy;

use std::time::Duration;

use super::player::Player;
use super::world::World;
use super::{GroupReport, GroupSabotage, GroupScenario};
use crate::sim::report::SessionFailure;
use crate::sim::violation::{Checked, ensure};
pub(super) use hostile_member::HostileMember;
use strategy::Strategy;

/// An attack to simulate.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AttackScenario {
    /// The seed of all random decisions, except for keys.
    pub seed: u64,
    /// The number of hostile members: 1 or 2 (default 1).
    pub hostile: usize,
    /// How long it is attacked, without the waiting in between (default 15 s).
    pub length: Duration,
    /// The server does not check what members send, as a fault that a run has to detect (default no).
    pub is_unchecked: bool,
}

impl AttackScenario {
    /// The defaults, with a seed.
    pub fn new(seed: u64) -> Self {
        Self { seed, hostile: 1, length: Duration::from_secs(15), is_unchecked: false }
    }
}

/// How long an honest player may not hear another one, besides the way of its words.
const OUTAGE_MAX: Duration = Duration::from_secs(2);
/// The interval of this check.
const EVERY_MS: u128 = 20;
/// How long the attack goes on before it waits again.
const ROUND: Duration = Duration::from_secs(5);
/// After this time, a player is no newcomer any more: a little more than the server's.
const NEWCOMER: Duration = Duration::from_secs(61);
/// Honest players at once.
const HONEST_MAX: usize = 10;
const HONEST_MIN: usize = 3;

/// Simulates an attack from beginning to end.
///
/// # Errors
/// The first pair of honest players that did not hear each other for too long, with everything needed to reproduce it.
pub fn run_attack(scenario: &AttackScenario) -> Result<GroupReport, Box<SessionFailure>> {
    let mut groups = GroupScenario::new(scenario.seed);
    groups.sabotage = scenario.is_unchecked.then_some(GroupSabotage::UncheckedCommits);
    let mut world = World::new(&groups);
    match play(&mut world, scenario) {
        Ok(()) => Ok(world.report(scenario.seed)),
        Err(violation) => Err(Box::new(world.failure(scenario.seed, &violation))),
    }
}

fn play(world: &mut World, scenario: &AttackScenario) -> Checked {
    let honest = HONEST_MIN + world.dice.below(6) as usize;
    let mut hostile = scenario.hostile;
    // A hostile player may be the first one, which is asked to create the group.
    for index in 0..honest {
        while hostile > 0 && world.dice.chance(400_000) {
            hostile -= 1;
            world.join_hostile();
        }
        world.join(&format!("H{index}"), true);
    }
    (0..hostile).for_each(|_| world.join_hostile());
    let mut attacked = Duration::ZERO;
    while attacked < scenario.length {
        // In some sessions, it begins with the first ones that join.
        if world.now > Duration::ZERO || world.dice.chance(700_000) {
            world.wait_unnoticed()?;
        }
        world.attack_for(ROUND)?;
        attacked += ROUND;
    }
    Ok(())
}

impl World {
    fn join_hostile(&mut self) {
        self.named += 1;
        let (name, strategy) = (format!("Eve{}", self.named), Strategy::drawn(&mut self.dice));
        self.diary.note(self.now, format!("{name} is hostile: {strategy:?}"));
        self.join(&name, true);
        let dice = self.dice.split();
        if let Some(player) = self.players.last_mut() {
            player.hostile = Some(Box::new(HostileMember::new(strategy, dice)));
        }
    }

    /// Hostile members wait, as others do, until they are no newcomers any more. Those that would hardly be asked come
    /// back under other names before.
    fn wait_unnoticed(&mut self) -> Checked {
        for _ in 0..self.players.len() {
            if let Some(index) = self.spent_member() {
                self.come_back(index);
            }
        }
        self.set_patience(true);
        self.pass_in_silence(NEWCOMER)?;
        self.set_patience(false);
        self.players.iter_mut().for_each(|player| player.audible_since.clear());
        Ok(())
    }

    fn set_patience(&mut self, is_patient: bool) {
        let hostile = self.players.iter_mut().filter_map(|player| player.hostile.as_mut());
        hostile.for_each(|hostile| hostile.is_patient = is_patient);
    }

    fn attack_for(&mut self, span: Duration) -> Checked {
        let end = self.now + span;
        let mut next_act = self.now + self.dice.millis(50, 500);
        while self.now < end {
            self.step()?;
            if self.now >= next_act {
                self.act_amid_attack();
                next_act = self.now + self.dice.millis(100, 800);
            }
            self.check_outages()?;
        }
        Ok(())
    }

    /// Honest players come and go, so that commits are asked for; hostile ones come back under other names.
    fn act_amid_attack(&mut self) {
        let honest = self.players.iter().filter(|player| player.hostile.is_none()).count();
        let index = self.dice.below(self.players.len() as u64) as usize;
        let spent = self.spent_member().filter(|_| self.dice.chance(250_000));
        if let Some(index) = spent {
            self.come_back(index);
        } else if honest > HONEST_MIN && self.players[index].hostile.is_none() && self.dice.chance(450_000) {
            self.leave(index);
        } else if honest < HONEST_MAX {
            self.named += 1;
            self.join(&format!("H{}", 100 + self.named), true);
        }
    }

    fn spent_member(&self) -> Option<usize> {
        let is_spent = |player: &Player| player.hostile.as_ref().is_some_and(|hostile| hostile.is_spent());
        self.players.iter().position(is_spent)
    }

    fn come_back(&mut self, index: usize) {
        let before = self.players.len();
        self.leave(index);
        if self.players.len() < before {
            self.join_hostile();
        }
    }

    fn check_outages(&mut self) -> Checked {
        if !self.now.as_millis().is_multiple_of(EVERY_MS) {
            return Ok(());
        }
        for listener in 0..self.players.len() {
            for speaker in 0..self.players.len() {
                if listener != speaker {
                    self.check_outage(listener, speaker)?;
                }
            }
        }
        Ok(())
    }

    fn check_outage(&mut self, listener: usize, speaker: usize) -> Checked {
        let (now, way) = (self.now, self.way_between(speaker, listener));
        let name = self.players[speaker].name.clone();
        let (one, other) = (&self.players[listener], &self.players[speaker]);
        let is_due = [one, other].iter().all(|player| player.hostile.is_none() && player.is_connected())
            && one.client.players().id_of(&name).is_some()
            && other.client.players().id_of(&one.name).is_some();
        let player = &mut self.players[listener];
        if !is_due {
            player.audible_since.remove(&name);
            return Ok(());
        }
        let since = *player.audible_since.entry(name.clone()).or_insert(now);
        let heard = player.heard.get(&name).copied().unwrap_or_default();
        let deaf = now.saturating_sub(since.max(heard) + way);
        self.counts.longest_deaf_ms = self.counts.longest_deaf_ms.max(deaf.as_millis() as u64);
        ensure!(deaf <= OUTAGE_MAX, "{} did not hear {name} for {deaf:?} amid an attack", player.name);
        Ok(())
    }

    /// A message of the delivery service reaches a hostile member.
    pub(super) fn attack(&mut self, index: usize, message: &[u8]) {
        let now = self.now;
        let player = &mut self.players[index];
        let (Some(hostile), Some(keys)) = (&mut player.hostile, &mut player.keys) else { return };
        let (asked, attacks) = (hostile.requests, hostile.attacks);
        for sent in hostile.react(now, &mut keys.member, message) {
            player.client.send_group_message(&sent);
        }
        self.counts.hostile_asked += u64::from(hostile.requests - asked);
        self.counts.hostile_attacks += u64::from(hostile.attacks - attacks);
        for done in hostile.done.drain(..) {
            self.diary.note(now, format!("{} {done}", player.name));
        }
    }

    /// A hostile member acts on its own.
    pub(super) fn attack_unasked(&mut self, index: usize) {
        let now = self.now;
        let player = &mut self.players[index];
        let (Some(hostile), Some(keys)) = (&mut player.hostile, &mut player.keys) else { return };
        for sent in hostile.act(now, &mut keys.member) {
            player.client.send_group_message(&sent);
        }
    }
}
