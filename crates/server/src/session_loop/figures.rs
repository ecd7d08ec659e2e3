//! How a worker is doing, for its driver.

use std::time::Instant;

use super::SessionLoop;
use super::worker_state::WorkerState;
use super::workload::Workload;
use crate::gauges::WorkerStatistics;
use crate::load::VoiceWork;
use crate::shedding::Shedding;

/// The counters of a loop; its driver knows the rest.
pub(crate) struct Figures<'l> {
    state: &'l WorkerState,
    work: &'l Workload,
}

impl SessionLoop {
    /// How this worker is doing.
    pub(crate) fn figures(&self) -> Figures<'_> {
        Figures { state: &self.state, work: &self.work }
    }
}

impl Figures<'_> {
    /// All counters.
    pub(crate) fn statistics(&self) -> WorkerStatistics {
        let (_, relay_delay) = self.work.relaying();
        WorkerStatistics {
            worker: self.state.number,
            sessions: self.state.sessions.len() as u64,
            clients: self.state.sessions.clients() as u64,
            links: self.state.routes.len() as u64,
            packets_in: self.work.packets_in(),
            packets_out: self.state.networks.packets_out,
            relay_delay,
            shedding: self.work.shedding().number(),
            ..WorkerStatistics::default()
        }
    }

    /// Packets that came in since the start.
    pub(crate) fn packets_in(&self) -> u64 {
        self.work.packets_in()
    }

    /// The total work of relaying voice since the start.
    pub(crate) fn voice_work(&self, now: Instant) -> VoiceWork {
        let (time, _) = self.work.relaying();
        VoiceWork { time, packets_on_threads: self.state.networks.packets_on_threads(now) }
    }

    /// Whether nothing is to be taken back when there is less to do.
    pub(crate) fn sheds_nothing(&self) -> bool {
        self.work.shedding() == Shedding::Nothing && self.state.sessions.shedding() == Shedding::Nothing
    }
}
