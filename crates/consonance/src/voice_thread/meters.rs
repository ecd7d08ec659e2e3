//! What the game may look at in every frame of its own: who is how loud, and what we do ourselves.

use super::VoiceThread;
use crate::log;

impl VoiceThread {
    /// Writes down how loud everybody is just now.
    pub(super) fn meter(&self) {
        self.playback.meter();
        let local = self.shared.players.local();
        let speaks = self.talking.is_heard(&self.client);
        if speaks != local.is_speaking() {
            log::note_speaking(&self.own_name, speaks);
        }
        local.set_speaking(speaks);
        let amplitude = self.capture.row().map_or(0.0, |row| row.chain.output_amplitude);
        local.amplitude.set(amplitude);
    }

    /// Writes down over which channels one speaks, and how that arrives.
    pub(super) fn note_own_channels(&self) {
        let (local, priority) = (self.shared.players.local(), self.client.priority());
        local.set_channels(self.talking.open_channels(priority));
        local.set_priority(priority);
        local.set_packet_loss(self.uplink_quality.row().lost_percent.map(|percent| percent / 100.0));
    }
}
