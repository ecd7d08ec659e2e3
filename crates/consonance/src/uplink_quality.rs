//! Loss of the local voice on its way, and the encoder's response: copies against random loss, a lower bit rate against
//! overload.

mod link_watch;
mod redundancy;

use std::time::{Duration, Instant};

use consonance_audio::{EncoderSettings, Redundancy};
use consonance_link::Statistics;
use consonance_session::{ClientEvent, ListenerReport, UplinkReport};

use crate::bitrate_control::{BitrateControl, UplinkSample};
use crate::statistics::UplinkRow;
use link_watch::{LinkNews, LinkWatch};

/// Combines the reports of the server, the listeners and the network.
#[derive(Debug)]
pub(crate) struct UplinkQuality {
    control: BitrateControl,
    /// The share of recent frames that did not reach the server, in percent; `None` until a report has arrived.
    uplink_lost_percent: Option<f32>,
    /// The server's report since the last check, if there is one.
    latest: Option<UplinkReport>,
    /// The server's last report, and its time.
    report: Option<(Instant, UplinkReport)>,
    listeners: Option<(Instant, ListenerReport)>,
    /// The most listeners that reported together, and when: a lost report does not mean that a listener has left.
    most_listeners: Option<(Instant, u8)>,
    link: LinkWatch,
    expected_loss_percent: u8,
    redundancy: Redundancy,
}

/// Target settings for the encoder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EncoderTarget {
    pub(crate) expected_loss_percent: u8,
    pub(crate) bitrate_bps: u32,
    pub(crate) redundancy: Redundancy,
}

/// The number of frames in the loss estimate: usually a second or two.
const MEMORY_FRAMES: f32 = 64.0;

/// Listeners' reports come every two seconds during speech; older ones than this are outdated.
const LISTENERS_FOR: Duration = Duration::from_secs(6);

/// A server without a report for this long does not report; the network's own figures are then used.
const REPORTS_WITHIN: Duration = Duration::from_secs(2);

/// Listeners' reports raise protection only up to this: enough for bad radio links, and the most harm that false
/// reports can do (docs/security.md). Loss counted by the server itself is not limited.
const MOST_BY_LISTENERS_PERCENT: u8 = 30;

impl UplinkQuality {
    /// Starts without measurements, with the encoder's own settings.
    pub(crate) fn new(encoder: &EncoderSettings) -> Self {
        let expected_loss_percent = encoder.expected_loss_percent;
        Self {
            control: BitrateControl::new(encoder.bitrate_bps),
            uplink_lost_percent: None,
            latest: None,
            report: None,
            listeners: None,
            most_listeners: None,
            link: LinkWatch::default(),
            expected_loss_percent,
            redundancy: encoder.redundancy,
        }
    }

    /// Applies the session's reports about our own voice.
    pub(crate) fn follow(&mut self, now: Instant, event: &ClientEvent<'_>) {
        match event {
            ClientEvent::UplinkReport(report) => self.take_report(now, *report),
            ClientEvent::ListenerReport(report) => self.take_listeners(now, *report),
            _ => {}
        }
    }

    /// Returns new target settings for the encoder; to be called every half second. `encoder` is the game's choice,
    /// `sent_to` the number of listeners of the last frame, `incoming_lost_percent` the loss of the others' voices,
    /// if known, and `network` the transport's statistics.
    pub(crate) fn update(
        &mut self,
        now: Instant,
        encoder: &EncoderSettings,
        sent_to: usize,
        incoming_lost_percent: Option<u8>,
        network: &Statistics,
    ) -> EncoderTarget {
        self.control.want(encoder.bitrate_bps);
        let link = self.link.look(network);
        if let Some(sample) = self.sample(now, link) {
            self.control.take(now, sample);
        }
        self.expect_loss(now, incoming_lost_percent);
        let (expected_loss_percent, bitrate_bps) = (self.expected_loss_percent, self.control.bitrate_bps());
        // Music, and players with copies switched off, stay without redundancy.
        self.redundancy = if encoder.redundancy == Redundancy::None {
            Redundancy::None
        } else {
            let listeners = self.recent_listeners(now).filter(|_| self.all_report(sent_to));
            redundancy::suiting(listeners, bitrate_bps, encoder.frame)
        };
        EncoderTarget { expected_loss_percent, bitrate_bps, redundancy: self.redundancy }
    }

