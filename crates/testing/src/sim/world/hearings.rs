//! The pairs of players that have heard each other since it is calm, on a network that is not simulated: there single
//! words may be lost, so all go on until each has heard something of every player that speaks to it.

use std::collections::BTreeMap;

use crate::sim::numbers::PlayerId;

/// The speakers, and for each listener whether it has heard anything of that.
#[derive(Debug, Default)]
pub(crate) struct Hearings(BTreeMap<PlayerId, BTreeMap<PlayerId, bool>>);

impl Hearings {
    /// Listeners of a speaker, and whether they have heard it just now.
    pub(super) fn note(&mut self, speaker: PlayerId, heard: impl IntoIterator<Item = (PlayerId, bool)>) {
        let listeners = self.0.entry(speaker).or_default();
        for (listener, has_heard) in heard {
            *listeners.entry(listener).or_default() |= has_heard;
        }
    }

    /// Whether this player has said anything.
    pub(super) fn has_spoken(&self, speaker: PlayerId) -> bool {
        self.0.contains_key(&speaker)
    }

    /// A player that this speaker spoke to, and that has heard nothing of it.
    pub(super) fn unheard_by(&self, speaker: PlayerId) -> Option<PlayerId> {
        self.0.get(&speaker)?.iter().find(|(_, has_heard)| !**has_heard).map(|(listener, _)| *listener)
    }
}
