//! What of one's own voice gets lost on its way, and what the encoder is to do about it: copies for what is lost by
//! chance, fewer bits for what is lost because there are too many.

mod link_watch;
mod redundancy;

use std::time::{Duration, Instant};

use consonance_audio::{EncoderSettings, Redundancy};
use consonance_session::{ClientEvent, ListenerReport, UplinkReport};
use consonance_transport::Statistics;

use crate::bitrate_control::{BitrateControl, UplinkSample};
use crate::statistics::UplinkRow;
use link_watch::{LinkNews, LinkWatch};

/// Brings together what the server, the listeners and the network say.
#[derive(Debug)]
pub(crate) struct UplinkQuality {
    control: BitrateControl,
    /// Of a hundred recent frames, how many did not reach the server; `None` until a listener has reported.
    uplink_lost_percent: Option<f32>,
    /// What the server said since the last look.
    latest: Option<UplinkReport>,
    /// What it said last, and when.
    report: Option<(Instant, UplinkReport)>,
    listeners: Option<(Instant, ListenerReport)>,
    /// The most that reported together, and when: a report that got lost is not a listener that has gone.
    most_listeners: Option<(Instant, u8)>,
    link: LinkWatch,
    expected_loss_percent: u8,
    redundancy: Redundancy,
}

/// What the encoder is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EncoderTarget {
    pub(crate) expected_loss_percent: u8,
    pub(crate) bitrate_bps: u32,
    pub(crate) redundancy: Redundancy,
}

/// So many frames make the present estimate of the loss: a second or two of the usual ones.
const MEMORY_FRAMES: f32 = 64.0;

/// Listeners are told of every two seconds while they say something; what they said longer ago than this is over.
const LISTENERS_FOR: Duration = Duration::from_secs(6);

/// A server that has not reported for so long does not report; then the network's own figures have to do.
const REPORTS_WITHIN: Duration = Duration::from_secs(2);

/// Listeners' reports bring no more protection than for this: enough for bad radio, and the most harm that false
/// reports can do (docs/security.md). What the server has counted itself counts in full.
const MOST_BY_LISTENERS_PERCENT: u8 = 30;

impl UplinkQuality {
    /// Knows nothing yet, and so takes what the encoder is set to.
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

    /// What the encoder is to do from now on, which the game has set like that, asked every half second. The last frame
    /// was for `sent_to` listeners. `incoming_lost_percent` is what is lost of the others' voices, if that is known,
    /// `network` what the transport has counted.
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
        // A player that sends music or has copies off keeps to that.
        self.redundancy = if encoder.redundancy == Redundancy::None {
            Redundancy::None
        } else {
            let listeners = self.recent_listeners(now).filter(|_| self.all_report(sent_to));
            redundancy::suiting(listeners, bitrate_bps, encoder.frame)
        };
        EncoderTarget { expected_loss_percent, bitrate_bps, redundancy: self.redundancy }
    }

    /// The same as figures.
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

    /// How the way up did since the last look, by the server's reports as long as there are any; `None` if unknown.
    fn sample(&mut self, now: Instant, link: LinkNews) -> Option<UplinkSample> {
        let of = |report: UplinkReport| UplinkSample {
            lost_percent: report.lost_percent(),
            queueing: report.queueing,
            overflowed: link.overflowed,
        };
        let recent = self.report.filter(|(at, _)| now.saturating_duration_since(*at) <= REPORTS_WITHIN);
        match (self.latest.take(), recent) {
            (Some(report), _) => Some(of(report)),
            // The next report is on its way; what happens on this side needs none.
            (None, Some((_, report))) => link.overflowed.then(|| of(report)),
            (None, None) => link.sample(),
        }
    }

    /// What the listeners say, as long as that is news.
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

    /// A listener that does not report knows no more than Opus does: the original's players, and pages. Nor is it known
    /// of those beyond the 64 that a server asks.
    fn all_report(&self, sent_to: usize) -> bool {
        self.most_listeners.is_some_and(|(_, most)| usize::from(most) >= sent_to)
    }

    fn take_report(&mut self, now: Instant, report: UplinkReport) {
        let earlier = self.uplink_lost_percent.unwrap_or_default();
        let weight = (report.sent as f32 / MEMORY_FRAMES).min(1.0);
        self.uplink_lost_percent = Some(earlier + (report.lost_percent() - earlier) * weight);
        self.report = Some((now, report));
        self.latest = Some(match self.latest {
            // The encoder was not asked about for a while.
            Some(before) => UplinkReport {
                sent: before.sent.saturating_add(report.sent),
                lost: before.lost.saturating_add(report.lost),
                queueing: report.queueing,
            },
            None => report,
        });
    }

    /// The most of three: what is lost of the others' voices, which says something about the whole network; what is
    /// lost on the way up; and what is lost on the whole way to the listeners, within bounds. What is unknown stays as
    /// it was.
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
