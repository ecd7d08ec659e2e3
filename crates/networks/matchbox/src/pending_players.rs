//! Players that the socket reports and that have not answered yet.
//!
//! Messages sent at the moment that a connection comes up may be lost, reliable or not, as was seen with matchbox
//! 0.15 on a busy machine. So a player is greeted until it answers, which proves both directions, and nothing else is
//! sent before.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::{Duration, Instant};

use crate::PlayerId;

#[derive(Debug, Default)]
pub(crate) struct PendingPlayers {
    /// The time of the next greeting for each player.
    greetings: BTreeMap<PlayerId, Instant>,
    /// Reliable messages of players that have not answered yet.
    early: VecDeque<(PlayerId, Vec<u8>)>,
}

impl PendingPlayers {
    /// The players to greet now, of those that can be reached and have not answered.
    pub(crate) fn look(&mut self, now: Instant, unmet: &BTreeSet<PlayerId>) -> Vec<PlayerId> {
        self.greetings.retain(|player, _| unmet.contains(player));
        let mut due = Vec::new();
        for &player in unmet {
            let at = self.greetings.entry(player).or_insert(now);
            if *at <= now {
                *at = now + GREETING_INTERVAL;
                due.push(player);
            }
        }
        due
    }

    pub(crate) fn has(&self, player: PlayerId) -> bool {
        self.greetings.contains_key(&player)
    }

    /// A player has answered: what came from it early, or `None` if it was not pending.
    pub(crate) fn meet(&mut self, player: PlayerId) -> Option<Vec<Vec<u8>>> {
        self.greetings.remove(&player)?;
        let early = std::mem::take(&mut self.early);
        let (its, others) = early.into_iter().partition::<VecDeque<_>, _>(|(from, _)| *from == player);
        self.early = others;
        Some(its.into_iter().map(|(_, message)| message).collect())
    }

    /// Keeps a message until its sender is met.
    pub(crate) fn hold(&mut self, from: PlayerId, message: Vec<u8>) {
        self.early.push_back((from, message));
        if self.early.len() > EARLY_MAX {
            self.early.pop_front();
        }
    }
}

/// The interval between greetings.
const GREETING_INTERVAL: Duration = Duration::from_millis(200);

/// Messages of all pending players together.
const EARLY_MAX: usize = 256;
