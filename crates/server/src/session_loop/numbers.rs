//! The numbers of a worker, summed up by the caller.

use std::time::Instant;

use consonance_session::ServerStatistics;

use super::SessionLoop;
use crate::HookStatistics;
use crate::networks::NetworkNumbers;

/// The counters of one worker's loop, or of several together.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct LoopNumbers {
    /// Each session.
    pub sessions: Vec<SessionNumbers>,
    /// The totals of the sessions that have ended since the start.
    pub ended_sessions: ServerStatistics,
    /// Each network that it listens on.
    pub networks: Vec<NetworkNumbers>,
    /// For each recent speaker whose voice is monitored, the percentage of frames that did not arrive.
    pub lost_percent: Vec<f32>,
    /// Counters of the joining hook, if there is one: all workers share it.
    pub hook: Option<HookStatistics>,
    /// Bytes of voice that are in memory for reports.
    pub report_buffer_bytes: usize,
    /// Frames that were to be kept for reports and found no room.
    pub report_buffer_frames_dropped: u64,
}

/// A session in numbers.
#[derive(Clone, Debug)]
pub struct SessionNumbers {
    /// Its name.
    pub name: String,
    /// Players in it.
    pub clients: usize,
    /// Its counters since it began.
    pub counters: ServerStatistics,
}

impl LoopNumbers {
    /// Adds the counters of another loop of the same server.
    pub fn add(&mut self, other: Self) {
        self.sessions.extend(other.sessions);
        self.ended_sessions.add(&other.ended_sessions);
        self.networks.extend(other.networks);
        self.lost_percent.extend(other.lost_percent);
        self.hook = self.hook.or(other.hook);
        self.report_buffer_bytes += other.report_buffer_bytes;
        self.report_buffer_frames_dropped += other.report_buffer_frames_dropped;
    }

    /// The sum of the counters of all sessions, including those that have ended: it never decreases.
    pub fn session_counters(&self) -> ServerStatistics {
        let mut sum = self.ended_sessions.clone();
        self.sessions.iter().for_each(|session| sum.add(&session.counters));
        sum
    }

    /// Players in all sessions.
    pub fn clients(&self) -> usize {
        self.sessions.iter().map(|session| session.clients).sum()
    }
}

impl SessionLoop {
    /// Everything that it has counted. It takes a moment for each player: ask a few times a minute, and not per frame.
    pub fn numbers(&self, now: Instant) -> LoopNumbers {
        let session = |(name, clients, counters): (&str, usize, ServerStatistics)| SessionNumbers {
            name: name.to_owned(),
            clients,
            counters,
        };
        let mut networks: Vec<NetworkNumbers> = self.state.networks.numbers(now).collect();
        if let Some(edges) = self.state.networks.edges() {
            self.edge.add_losses(&mut networks[edges]);
        }
        let (report_buffer_bytes, report_buffer_frames_dropped) = self.state.voices.buffered();
        LoopNumbers {
            sessions: self.statistics().map(session).collect(),
            ended_sessions: self.state.sessions.ended().clone(),
            networks,
            hook: self.state.join_handler.hook_statistics(),
            lost_percent: self
                .state
                .sessions
                .iter()
                .flat_map(|session| session.server.tables().voice_losses())
                .collect(),
            report_buffer_bytes,
            report_buffer_frames_dropped,
        }
    }
}
