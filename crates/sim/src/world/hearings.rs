//! The pairs of players that have heard each other since it is calm, on a network that is not simulated: there single
//! words may be lost, so all go on until each has heard something of every player that speaks to it.

use std::collections::BTreeMap;
use std::ops::Range;

use super::World;
use crate::actor::SpeechTarget;
use crate::numbers::PlayerId;
use crate::violation::{Checked, Violation, ensure};
use crate::words::Probe;

/// The speakers, and for each listener whether it has heard anything of that.
#[derive(Debug, Default)]
pub(crate) struct Hearings(BTreeMap<PlayerId, BTreeMap<PlayerId, bool>>);

impl Hearings {
    /// A player that this speaker spoke to, and that has heard nothing of it.
    fn unheard_by(&self, speaker: PlayerId) -> Option<PlayerId> {
        self.0.get(&speaker)?.iter().find(|(_, has_heard)| !**has_heard).map(|(listener, _)| *listener)
    }
}

impl World {
    /// Whether all players have said some word since the first of these, and each of their listeners has heard one. To
    /// be asked again and again while words are remembered: what was heard once stays heard.
    pub(crate) fn all_are_heard(&mut self, words: Range<Probe>) -> Checked {
        let mut hearings = std::mem::take(&mut self.hearings);
        for word in (words.start.0..words.end.0).filter_map(|probe| self.words.get(Probe(probe))) {
            let listeners = hearings.0.entry(word.from).or_default();
            for listener in self.listeners_of(word) {
                *listeners.entry(listener).or_default() |= word.heard.contains(&listener);
            }
        }
        self.hearings = hearings;
        for player_id in self.players.iter().map(|player| player.id) {
            ensure!(self.hearings.0.contains_key(&player_id), "{player_id} does not get to say a word");
            if let Some(listener) = self.hearings.unheard_by(player_id) {
                return Err(Violation::new(format!(
                    "{listener} does not hear a word of {player_id}, in calm"
                )));
            }
        }
        Ok(())
    }

    /// A silent player that was not heard by some listener speaks to that one; and a player that has said nothing yet
    /// speaks.
    pub(crate) fn unheard_go_on(&mut self) -> Checked {
        for index in 0..self.players.len() {
            let player_id = self.players[index].id;
            if self.players[index].talk.is_some() {
                continue;
            }
            if let Some(listener) = self.hearings.unheard_by(player_id) {
                self.say_something(player_id, SpeechTarget::Player(listener))?;
            } else if !self.hearings.0.contains_key(&player_id) {
                self.speak_to_a_room(index)?;
            }
        }
        Ok(())
    }
}
