//! Reports on voice in both directions: the page's reports and measurements go to the session and to the page.

use consonance_session::{Instant, LossRun};

use super::BrowserPlayer;
use super::end::millis;
use super::reports::PageQuality;
use crate::control::{Percent, ToPage};

impl BrowserPlayer {
    /// Takes the network's measurements of the path to the page; the last ones apply. If fewer voices get through
    /// than speak, the least important have no slot: those of lower priority first, and then the quieter ones.
    pub fn handle_quality(&mut self, now: Instant, quality: PageQuality) {
        self.reports.set_quality(now, quality);
        self.downlink.carry(now, quality.voices_max);
        self.follow(now);
    }

    /// Reports every two seconds during speech.
    pub(super) fn report_if_due(&mut self, now: Instant) {
        if !self.reports.take_due(now) {
            return;
        }
        for reception in self.downlink.take_receptions(self.reports.reception(now)) {
            self.client.report_reception(reception, LossRun::UNKNOWN);
        }
        self.tell_shortage(now);
        if self.reports.take_spoken() {
            self.tell_uplink(now);
        }
    }

    /// Tells the page that some voices are left out, and again when that changes or ends.
    fn tell_shortage(&mut self, now: Instant) {
        let shortage = self.downlink.take_shortage();
        if self.reports.note_shortage(now, shortage) {
            let of = |count: usize| u16::try_from(count).unwrap_or(u16::MAX);
            let (voices, speaking) = shortage.map(|(voices, speaking)| (of(voices), of(speaking))).unzip();
            self.tell(&ToPage::Downlink { voices, speaking });
        }
    }

    /// Reports the loss between the page and the session: on the way here, and, of the remaining packets, on the way
    /// from here.
    fn tell_uplink(&mut self, now: Instant) {
        let to_here = self.uplink.take_lost_percent().unwrap_or(0.0) / 100.0;
        let (from_here, queueing) = self.reports.take_uplink();
        let lost_percent = Percent::nearest(100.0 * (1.0 - (1.0 - to_here) * (1.0 - from_here)));
        let delay_ms = millis(queueing);
        let rtt_ms = self.reports.quality(now).rtt.map(millis);
        self.tell(&ToPage::Uplink { lost_percent, delay_ms, rtt_ms });
    }
}
