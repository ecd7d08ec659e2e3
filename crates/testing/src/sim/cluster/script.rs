//! The actions of players.

use super::player::{Presence, Room};
use super::world::World;

/// The limit of players.
const PLAYERS_MAX: usize = 14;

/// In a million steps of 5 ms.
const SPEAKS: u32 = 60_000;
const WRITES: u32 = 6_000;
const CHANGES: u32 = 700;
const DECIDES: u32 = 1_500;

impl World {
    pub(super) fn play_script(&mut self) {
        for player in 0..self.players.len() {
            if !self.players[player].is_in() {
                continue;
            }
            if self.dice.chance(SPEAKS) {
                self.speak(player);
            }
            if self.dice.chance(WRITES) {
                self.write(player);
            }
            if self.is_busy && self.dice.chance(CHANGES) {
                self.change(player);
            }
        }
        if self.is_busy && self.dice.chance(DECIDES) {
            self.decide();
        }
        if self.is_busy && self.dice.chance(CHANGES) && self.players.len() < PLAYERS_MAX {
            self.add_player();
        }
    }

    fn change(&mut self, player: usize) {
        let (now, name) = (self.now, self.players[player].name().to_owned());
        let room = self.dice.pick(&Room::ALL).copied().unwrap_or(Room::Hall);
        match self.dice.below(10) {
            0 => {
                let left = self.players.iter().filter(|player| player.presence == Presence::Playing).count();
                if left > 2 {
                    self.players[player].leave(now);
                    self.note(format!("{name} leaves"));
                }
            }
            1..=3 => {
                self.players[player].lose_link();
                self.note(format!("{name} loses its link"));
            }
            // Only players that were in the den from the start may return to it.
            _ if room == Room::Hall || !self.knows(player, room) => {}
            _ if self.players[player].rooms.contains(&room) => {
                self.players[player].exit(now, room);
                self.note(format!("{name} leaves {room:?}"));
            }
            _ => {
                self.players[player].enter(now, room);
                self.note(format!("{name} enters {room:?}"));
            }
        }
    }

    fn knows(&self, player: usize, room: Room) -> bool {
        let player = &self.players[player];
        player.rooms.contains(&room) || player.left.contains_key(&room)
    }
}
