//! Speech and texts, and the players that must receive them.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use consonance_session::Restriction;

use super::player::{Presence, Room, SimPlayer};
use super::sabotage::ClusterSabotage;
use super::words::Word;
use super::world::World;
use crate::sim::violation::{Checked, ensure};

/// The time after which a required frame has been heard.
const FRAME_TAKES: Duration = Duration::from_millis(900);
/// The same for a text, which may be retransmitted.
const TEXT_TAKES: Duration = Duration::from_secs(4);
/// After a disturbance it takes so long until nodes hear each other again, without which nothing is to be heard.
const RECOVERY: Duration = Duration::from_secs(5);

impl World {
    pub(super) fn speak(&mut self, player: usize) {
        let rooms: Vec<Room> = self.players[player].rooms.iter().copied().collect();
        let present = self.players[player].speaks_to();
        if present.is_none_or(|room| !rooms.contains(&room)) || self.dice.chance(50_000) {
            let Some(room) = self.dice.pick(&rooms).copied() else { return };
            self.players[player].speak_to(room);
        }
        let Some(room) = self.players[player].speaks_to() else { return };
        let number = self.words.next();
        let (is_sent, also) = self.players[player].say(number);
        self.add_word(player, (room, also), false, is_sent);
    }

    pub(super) fn write(&mut self, player: usize) {
        let rooms: Vec<Room> = self.players[player].rooms.iter().copied().collect();
        let Some(room) = self.dice.pick(&rooms).copied().filter(|room| *room != Room::Field) else { return };
        let number = self.words.next();
        let is_sent = self.players[player].write(room, number);
        self.add_word(player, (room, Vec::new()), true, is_sent);
    }

    fn add_word(&mut self, by: usize, (room, also): (Room, Vec<Room>), is_text: bool, is_sent: bool) {
        let speaker = &self.players[by];
        let restriction = if is_text { Restriction::TextMuted } else { Restriction::Muted };
        // A frame that also closes a channel starts no playback at listeners that did not hear the speaker before.
        let is_for_all =
            is_sent && also.is_empty() && speaker.is_settled && !speaker.is_restricted(restriction);
        let hears = |(index, listener): (usize, &SimPlayer)| {
            let is_near = room != Room::Field || listener.is_far == speaker.is_far;
            let is_listener = index != by
                && listener.is_settled
                && listener.session == speaker.session
                && listener.rooms.contains(&room)
                && is_near
                && (is_text || !listener.is_restricted(Restriction::Deafened));
            is_listener.then_some((index, listener.changes))
        };
        let listeners = self.players.iter().enumerate().filter_map(hears).filter(|_| is_for_all).collect();
        let (session, changes, number) = (speaker.session, speaker.changes, self.words.next());
        let said = self.now;
        self.words.add(Word {
            number,
            said,
            by,
            session,
            room,
            also,
            is_text,
            listeners,
            changes,
            heard: BTreeMap::new(),
        });
        self.counts.words += 1;
    }

    /// Checks that every word that is due was received.
    pub(super) fn judge_words(&mut self) -> Checked {
        for (is_text, takes) in [(false, FRAME_TAKES), (true, TEXT_TAKES)] {
            let Some(before) = self.now.checked_sub(takes) else { continue };
            while let Some(word) = self.words.pop_due(is_text, before) {
                self.judge(&word)?;
            }
        }
        Ok(())
    }

    fn judge(&mut self, word: &Word) -> Checked {
        let by = &self.players[word.by];
        // With forgetful copies, hardly any player hears another, and this failure would hide all others.
        let is_deaf = self.sabotage == Some(ClusterSabotage::ForgetfulCopies);
        if is_deaf || by.changes != word.changes || by.presence != Presence::Playing {
            return Ok(());
        }
        for (listener, changes) in &word.listeners {
            if self.players[*listener].changes != *changes || !self.has_way(word, *listener) {
                continue;
            }
            self.counts.had_to_be_heard += 1;
            ensure!(
                word.heard.contains_key(listener),
                "{} did not hear word {} of {} in {:?}, said {:?} ago at node {}, and is at node {}",
                self.players[*listener].name(),
                word.number,
                self.players[word.by].name(),
                word.room,
                self.now - word.said,
                self.players[word.by].node,
                self.players[*listener].node
            );
        }
        Ok(())
    }

    /// Whether a word of long enough ago must have reached a listener.
    fn has_way(&self, word: &Word, listener: usize) -> bool {
        let d = &self.disturbances;
        let before = |disturbed: Instant| disturbed + RECOVERY <= word.said;
        let (from, to) = (self.players[word.by].node, self.players[listener].node);
        let Some(since) = word.said.checked_sub(RECOVERY) else { return false };
        let are_steady = d.is_steady(from, since) && d.is_steady(to, since);
        let is_direct = if d.is_replaced(from) || d.is_replaced(to) {
            before(d.owners_reach())
        } else {
            from == to || before(d.bus())
        };
        if word.is_text {
            // The owner delivers texts however often the bus loses them.
            return are_steady && [d.cuts, d.nodes, d.owners, d.lost_nodes].into_iter().all(before);
        }
        match word.room {
            // Nodes with players of the session continue without its owner.
            Room::Hall | Room::Den => are_steady && is_direct && !d.is_switching(word.said),
            Room::Field => before(d.any()),
        }
    }
}