    /// Its state as statistics.
    pub(crate) fn row(&self) -> UplinkRow {
        UplinkRow {
            lost_percent: self.uplink_lost_percent,
            queueing: self.report.map(|(_, report)| report.queueing),
            listeners: self.listeners.map(|(_, report)| report),
            expected_loss_percent: self.expected_loss_percent,
            bitrate_bps: self.control.bitrate_bps(),
            redundancy: self.redundancy,
        }
    }

    /// The uplink since the last check, by the server's reports as long as there are any; `None` if unknown.
    fn sample(&mut self, now: Instant, link: LinkNews) -> Option<UplinkSample> {
        let of = |report: UplinkReport| UplinkSample {
            lost_percent: report.lost_percent(),
            queueing: report.queueing,
            overflowed: link.overflowed,
        };
        let recent = self.report.filter(|(at, _)| now.saturating_duration_since(*at) <= REPORTS_WITHIN);
        match (self.latest.take(), recent) {
            (Some(report), _) => Some(of(report)),
            // The next report is on its way; a local overflow counts without one.
            (None, Some((_, report))) => link.overflowed.then(|| of(report)),
            (None, None) => link.sample(),
        }
    }

    /// The listeners' last report, if it is recent.
    fn recent_listeners(&self, now: Instant) -> Option<ListenerReport> {
        let recent = self.listeners.filter(|(at, _)| now.saturating_duration_since(*at) <= LISTENERS_FOR);
        recent.map(|(_, report)| report)
    }

    fn take_listeners(&mut self, now: Instant, report: ListenerReport) {
        self.listeners = Some((now, report));
        let more = self.most_listeners.filter(|(at, most)| {
            *most > report.listeners && now.saturating_duration_since(*at) <= LISTENERS_FOR
        });
        self.most_listeners = more.or(Some((now, report.listeners)));
    }

    /// Whether all listeners report. Those that do not, the original's players and pages, support only plain Opus. It
    /// is also unknown for listeners beyond the 64 that a server asks.
    fn all_report(&self, sent_to: usize) -> bool {
        self.most_listeners.is_some_and(|(_, most)| usize::from(most) >= sent_to)
    }

    fn take_report(&mut self, now: Instant, report: UplinkReport) {
        let earlier = self.uplink_lost_percent.unwrap_or_default();
        let weight = (report.sent as f32 / MEMORY_FRAMES).min(1.0);
        self.uplink_lost_percent = Some(earlier + (report.lost_percent() - earlier) * weight);
        self.report = Some((now, report));
        self.latest = Some(match self.latest {
            // The encoder target was not updated for a while.
            Some(before) => UplinkReport {
                sent: before.sent.saturating_add(report.sent),
                lost: before.lost.saturating_add(report.lost),
                queueing: report.queueing,
            },
            None => report,
        });
    }

    /// The expected loss is the maximum of three: the loss of the others' voices, which indicates the whole network;
    /// the loss on the uplink; and the loss on the whole path to the listeners, within limits. Unknown values do not
    /// change it.
    fn expect_loss(&mut self, now: Instant, incoming_lost_percent: Option<u8>) {
        let by_listeners =
            self.recent_listeners(now).map(|report| report.lost_percent.min(MOST_BY_LISTENERS_PERCENT));
        let uplink = self.uplink_lost_percent.map(|percent| percent.round() as u8);
        let known = [incoming_lost_percent, uplink, by_listeners].into_iter().flatten().max();
        self.expected_loss_percent = known.unwrap_or(self.expected_loss_percent);
    }
}

#[cfg(test)]
mod tests;
