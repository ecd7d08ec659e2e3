//! After the faults: the network is repaired, and all players have to be connected, know the same, and be heard.

use std::ops::Range;
use std::time::Duration;

use consonance_session::Status;

use super::outside::Outside;
use super::{Thing, World};
use crate::sim::action::Action;
use crate::sim::actor::{Player, SpeechTarget};
use crate::sim::model::View;
use crate::sim::numbers::{PlayerId, Room, owner};
use crate::sim::violation::{Checked, Violation, ensure};
use crate::sim::words::{Probe, Word, WordTarget};

impl World {
    /// Begins the faults.
    pub(crate) fn begin_trouble(&mut self) {
        self.is_troubled = true;
        self.network.weather = self.swarm.weather.clone();
        self.agenda.add(self.agenda.now(), Thing::SomethingHappens);
    }

    /// Ends all faults; absent players come back.
    pub(crate) fn end_trouble(&mut self) {
        let now = self.agenda.now();
        self.is_troubled = false;
        self.network.heal(now);
        self.host.away_until = now;
        for index in 0..self.players.len() {
            let at = self.soon(Duration::from_secs(1));
            self.agenda.add(at, Thing::Happens(Action::Start(PlayerId(index as u16))));
        }
    }

    /// All players are connected and know everything, and the server too.
    pub(crate) fn is_settled(&self) -> Checked {
        for player in &self.players {
            self.is_at_rest(player)?;
        }
        ensure!(!self.network.has_broken_links(), "a broken link has not been noticed yet");
        let outside = self.outside.as_ref().map_or(0, Outside::on_the_way);
        let on_the_way = self.reliable_on_the_way + outside;
        ensure!(on_the_way == 0, "{on_the_way} reliable packets are on their way");
        let here = self.model.present().count();
        ensure!(here == self.players.len(), "{here} are in the session instead of {}", self.players.len());
        Ok(())
    }

    /// The number of the next word.
    pub(crate) fn next_word(&self) -> Probe {
        self.words.next()
    }

    /// All silent players say something to a room with listeners; the first word that counts.
    pub(crate) fn all_speak(&mut self) -> Result<Probe, Violation> {
        self.counts.settled += 1;
        let first = self.next_word();
        for index in 0..self.players.len() {
            self.speak_to_a_room(index)?;
        }
        Ok(first)
    }

    /// A silent player says something to a room with listeners, and a speaking one goes on for a while.
    fn speak_to_a_room(&mut self, index: usize) -> Checked {
        let room = self.room_with_listeners(index);
        self.say_something(PlayerId(index as u16), SpeechTarget::Room(room))
    }

    /// These words reached all their recipients, and each player said some of them.
    pub(crate) fn all_were_heard(&self, words: Range<Probe>) -> Checked {
        let mut spoke = vec![false; self.players.len()];
        for word in (words.start.0..words.end.0).filter_map(|probe| self.words.get(Probe(probe))) {
            spoke[word.from.index()] = true;
            self.was_heard(word)?;
        }
        match spoke.iter().position(|spoke| !spoke) {
            Some(index) => Err(Violation::new(format!("player {index} does not get to say a word"))),
            None => Ok(()),
        }
    }

    /// Whether all players have said some word since the first of these, and each of their listeners has heard one. To
    /// be asked again and again while words are remembered: what was heard once stays heard.
    pub(crate) fn all_are_heard(&mut self, words: Range<Probe>) -> Checked {
        let mut hearings = std::mem::take(&mut self.hearings);
        for word in (words.start.0..words.end.0).filter_map(|probe| self.words.get(Probe(probe))) {
            let listeners = self.listeners_of(word).into_iter();
            hearings.note(word.from, listeners.map(|listener| (listener, word.heard.contains(&listener))));
        }
        self.hearings = hearings;
        for player_id in self.players.iter().map(|player| player.id) {
            ensure!(self.hearings.has_spoken(player_id), "{player_id} does not get to say a word");
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
            } else if !self.hearings.has_spoken(player_id) {
                self.speak_to_a_room(index)?;
            }
        }
        Ok(())
    }

    fn is_at_rest(&self, player: &Player) -> Checked {
        let player_id = player.id;
        let Some(client) = &player.client else {
            return Err(Violation::new(format!("{player_id} is not there")));
        };
        let status = client.status();
        ensure!(status == Status::Connected, "{player_id} is {status:?}");
        ensure!(player.heard.roster_received, "{player_id} waits for the roster");
        let Some(view) = player.heard.view else {
            return Err(Violation::new(format!("{player_id} knows nothing yet")));
        };
        let Some(stay) = self.model.present().find(|stay| stay.player_id == player_id) else {
            return Err(Violation::new(format!("{player_id} is not in the session")));
        };
        ensure!(view.stay == stay.joined, "{player_id} does not know that it has joined again");
        ensure!(
            client.id() == Some(stay.id),
            "{player_id} believes to be {:?} and is {}",
            client.id(),
            stay.id
        );
        let listens = self.model.rooms_of(stay.joined).eq(player.rooms.iter().copied());
        ensure!(listens, "the server does not know which rooms {player_id} listens to");
        let latest = View { version: self.model.version, ..view };
        ensure!(
            self.model.tally(view) == self.model.tally(latest),
            "{player_id} does not know everything yet"
        );
        for other in self.model.present() {
            let id = client.players().id_of(self.model.name(other.player_id));
            ensure!(
                id == Some(other.id),
                "{player_id} takes {} for {id:?}, not {}",
                other.player_id,
                other.id
            );
        }
        Ok(())
    }

    fn was_heard(&self, word: &Word) -> Checked {
        for player_id in self.listeners_of(word) {
            let heard = word.heard.contains(&player_id);
            ensure!(heard, "{player_id} does not hear word {} of {}, in calm", word.probe.0, word.from);
        }
        Ok(())
    }

    /// The players that have to hear a word, when it is calm. A late frame of an id's former owner may have set a
    /// speaker's machine for some seconds.
    fn listeners_of(&self, word: &Word) -> Vec<PlayerId> {
        let Some(view) = self.players[word.from.index()].heard.view else { return Vec::new() };
        let mut listeners = Vec::new();
        let open = word.to.iter().filter(|recipient| !recipient.closing || word.is_text);
        for recipient in open {
            let ids: Vec<_> = match recipient.target {
                WordTarget::Room(room) => self.model.listeners(view, room).collect(),
                WordTarget::Player(id) => vec![id],
            };
            listeners.extend(ids.into_iter().filter_map(|id| self.model.link_of(id)).map(owner));
        }
        listeners.retain(|player_id| {
            *player_id != word.from && !self.players[player_id.index()].heard.is_misled_about(word)
        });
        listeners
    }

    fn room_with_listeners(&mut self, index: usize) -> Room {
        let own = PlayerId(index as u16);
        let others: Vec<Room> = self
            .players
            .iter()
            .filter(|player| player.id != own)
            .flat_map(|player| player.rooms.iter().copied())
            .collect();
        self.dice.pick(&others).copied().unwrap_or(Room(0))
    }
}
