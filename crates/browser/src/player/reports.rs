//! Reports on voice in both directions: the page's reports and measurements go to the session and to the page.

use std::time::Duration;

use consonance_session::{Instant, LossRun, UplinkReport};

use super::BrowserPlayer;
use super::end::millis;
use crate::control::{Percent, ToPage};
use crate::downlink::PageReception;

/// The network's measurements of the path to the page.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PageQuality {
    /// The round-trip time.
    pub rtt: Option<Duration>,
    /// The share of voice packets to the page that were lost, in percent, 0 … 100.
    pub lost_percent: Option<f32>,
    /// How many voices at once the path to the page carries, 1 or more; `None` if it carries all of them, as far as is
    /// known.
    pub voices_max: Option<usize>,
}

/// Data collected since the last report.
#[derive(Debug, Default)]
pub(super) struct Reports {
    /// Set during speech in either direction.
    due_at: Option<Instant>,
    has_spoken: bool,
    /// The last data from the network and from the page, and when they came.
    quality: Option<(PageQuality, Instant)>,
    stats: Option<(Stats, Instant)>,
    /// Frames to the session's server, and how many of them were lost there.
    sent: u32,
    lost: u32,
    queueing: Duration,
    /// Whether the page was told that some voices are left out.
    told_shortage: Option<(usize, usize)>,
}

/// The page's report on its playback.
#[derive(Clone, Copy, Debug)]
struct Stats {
    lost_percent: f32,
    delay: Duration,
}

/// The interval of reports.
const INTERVAL: Duration = Duration::from_secs(2);
/// How long the last data are valid.
const BELIEVED: Duration = Duration::from_secs(5);

impl Reports {
    pub(super) fn due_at(&self) -> Option<Instant> {
        self.due_at
    }

    /// Notes that the page's player speaks.
    pub(super) fn note_spoken(&mut self, now: Instant) {
        self.has_spoken = true;
        self.note_heard(now);
    }

    /// Notes that a player speaks to it.
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

    /// Forgets what the page was told.
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
    /// Takes the network's measurements of the path to the page; the last ones apply. If fewer voices get through
    /// than speak, the least important have no slot: those of lower priority first, and then the quieter ones.
    pub fn handle_quality(&mut self, now: Instant, quality: PageQuality) {
        self.reports.quality = Some((quality, now));
        self.downlink.carry(now, quality.voices_max);
        self.follow(now);
    }

    /// Reports every two seconds during speech.
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

    /// Tells the page that some voices are left out, and again when that changes or ends.
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

    /// Reports the loss between the page and the session: on the way here, and, of the remaining packets, on the way
    /// from here.
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
