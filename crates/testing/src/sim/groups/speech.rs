//! Spoken words, their listeners, and the keys that follow from members' events.

use std::time::Duration;

use consonance_e2ee::{MemberEvent, Passage, PlainRooms};
use consonance_session::{Encryption, RoomId};
use consonance_wire::{MessageType, Packet};

use super::GroupSabotage;
use super::player::{Keys, ROOM};
use super::world::World;
use crate::sim::violation::{Checked, Violation, ensure};

/// A player that left, or lost its keys, and still gets all packets and all commits.
pub(super) struct Former {
    name: String,
    keys: Keys,
}

/// The interval between the words of a player, in milliseconds; the players are staggered.
const EVERY_MS: u128 = 60;
const FORMER_MAX: usize = 3;

impl World {
    pub(super) fn speak(&mut self, index: usize) {
        if !(self.now.as_millis() + index as u128 * 7).is_multiple_of(EVERY_MS) {
            return;
        }
        let player = &mut self.players[index];
        if player.is_connected() {
            let word = self.book.speak(&player.name);
            // Without listeners, this sends nothing.
            let _ = player.client.send_voice(&word);
        }
    }

    pub(super) fn hear(&mut self, index: usize, speaker: &str, frame: &[u8]) -> Checked {
        let player = &self.players[index];
        let name = &player.name;
        let Some((number, word)) = self.book.find(frame) else {
            ensure!(player.keys.is_none(), "{name} hears from {speaker} what was not said");
            return Ok(());
        };
        match (word.sealed_in, &player.keys) {
            (Some(of), Some(keys)) => {
                // Without seals, another player may have the id of one that has left.
                ensure!(
                    word.speaker == speaker,
                    "{name} hears word {number} of {} as {speaker}",
                    word.speaker
                );
                let is_member = self.book.has_member(of, &keys.identity);
                ensure!(is_member, "{name} hears word {number} of {speaker}, sealed in {of:?} without it");
            }
            (Some(of), None) => {
                return Err(Violation::new(format!("{name} has no keys and hears a word sealed in {of:?}")));
            }
            (None, _) => {
                let is_required = self.encryption == Encryption::Required;
                ensure!(!is_required, "{name} hears word {number} of {speaker}, which was not sealed");
            }
        }
        self.counts.heard += 1;
        self.players[index].heard.insert(speaker.to_owned(), self.now);
        Ok(())
    }

    pub(super) fn take_events(&mut self, index: usize) -> Checked {
        let now = self.now;
        let player = &mut self.players[index];
        let Some(keys) = &mut player.keys else { return Ok(()) };
        let mut has_new_epoch = false;
        while let Some(event) = keys.member.poll_event() {
            match event {
                MemberEvent::NewEpoch { .. } => {
                    has_new_epoch = true;
                    self.diary.note(now, format!("{} is in epoch {:?}", player.name, keys.member.epoch()));
                }
                MemberEvent::Removed => {
                    keys.cipher.leave();
                    self.diary.note(now, format!("{} was removed", player.name));
                }
                MemberEvent::Failed { error } => {
                    self.counts.failures += 1;
                    self.diary.note(now, format!("{} noticed: {error}", player.name));
                }
                other => {
                    let what = format!("{} was told {other:?} by an honest server", player.name);
                    return Err(Violation::new(what));
                }
            }
        }
        if !has_new_epoch || keys.member.epoch().is_none() {
            return Ok(());
        }
        self.book.enter(&player.name, &keys.identity, &keys.member)?;
        let epoch_keys = keys.member.epoch_keys().map_err(|error| Violation::new(error.to_string()))?;
        let entered = keys.cipher.enter(now, &epoch_keys);
        entered.map_err(|error| Violation::new(format!("{} cannot use its keys: {error}", player.name)))?;
        keys.sealing_in = keys.member.epoch();
        keys.is_strict |= epoch_keys.plain == PlainRooms::Never;
        if self.sabotage == Some(GroupSabotage::LeakedKeys) {
            for former in &mut self.former {
                let _ = former.keys.cipher.enter(now, &epoch_keys);
            }
        }
        Ok(())
    }

    /// A player has left, and keeps listening.
    pub(super) fn remember_former(&mut self, name: &str, keys: Keys) {
        if self.former.len() == FORMER_MAX {
            self.former.remove(0);
        }
        self.former.push(Former { name: name.to_owned(), keys });
    }

    /// A hostile server hands a commit to players that left.
    pub(super) fn leak_commit(&mut self, commit: &[u8]) -> Checked {
        for Former { name, keys } in &mut self.former {
            keys.member.handle(self.now, commit);
            while keys.member.poll_message().is_some() {}
            while let Some(event) = keys.member.poll_event() {
                if !matches!(event, MemberEvent::NewEpoch { .. }) || keys.member.epoch().is_none() {
                    continue;
                }
                self.book.enter(name, &keys.identity, &keys.member)?;
                if let Ok(epoch_keys) = keys.member.epoch_keys() {
                    let _ = keys.cipher.enter(self.now, &epoch_keys);
                }
            }
        }
        Ok(())
    }

    /// Players that left try to open relayed frames.
    pub(super) fn overhear(&mut self, packet: &[u8]) -> Checked {
        if !matches!(MessageType::peek(packet), Ok(MessageType::VoiceData)) {
            return Ok(());
        }
        let Ok(Packet::VoiceData(voice)) = Packet::parse(packet) else { return Ok(()) };
        let Some(speaker) = self.server.tables().client(voice.sender).map(|row| row.name.to_owned()) else {
            return Ok(());
        };
        for former in &mut self.former {
            self.counts.tried_after_leaving += 1;
            let Keys { cipher, identity, .. } = &mut former.keys;
            let Passage::Instead(opened) = cipher.open_packet(self.now, packet, |_| Some(&speaker)) else {
                continue;
            };
            let sealed_in = self.book.find(opened).and_then(|(_, word)| word.sealed_in);
            let is_member = sealed_in.is_some_and(|of| self.book.has_member(of, identity));
            ensure!(is_member, "{} has left and opens a frame that was sealed in {sealed_in:?}", former.name);
        }
        Ok(())
    }

    /// Whether a player sends to the room without encryption.
    pub(super) fn sends_plain(&self, index: usize) -> bool {
        let Some(keys) = &self.players[index].keys else { return true };
        keys.member.plain_rooms().is_some_and(|plain| plain.contains(RoomId::of(ROOM).0))
    }

    /// The longest delay from one player to another.
    pub(super) fn way_between(&self, from: usize, to: usize) -> Duration {
        self.way_of(from) + self.way_of(to)
    }

    /// The longest delay of a packet between a player and the server.
    pub(super) fn way_of(&self, index: usize) -> Duration {
        self.players[index].link.map_or(Duration::ZERO, |link| self.links.longest_way(link))
    }
}
