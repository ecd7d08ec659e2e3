//! Programs in one room of a cloud, and time that passes for all of them.

use std::time::{Duration, Instant};

use consonance_session::{Capabilities, SessionId};

use crate::hosted::cloud::{Cloud, Weather};
use crate::hosted::network::Network;
use crate::hosted::program::Program;

/// A frame of the game, in which a player speaks at most once.
pub(crate) const FRAME: Duration = Duration::from_millis(20);

/// The number of frames that each player speaks in a check.
pub(crate) const SPOKEN: usize = 20;

pub(crate) struct Fixture {
    pub(crate) now: Instant,
    pub(crate) cloud: Cloud,
    network: Network,
    pub(crate) programs: Vec<Program>,
}

impl Fixture {
    /// A room with this many players of ours, all in one session.
    pub(crate) fn of(network: Network, weather: Weather, players: usize) -> Self {
        Self::from_seed(network, weather, players, 7)
    }

    /// The same, with another random seed.
    pub(crate) fn from_seed(network: Network, weather: Weather, players: usize, seed: u64) -> Self {
        let cloud = Cloud::new(weather, seed);
        let mut fixture = Self { now: Instant::now(), cloud, network, programs: Vec::new() };
        for _ in 0..players {
            fixture.enter(Capabilities::ALL);
        }
        fixture.pass(Duration::from_secs(5));
        fixture
    }

    pub(crate) fn enter(&mut self, capabilities: Capabilities) {
        let program = Program::enter(&mut self.cloud, &self.network, self.now, capabilities);
        self.programs.push(program);
    }

    pub(crate) fn pass(&mut self, span: Duration) {
        let end = self.now + span;
        while self.now < end {
            self.now += FRAME;
            for program in &mut self.programs {
                program.run_once(self.now, &mut self.cloud);
            }
        }
    }

    /// Ends the process of a player and returns the player's name.
    pub(crate) fn leave(&mut self, index: usize) -> String {
        let gone = self.programs.remove(index);
        self.cloud.leave(self.now, gone.actor);
        gone.name()
    }

    /// The session of all players.
    pub(crate) fn session(&self) -> SessionId {
        let mut sessions: Vec<_> = self
            .programs
            .iter()
            .map(|program| *program.heard.sessions.last().expect("in a session"))
            .collect();
        sessions.dedup();
        assert_eq!(sessions.len(), 1, "all are in one");
        sessions[0]
    }

    /// All players speak in turn; the others must hear at least this many frames of each.
    pub(crate) fn assert_all_hear_each_other(&mut self, least: usize) {
        self.programs.iter_mut().for_each(|program| program.heard.frames.clear());
        for index in 0..self.programs.len() {
            for _ in 0..SPOKEN {
                self.programs[index].speak(&[7; 60]);
                self.pass(FRAME);
            }
        }
        self.pass(Duration::from_secs(1));
        let names: Vec<String> = self.programs.iter().map(Program::name).collect();
        for program in &self.programs {
            for speaker in &names {
                let heard = program.heard.frames.get(speaker).copied().unwrap_or(0);
                let expected = if *speaker == program.name() { 0..=0 } else { least..=SPOKEN };
                assert!(expected.contains(&heard), "{} heard {heard} of {speaker}", program.name());
            }
        }
    }
}
