//! Players that the socket reports and that have not answered yet.
//!
//! Messages sent at the moment that a connection comes up may be lost, reliable or not, as was seen with matchbox
//! 0.15 on a busy machine. So a player is greeted until it answers, which proves both directions, and nothing else is
//! sent before.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::{Duration, Instant};

use crate::matchbox::PlayerId;

#[derive(Debug, Default)]
pub(crate) struct PendingPlayers {
    /// The time of the next greeting for each player.
    greetings: BTreeMap<PlayerId, Instant>,
    /// Reliable messages of players that have not answered yet.
    early: VecDeque<(PlayerId, Vec<u8>)>,
    early_bytes: usize,
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
        self.early_bytes = self.early.iter().map(|(_, message)| message.len()).sum();
        Some(its.into_iter().map(|(_, message)| message).collect())
    }

    /// Keeps a message until its sender is met; the oldest ones make room for it.
    pub(crate) fn hold(&mut self, from: PlayerId, message: Vec<u8>) {
        self.early_bytes += message.len();
        self.early.push_back((from, message));
        while self.early.len() > EARLY_MAX || self.early_bytes > EARLY_BYTES_MAX {
            let Some((_, oldest)) = self.early.pop_front() else { return };
            self.early_bytes -= oldest.len();
        }
    }
}

/// The interval between greetings.
const GREETING_INTERVAL: Duration = Duration::from_millis(200);

/// Messages of all pending players together.
const EARLY_MAX: usize = 256;
const EARLY_BYTES_MAX: usize = 512 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn early_messages_are_bounded_by_their_number_and_their_bytes() {
        let player = PlayerId(7);
        for (bytes, kept) in [(1, EARLY_MAX), (64 * 1024, 8), (EARLY_BYTES_MAX + 1, 0)] {
            let mut pending = PendingPlayers::default();
            pending.look(Instant::now(), &BTreeSet::from([player]));
            for _ in 0..1000 {
                pending.hold(player, vec![0; bytes]);
            }
            assert_eq!(pending.meet(player).unwrap().len(), kept, "{bytes} bytes each");
            pending.hold(PlayerId(8), vec![0; EARLY_BYTES_MAX]);
            assert_eq!((pending.early.len(), pending.early_bytes), (1, EARLY_BYTES_MAX));
        }
    }
}
