//! Who has heard whom since it is calm, on a network that is not simulated: there single words may be lost, so
//! everybody goes on until each has heard something of everybody who speaks to it.

use std::collections::BTreeMap;
use std::ops::Range;

use super::World;
use crate::actor::SpeechTarget;
use crate::numbers::Who;
use crate::violation::{Checked, Violation, ensure};
use crate::words::Probe;

/// Who speaks, and for each listener whether it has heard anything of that.
#[derive(Debug, Default)]
pub(crate) struct Hearings(BTreeMap<Who, BTreeMap<Who, bool>>);

impl Hearings {
    /// Somebody to whom this speaker spoke, and who has heard nothing of it.
    fn unheard_by(&self, speaker: Who) -> Option<Who> {
        self.0.get(&speaker)?.iter().find(|(_, has_heard)| !**has_heard).map(|(listener, _)| *listener)
    }
}

impl World {
    /// Whether everybody has said some word since the first of these, and everybody to whom anybody spoke has heard
    /// one. To be asked again and again while words are remembered: what was heard once stays heard.
    pub(crate) fn everybody_is_heard(&mut self, words: Range<Probe>) -> Checked {
        let mut hearings = std::mem::take(&mut self.hearings);
        for word in (words.start.0..words.end.0).filter_map(|probe| self.words.get(Probe(probe))) {
            let listeners = hearings.0.entry(word.from).or_default();
            for listener in self.listeners_of(word) {
                *listeners.entry(listener).or_default() |= word.heard.contains(&listener);
            }
        }
        self.hearings = hearings;
        for who in self.players.iter().map(|player| player.who) {
            ensure!(self.hearings.0.contains_key(&who), "{who} does not get to say a word");
            if let Some(listener) = self.hearings.unheard_by(who) {
                return Err(Violation::new(format!("{listener} does not hear a word of {who}, in calm")));
            }
        }
        Ok(())
    }

    /// Whoever is silent, and was not heard by somebody, speaks to that one; and who has said nothing yet speaks.
    pub(crate) fn unheard_go_on(&mut self) -> Checked {
        for index in 0..self.players.len() {
            let who = self.players[index].who;
            if self.players[index].talk.is_some() {
                continue;
            }
            if let Some(listener) = self.hearings.unheard_by(who) {
                self.say_something(who, SpeechTarget::Player(listener))?;
            } else if !self.hearings.0.contains_key(&who) {
                self.speaks_to_somebody(index)?;
            }
        }
        Ok(())
    }
}
