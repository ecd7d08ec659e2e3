//! Faults, joins and leaves.

use std::time::Duration;

use consonance_session::{Capabilities, Encryption, LinkCommand};
use consonance_wire::DeliveryMessage;

use super::links::Way;
use super::player::{Doom, Fate, Keys, Moment, Player, instant};
use super::world::World;
use crate::sim::violation::Checked;

/// Players at once.
const PLAYERS_MAX: usize = 12;
const PLAYERS_MIN: usize = 3;

impl World {
    pub(super) fn begin(&mut self) {
        let count = 2 + self.dice.below(4);
        self.join_burst(count);
    }

    /// Does something, and says when to do the next thing.
    pub(super) fn act(&mut self) -> Result<Duration, crate::sim::violation::Violation> {
        let index = self.dice.below(self.players.len() as u64) as usize;
        match self.dice.below(100) {
            0..=19 => {
                let count = 1 + self.dice.below(4);
                self.join_burst(count);
            }
            20..=33 => self.leave(index),
            34..=43 => self.stall(index),
            44..=57 => {
                let offline = if self.dice.chance(250_000) { (10_500, 13_000) } else { (0, 6000) };
                let offline = self.dice.millis(offline.0, offline.1);
                self.lose_link(index, offline);
            }
            58..=67 => self.hang(index),
            68..=72 => self.lose_keys(index)?,
            73..=84 => self.foredoom(index),
            85..=89 => self.players[index].is_dead = self.players.len() > PLAYERS_MIN,
            90..=92 => self.speak_plain(index),
            _ => self.join_original(),
        }
        Ok(self.now + self.dice.millis(20, 900))
    }

    fn join_burst(&mut self, count: u64) {
        for _ in 0..count {
            if self.players.len() < PLAYERS_MAX {
                // Names repeat: those of players that left, and of some whose place is kept.
                let name = format!("P{}", self.dice.below(4) + self.named.saturating_sub(3));
                let is_free = self.players.iter().all(|player| player.name != name)
                    && self.server.tables().client_named(&name).is_none();
                self.named += 1;
                let name = if is_free { name } else { format!("N{}", self.named) };
                self.join(&name, true);
            }
        }
    }

    fn join_original(&mut self) {
        let originals = self.players.iter().filter(|player| player.keys.is_none()).count();
        if self.encryption == Encryption::Allowed && originals < 2 && self.players.len() < PLAYERS_MAX {
            self.named += 1;
            self.join(&format!("Original{}", self.named), false);
        }
    }

    pub(crate) fn join(&mut self, name: &str, can_encrypt: bool) {
        self.diary.note(self.now, format!("{name} joins"));
        self.counts.joins += 1;
        let mut player = Player::new(name, can_encrypt);
        player.clear_since = self.now;
        self.players.push(player);
    }

    pub(super) fn leave(&mut self, index: usize) {
        if self.players.len() <= PLAYERS_MIN {
            return;
        }
        self.counts.leaves += 1;
        self.players[index].client.stop(instant(self.now));
        self.transmit(index);
        let player = self.players.remove(index);
        self.diary.note(self.now, format!("{} leaves", player.name));
        let mut client = player.client;
        while let Some(command) = client.poll_command() {
            if let LinkCommand::Close { link, .. } = command {
                self.links.close(self.now, link, Way::Up);
            }
        }
        if let Some(keys) = player.keys.filter(|_| player.hostile.is_none()) {
            self.remember_former(&player.name, keys);
        }
    }

    fn stall(&mut self, index: usize) {
        let Some(link) = self.players[index].link else { return };
        let span = self.dice.millis(100, 4000);
        self.counts.stalls += 1;
        self.diary.note(self.now, format!("the link of {} stalls for {span:?}", self.players[index].name));
        self.links.stall(link, self.now + span);
    }

    /// Its link is lost, which both ends notice sooner or later, and there is none for a while.
    pub(super) fn lose_link(&mut self, index: usize, offline: Duration) {
        let player = &mut self.players[index];
        let Some(link) = player.link else { return };
        let (client_in, server_in) = (self.dice.millis(0, 1500), self.dice.millis(0, 2500));
        self.counts.links_lost += 1;
        let name = &player.name;
        self.diary.note(self.now, format!("{name} loses {link} and has no other for {offline:?}"));
        player.offline_until = self.now + offline;
        self.links.break_off(link, self.now + client_in, self.now + server_in);
    }

    fn hang(&mut self, index: usize) {
        let span = self.dice.millis(100, 4000);
        self.counts.hangs += 1;
        self.diary.note(self.now, format!("{} hangs for {span:?}", self.players[index].name));
        self.players[index].hangs_until = self.now + span;
    }

    /// It starts over with another key, and announces it.
    fn lose_keys(&mut self, index: usize) -> Checked {
        let (now, player) = (self.now, &mut self.players[index]);
        let Some(keys) = &mut player.keys else { return Ok(()) };
        if !player.client.server().can(Capabilities::GROUPS) {
            return Ok(());
        }
        self.counts.keys_lost += 1;
        let former = std::mem::replace(keys, Keys::new(&player.name));
        keys.member.handle(now, &DeliveryMessage::State { group: 0, must_rejoin: true }.to_bytes());
        (player.clear_since, player.waits_since) = (now, None);
        let name = player.name.clone();
        self.diary.note(now, format!("{name} loses its keys"));
        self.remember_former(&name, former);
        self.follow_member(index)
    }

    /// The next commit that it makes ends badly.
    fn foredoom(&mut self, index: usize) {
        let moments = [Moment::Requested, Moment::Sent, Moment::Accepted];
        let at = self.dice.pick(&moments).copied().unwrap_or(Moment::Sent);
        let is_crash = self.dice.chance(400_000) && self.players.len() > PLAYERS_MIN;
        let fate = if is_crash { Fate::Crash } else { Fate::LoseLink(self.dice.millis(0, 4000)) };
        self.players[index].doom = Some(Doom { at, fate });
    }

    /// Its process crashes without a goodbye.
    pub(super) fn crash(&mut self, index: usize) {
        let player = self.players.remove(index);
        self.diary.note(self.now, format!("{} crashes", player.name));
        if let Some(link) = player.link {
            let server_in = self.dice.millis(0, 3000);
            self.links.break_off(link, self.now, self.now + server_in);
        }
        if let Some(keys) = player.keys {
            self.remember_former(&player.name, keys);
        }
    }

    fn speak_plain(&mut self, index: usize) {
        if self.encryption == Encryption::Required {
            self.diary.note(self.now, format!("{} sends plain voice", self.players[index].name));
            self.players[index].speaks_plain_until = self.now + self.dice.millis(100, 1000);
        }
    }

    /// No fault is in force any more.
    pub(super) fn calm(&mut self) {
        self.diary.note(self.now, "all is well from now on".into());
        self.links.calm();
        for player in &mut self.players {
            player.doom = None;
            player.hangs_until = self.now;
            player.speaks_plain_until = self.now;
            player.offline_until = self.now;
        }
    }
}
