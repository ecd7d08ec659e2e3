//! A worker that has too much to do gives something up in all of its sessions.

use std::time::Instant;

use tracing::{info, warn};

use super::SessionLoop;
use crate::copies::SessionCopies;
use crate::load::{Load, VoiceWork};
use crate::shedding::Shedding;

impl SessionLoop {
    /// Takes in the worker's recent load; to be called several times a second. Sheds more or less, as
    /// [`SheddingSettings`](crate::SheddingSettings) say.
    pub fn note_load(&mut self, now: Instant, load: &Load) {
        let former = self.shedder.step();
        if let Some(step) = self.shedder.observe(now, load) {
            let voices = step.voices_per_room();
            if step > former {
                warn!(?load, ?step, voices, "load shedding stepped up");
            } else {
                info!(?load, ?step, voices, "load shedding stepped down");
            }
        }
        let step = self.shedder.step().max(self.shedding_of_edges());
        if step != self.sessions.shedding() {
            self.sessions.shed(step, self.shedder.settings().retry_in_s);
            for (_, copy) in self.copies.iter_mut().flat_map(SessionCopies::iter_mut) {
                copy.server.reconfigure().set_voices_per_room(step.voices_per_room());
            }
        }
    }

    /// The highest shedding level of the other workers, if any links into sessions of this one are theirs: they send
    /// the packets that are decided here.
    fn shedding_of_edges(&self) -> Shedding {
        if self.networks.remote_links() == 0 {
            return Shedding::Nothing;
        }
        let gauges = self.directory.gauges().iter().enumerate();
        let others = gauges.filter(|(worker, _)| *worker != self.number).map(|(_, gauges)| gauges.shedding());
        others.max().unwrap_or_default()
    }

    /// Whether nothing is to be taken back when there is less to do.
    pub(crate) fn sheds_nothing(&self) -> bool {
        self.shedding() == Shedding::Nothing && self.sessions.shedding() == Shedding::Nothing
    }

    /// The total work of relaying voice since the start.
    pub(crate) fn voice_work(&self, now: Instant) -> VoiceWork {
        VoiceWork { time: self.relay_clock.busy, packets_on_threads: self.networks.packets_on_threads(now) }
    }

    /// The current step of load shedding.
    pub fn shedding(&self) -> Shedding {
        self.shedder.step()
    }
}
