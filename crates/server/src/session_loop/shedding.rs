//! A worker that has too much to do gives something up in all of its sessions.

use std::time::Instant;

use super::SessionLoop;
use crate::copies::SessionCopies;
use crate::directory::Directory;
use crate::load::Load;
use crate::networks::Networks;
use crate::shedding::Shedding;

impl SessionLoop {
    /// Takes in the worker's recent load; to be called several times a second. Sheds more or less, as
    /// [`SheddingSettings`](crate::SheddingSettings) say.
    pub fn note_load(&mut self, now: Instant, load: &Load) {
        self.work.note_load(now, load);
        let of_edges = shedding_of_edges(&self.state.networks, &self.state.directory, self.state.number);
        let step = self.work.shedding().max(of_edges);
        if step != self.state.sessions.shedding() {
            self.state.sessions.shed(step, self.work.retry_in_s());
            for (_, copy) in self.state.copies.iter_mut().flat_map(SessionCopies::iter_mut) {
                copy.server.reconfigure().set_voices_per_room(step.voices_per_room());
            }
        }
    }

    /// The current step of load shedding.
    pub fn shedding(&self) -> Shedding {
        self.work.shedding()
    }
}

/// The highest shedding level of the other workers, if any links into sessions of this one are theirs: they send the
/// packets that are decided here.
fn shedding_of_edges(networks: &Networks, directory: &Directory, own: usize) -> Shedding {
    if networks.remote_links() == 0 {
        return Shedding::Nothing;
    }
    let gauges = directory.gauges().iter().enumerate();
    let others = gauges.filter(|(worker, _)| *worker != own).map(|(_, gauges)| gauges.shedding());
    others.max().unwrap_or_default()
}
