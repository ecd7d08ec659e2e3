//! A worker that has too much to do gives something up in all of its sessions.

use std::time::Instant;

use tracing::{info, warn};

use super::SessionLoop;
use crate::load::{Load, VoiceWork};
use crate::shedding::Shedding;

impl SessionLoop {
    /// What this worker had to do recently; to be told several times a second. Gives up more or less, as
    /// [`SheddingSettings`](crate::SheddingSettings) say.
    pub fn note_load(&mut self, now: Instant, load: &Load) {
        let former = self.shedder.step();
        let Some(step) = self.shedder.observe(now, load) else { return };
        let voices = step.voices_per_room();
        if step > former {
            warn!(?load, ?step, voices, "load shedding stepped up");
        } else {
            info!(?load, ?step, voices, "load shedding stepped down");
        }
        self.sessions.shed(step, self.shedder.settings().retry_in_s);
    }

    /// What relaying voice has taken since the start.
    pub(crate) fn voice_work(&self, now: Instant) -> VoiceWork {
        VoiceWork { time: self.relay_clock.busy, packets_on_threads: self.networks.packets_on_threads(now) }
    }

    /// What is given up now.
    pub fn shedding(&self) -> Shedding {
        self.shedder.step()
    }
}
