//! What is known of voice in both directions since the last report.

use std::time::Duration;

use consonance_session::{Instant, UplinkReport};

use crate::control::Percent;
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

    /// The network's measurements; the last ones apply.
    pub(super) fn set_quality(&mut self, now: Instant, quality: PageQuality) {
        self.quality = Some((quality, now));
    }

    /// Whether a report is due; the next one is then due after further speech.
    pub(super) fn take_due(&mut self, now: Instant) -> bool {
        self.due_at.take_if(|due| now >= *due).is_some()
    }

    /// Whether the page's player has spoken since the last report.
    pub(super) fn take_spoken(&mut self) -> bool {
        std::mem::take(&mut self.has_spoken)
    }

    /// Notes that so many of these voices get through. False if the page was told that before.
    pub(super) fn note_shortage(&mut self, now: Instant, shortage: Option<(usize, usize)>) -> bool {
        if shortage.is_some() {
            self.note_heard(now);
        }
        std::mem::replace(&mut self.told_shortage, shortage) != shortage
    }

    /// The share of frames that were lost between here and the session's server, 0 … 1, and their longest delay there,
    /// since this was asked last.
    pub(super) fn take_uplink(&mut self) -> (f32, Duration) {
        let lost = self.lost as f32 / self.sent.max(1) as f32;
        (self.sent, self.lost) = (0, 0);
        (lost, std::mem::take(&mut self.queueing))
    }

    pub(super) fn quality(&self, now: Instant) -> PageQuality {
        recent(self.quality, now).unwrap_or_default()
    }

    pub(super) fn reception(&self, now: Instant) -> PageReception {
        let said = recent(self.stats, now);
        PageReception {
            lost_on_way_percent: Percent::nearest(self.quality(now).lost_percent.unwrap_or(0.0)).get(),
            unplayed_percent: said.map_or(0.0, |stats| stats.lost_percent),
            delay: said.map_or(Duration::ZERO, |stats| stats.delay),
        }
    }
}

fn recent<T>(said: Option<(T, Instant)>, now: Instant) -> Option<T> {
    said.filter(|(_, at)| now.since(*at) < BELIEVED).map(|(what, _)| what)
}
