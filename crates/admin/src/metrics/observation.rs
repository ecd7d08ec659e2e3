//! What a server says of itself.

use std::time::Duration;

use consonance_session::ServerStatistics;
use consonance_transport as transport;

/// Everything that is shown of a server at one moment.
#[derive(Clone, Debug, Default)]
pub struct Observation {
    /// How long it runs.
    pub uptime: Duration,
    /// Nobody may join any more.
    pub is_draining: bool,
    /// Workers that did not answer in time.
    pub silent_workers: usize,
    /// Each session.
    pub sessions: Vec<SessionNumbers>,
    /// What sessions counted that have ended since the start.
    pub ended_sessions: ServerStatistics,
    /// Each network that it listens on.
    pub networks: Vec<NetworkNumbers>,
    /// Of each player whose voice the server follows: the percentage of frames that did not arrive of late.
    pub lost_percent: Vec<f32>,
}

/// A session in numbers.
#[derive(Clone, Debug)]
pub struct SessionNumbers {
    /// Its name.
    pub name: String,
    /// Players in it.
    pub clients: usize,
    /// What it counted since it began.
    pub counters: ServerStatistics,
}

/// A network in numbers.
#[derive(Clone, Debug)]
pub struct NetworkNumbers {
    /// What kind it is: `quic`, `fast`, `memory`.
    pub network: &'static str,
    /// What it counted since the start.
    pub counters: transport::ServerStatistics,
}

impl Observation {
    /// What all sessions counted, also those that have ended: it never decreases.
    pub(crate) fn session_counters(&self) -> ServerStatistics {
        let mut sum = self.ended_sessions.clone();
        self.sessions.iter().for_each(|session| sum.add(&session.counters));
        sum
    }

    /// Why players cannot join, if they cannot.
    pub(crate) fn unready(&self) -> Option<String> {
        if self.is_draining {
            return Some("the server is being drained: nobody may join any more".into());
        }
        match self.silent_workers {
            0 => None,
            1 => Some("one worker does not answer".into()),
            number => Some(format!("{number} workers do not answer")),
        }
    }
}
