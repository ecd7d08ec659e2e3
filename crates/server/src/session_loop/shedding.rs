//! A worker that has too much to do gives something up in all of its sessions.

use std::time::{Duration, Instant};

use tracing::{info, warn};

use super::SessionLoop;
use crate::shedding::Shedding;

/// What networks do with their own threads, for each share that the worker does: an estimate from above.
const PROCESS_PER_WORKER: f64 = 3.0;

impl SessionLoop {
    /// The loop was busy for this share of its time of late, the process used this share of the processor time that it
    /// may use, and no turn took longer than this; to be told several times a second. Gives up more or less, as
    /// [`SheddingSettings`](crate::SheddingSettings) say.
    pub fn note_load(&mut self, now: Instant, busy_share: f64, process_share: f64, longest_turn: Duration) {
        let counts_process = self.shedder.settings().counts_process;
        // Handshakes and whatever else strangers make the process do is no reason to give up voices: it counts as far
        // as it can follow from what the worker does.
        let process_share = process_share.min(PROCESS_PER_WORKER * busy_share);
        let busy_share = if counts_process { busy_share.max(process_share) } else { busy_share };
        let former = self.shedder.step();
        let Some(step) = self.shedder.observe(now, busy_share, longest_turn) else { return };
        let voices = step.voices_per_room();
        if step > former {
            warn!(busy_share, ?longest_turn, ?step, voices, "too much to do: gives up more");
        } else {
            info!(busy_share, ?longest_turn, ?step, voices, "less to do: gives up less");
        }
        self.sessions.shed(step, self.shedder.settings().retry_in_s);
    }

    /// What is given up now.
    pub fn shedding(&self) -> Shedding {
        self.shedder.step()
    }
}
