//! How voice arrives, both ways: what the page says and what was measured goes to the session and to the page.

use std::time::Duration;

use consonance_session::{Instant, LossRun, UplinkReport};

use super::BrowserPlayer;
use super::end::millis;
use crate::control::{Percent, ToPage};
use crate::downlink::PageReception;

/// What the network below knows of the way to the page.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PageQuality {
    /// There and back.
    pub rtt: Option<Duration>,
    /// Of a hundred packets of voice to the page, how many did not arrive, 0 … 100.
    pub lost_percent: Option<f32>,
    /// How many voices at once the way to the page carries, 1 or more; none if it carries all
    /// of them, as far as is known.
    pub voices_max: Option<usize>,
}

/// What was noted since it was told.
#[derive(Debug, Default)]
pub(super) struct Reports {
    /// During speech, here or there.
    due_at: Option<Instant>,
    has_spoken: bool,
    /// What the network and the page said last, and when.
    quality: Option<(PageQuality, Instant)>,
    stats: Option<(Stats, Instant)>,
    /// Frames to the session's server, and how many of them were lost there.
    sent: u32,
    lost: u32,
    queueing: Duration,
    /// The page knows that some voices are left out.
    told_shortage: Option<(usize, usize)>,
}

/// What the page says of what it plays.
#[derive(Clone, Copy, Debug)]
struct Stats {
    lost_percent: f32,
    delay: Duration,
}

/// How often it is told.
const INTERVAL: Duration = Duration::from_secs(2);
/// What was said last holds for so long.
const BELIEVED: Duration = Duration::from_secs(5);

impl Reports {
    pub(super) fn due_at(&self) -> Option<Instant> {
        self.due_at
    }

    /// The page's player speaks.
    pub(super) fn note_spoken(&mut self, now: Instant) {
        self.has_spoken = true;
        self.note_heard(now);
    }

    /// A player speaks to it.
    pub(super) fn note_heard(&mut self, now: Instant) {
        self.due_at.get_or_insert(now + INTERVAL);
    }

    pub(super) fn note_stats(&mut self, now: Instant, lost_percent: Percent, delay_ms: f64) {
        let delay = Duration::from_micros((delay_ms * 1000.0) as u64);
        self.stats = Some((Stats { lost_percent: lost_percent.get(), delay }, now));
    }

    pub(super) fn note_uplink(&mut self, report: UplinkReport) {
        self.sent += report.sent;
        self.lost += report.lost;
        self.queueing = self.queueing.max(report.queueing);
    }

    /// The page knows of nothing.
    pub(super) fn tell_again(&mut self) {
        self.told_shortage = None;
    }

    fn quality(&self, now: Instant) -> PageQuality {
        recent(self.quality, now).unwrap_or_default()
    }

    fn reception(&self, now: Instant) -> PageReception {
        let said = recent(self.stats, now);
        PageReception {
            lost_on_way_percent: Percent::nearest(self.quality(now).lost_percent.unwrap_or(0.0)).get(),
            unplayed_percent: said.map_or(0.0, |stats| stats.lost_percent),
            delay: said.map_or(Duration::ZERO, |stats| stats.delay),
        }
    }
}

impl BrowserPlayer {
    /// What the network below knows of the way to the page; the last one counts. Where fewer voices come through than
    /// speak, the weakest have no slot: those of less priority first, and then the quieter ones.
    pub fn handle_quality(&mut self, now: Instant, quality: PageQuality) {
        self.reports.quality = Some((quality, now));
        self.downlink.carry(now, quality.voices_max);
        self.follow(now);
    }

    /// Every two seconds during speech.
    pub(super) fn report_if_due(&mut self, now: Instant) {
        if self.reports.due_at.is_none_or(|due| now < due) {
            return;
        }
        self.reports.due_at = None;
        for reception in self.downlink.take_receptions(self.reports.reception(now)) {
            self.client.report_reception(reception, LossRun::UNKNOWN);
        }
        self.tell_shortage(now);
        if std::mem::take(&mut self.reports.has_spoken) {
            self.tell_uplink(now);
        }
    }

    /// Says that some voices are left out, and again when it changes or ends.
    fn tell_shortage(&mut self, now: Instant) {
        let shortage = self.downlink.take_shortage();
        if shortage.is_some() {
            self.reports.note_heard(now);
        }
        if std::mem::replace(&mut self.reports.told_shortage, shortage) != shortage {
            let of = |count: usize| u16::try_from(count).unwrap_or(u16::MAX);
            let (voices, speaking) = shortage.map(|(voices, speaking)| (of(voices), of(speaking))).unzip();
            self.tell(&ToPage::Downlink { voices, speaking });
        }
    }

    /// What is lost between the page and the session: on the way here, and of the rest on the way from here.
    fn tell_uplink(&mut self, now: Instant) {
        let to_here = self.uplink.take_lost_percent().unwrap_or(0.0) / 100.0;
        let reports = &mut self.reports;
        let from_here = reports.lost as f32 / reports.sent.max(1) as f32;
        let lost_percent = Percent::nearest(100.0 * (1.0 - (1.0 - to_here) * (1.0 - from_here)));
        let delay_ms = millis(reports.queueing);
        let rtt_ms = reports.quality(now).rtt.map(millis);
        (reports.sent, reports.lost, reports.queueing) = (0, 0, Duration::ZERO);
        self.tell(&ToPage::Uplink { lost_percent, delay_ms, rtt_ms });
    }
}

fn recent<T>(said: Option<(T, Instant)>, now: Instant) -> Option<T> {
    said.filter(|(_, at)| now.since(*at) < BELIEVED).map(|(what, _)| what)
}
