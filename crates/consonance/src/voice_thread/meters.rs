//! Meters that the game can read in every frame: each player's level, and our own state.

use std::time::Instant;

use super::VoiceThread;
use crate::log;

impl VoiceThread {
    /// Publishes the current levels of all players.
    pub(super) fn meter(&self) {
        self.playback.meter();
        let local = self.shared.players.local();
        let speaks = self.talking.is_heard(&self.client);
        if speaks != local.is_speaking() {
            log::note_speaking(&self.own_name, speaks);
        }
        local.set_speaking(speaks);
        let amplitude = self.capture.row().map_or(0.0, |row| row.chain.output_amplitude);
        local.set_amplitude(amplitude);
    }

    /// Logs once if this thread, or the capture thread, does not keep up, and when noise suppression is reduced.
    pub(super) fn note_pace(&mut self, began: Instant, ended: Instant) {
        let late = self.late_by(ended);
        if let Some(slow) = self.pace.note(began, ended, self.clock.beats(), late) {
            log::note_too_slow(&self.own_name, slow.beat, slow.late);
        }
        if self.capture.has_fallen_behind() && self.pace.tells_of_capture() {
            log::note_slow_capture(&self.own_name);
        }
        if let Some(row) = self.capture.row() {
            let reduced_to = row.chain.noise.filter(|_| row.chain.is_noise_reduced);
            if self.pace.changes_noise(reduced_to) {
                log::note_noise_reduced(&self.own_name, reduced_to);
            }
        }
    }

    /// Publishes the channels that the local player speaks over, and their reception.
    pub(super) fn note_own_channels(&self) {
        let (local, priority) = (self.shared.players.local(), self.client.voice().priority());
        local.set_channels(self.talking.open_channels(priority));
        local.set_priority(priority);
        local.set_packet_loss(self.quality.uplink().lost_percent.map(|percent| percent / 100.0));
    }
}
