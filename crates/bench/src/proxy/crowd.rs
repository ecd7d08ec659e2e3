//! Clients of the game, behind the proxy or not.

use std::error::Error;
use std::net::SocketAddr;

use super::meter::Meter;
use super::networks::Network;
use super::player::{Now, Player};
use super::side::Side;

pub(super) struct Crowd(Vec<Player>);

impl Crowd {
    /// Connects `clients` clients; if they have voice, the first `speakers` of them speak.
    pub(super) fn connect(
        now: Now,
        of: &'static Network,
        (side, address): (Side, SocketAddr),
        clients: usize,
        speakers: Option<usize>,
    ) -> Result<Self, Box<dyn Error>> {
        let player = |number: usize| {
            let speaks = speakers.map(|speakers| number < speakers);
            Player::connect(now, of, (side, address), number as u16, speaks)
        };
        Ok(Self((0..clients).map(player).collect::<Result<_, _>>()?))
    }

    /// Whether all players play, and know all others that they speak to.
    pub(super) fn is_in(&self) -> bool {
        self.0.iter().all(Player::is_in)
    }

    /// The number of players that are not ready.
    pub(super) fn missing(&self) -> usize {
        self.0.iter().filter(|player| !player.is_in()).count()
    }

    /// Lets players identify themselves to the game, repeatedly, until it responds.
    pub(super) fn introduce(&mut self, now: Now, side: Side) {
        self.0.iter_mut().for_each(|player| player.introduce(now, side));
    }

    pub(super) fn play(&mut self, now: Now, number: usize, meter: &mut Meter) {
        self.0[number].play(now, meter);
    }

    pub(super) fn speak(&mut self, now: Now, number: usize) {
        if let Some(player) = self.0.get_mut(number) {
            player.speak(now);
        }
    }

    /// Handles all players' pending events; returns their number.
    pub(super) fn run_once(&mut self, now: Now, meter: &mut Meter) -> Result<usize, Box<dyn Error>> {
        self.0.iter_mut().map(|player| player.run_once(now, meter)).sum()
    }
}
