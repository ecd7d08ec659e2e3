//! A session loop with its networks and players, on one common clock.

use std::time::{Duration, Instant};

use consonance_link::memory::MemoryNetwork;
use consonance_server::{SessionLoop, SessionsSettings};
use consonance_session::ServerStatistics;

use crate::session_loop::player::Player;

/// Enough rounds to exchange all packets: no exchange in these tests takes longer.
const ROUNDS: usize = 8;

pub(crate) struct Fixture {
    pub(crate) session_loop: SessionLoop,
    pub(crate) networks: Vec<MemoryNetwork>,
    pub(crate) now: Instant,
}

impl Fixture {
    /// Serves these sessions on this many networks.
    pub(crate) fn new(sessions: &[&str], networks: usize) -> Self {
        Self::with_settings(&SessionsSettings::new(sessions.iter().copied()).unwrap(), networks)
    }

    /// Serves what the settings say.
    pub(crate) fn with_settings(settings: &SessionsSettings, networks: usize) -> Self {
        let mut settings = settings.clone();
        settings.seed = 1;
        let mut session_loop = SessionLoop::new(&settings);
        let networks: Vec<_> = (0..networks).map(|_| MemoryNetwork::new()).collect();
        for network in &networks {
            session_loop.add_network(Box::new(network.listen()));
        }
        Self { session_loop, networks, now: Instant::now() }
    }

    /// A player that starts to join a session over one of the networks.
    pub(crate) fn player(&self, name: &str, network: usize, session: &str) -> Player {
        Player::new(name, self.networks[network].client(session), self.now)
    }

    /// The same with a join token.
    pub(crate) fn player_with_token(&self, name: &str, token: &str, session: &str) -> Player {
        Player::with_token(name, Some(token), self.networks[0].client(session), self.now)
    }

    /// The same with a client of ours.
    pub(crate) fn player_of_ours(&self, name: &str, token: &str, session: &str) -> Player {
        Player::of_ours(name, token, self.networks[0].client(session), self.now)
    }

    pub(crate) fn run_once(&mut self) -> Option<Instant> {
        self.session_loop.run_once(self.now)
    }

    pub(crate) fn wait(&mut self, time: Duration) {
        self.now += time;
    }

    /// Exchanges all pending packets with these players.
    pub(crate) fn settle(&mut self, players: &mut [&mut Player]) {
        for _ in 0..ROUNDS {
            for player in &mut *players {
                player.run_once(self.now);
            }
            self.run_once();
        }
    }

    /// Clients and counters of a session.
    pub(crate) fn statistics(&self, session: &str) -> (usize, ServerStatistics) {
        let mut all = self.session_loop.statistics();
        let (_, clients, counters) = all.find(|(name, ..)| *name == session).unwrap();
        (clients, counters)
    }
}
