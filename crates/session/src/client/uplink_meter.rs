//! The quality of my uplink to the server: the frames sent, the frames that arrived, and the extra delay.

use alloc::vec::Vec;
use core::time::Duration;

use consonance_wire::{UplinkReceipt, VoiceReport};

use super::event::{ClientEvent, ListenerReport, UplinkReport};
use super::output::Output;
use crate::time::Instant;

/// The number of remembered frames: more than ten seconds of the shortest ones, after which a report is useless.
const REMEMBERED: usize = 1024;

/// Compares the frames that the server counts with those that were sent.
#[derive(Debug, Default)]
pub(super) struct UplinkMeter {
    /// By number modulo [`REMEMBERED`]; empty until a frame is sent.
    sent: Vec<Sent>,
    /// Frames sent to the server, wrapping; frames that only went over direct links are not included.
    frames: u32,
    /// The contents of the last report: the last frame covered, counted as above, and the total that had arrived.
    reported: (u32, u32),
    transit: Transit,
}

/// A frame that was sent to the server.
#[derive(Clone, Copy, Debug, Default)]
struct Sent {
    sequence: u16,
    /// The number of frames sent so far, including this one.
    frames: u32,
    at: Instant,
}

impl UplinkMeter {
    /// Begins a new place at the server, where nothing has arrived yet.
    pub(super) fn begin(&mut self) {
        self.reported = (self.frames, 0);
        self.transit = Transit::default();
    }

    /// Notes a frame that is sent to the server.
    pub(super) fn note_sent(&mut self, now: Instant, sequence: u16) {
        if self.sent.is_empty() {
            self.sent.resize(REMEMBERED, Sent::default());
        }
        self.frames = self.frames.wrapping_add(1);
        self.sent[usize::from(sequence) % REMEMBERED] = Sent { sequence, frames: self.frames, at: now };
    }

    /// Handles the server's report on how my voice arrives, there and at its listeners.
    pub(super) fn handle_report(&mut self, now: Instant, report: &VoiceReport<'_>, out: &mut Output) {
        if let Some(uplink) = report.uplink.and_then(|receipt| self.read(now, receipt)) {
            out.statistics.uplink_frames += u64::from(uplink.sent);
            out.statistics.uplink_lost += u64::from(uplink.lost);
            out.event(ClientEvent::UplinkReport(uplink));
        }
        if let Some(summary) = report.listeners {
            out.event(ClientEvent::ListenerReport(ListenerReport {
                listeners: summary.listeners,
                lost_percent: summary.lost_percent,
                lost_in_a_row: summary.lost_in_a_row,
                playout_delay: Duration::from_millis(summary.playout_delay_ms.into()),
                redundancy: summary.redundancy,
            }));
        }
    }

    /// Evaluates the server's receipt against the previous one. `None` if it covers no new frame.
    fn read(&mut self, now: Instant, receipt: UplinkReceipt) -> Option<UplinkReport> {
        let UplinkReceipt { newest_sequence, frames: arrived, arrived_ms } = receipt;
        let newest = *self.sent.get(usize::from(newest_sequence) % REMEMBERED)?;
        let (frames_before, arrived_before) = self.reported;
        let sent = newest.frames.wrapping_sub(frames_before);
        let unreported = self.frames.wrapping_sub(frames_before);
        if newest.sequence != newest_sequence || sent == 0 || sent > unreported {
            return None;
        }
        self.reported = (newest.frames, arrived);
        let lost = sent.saturating_sub(arrived.wrapping_sub(arrived_before));
        let took_ms = arrived_ms.wrapping_sub((newest.at.as_micros() / 1000) as u32);
        Some(UplinkReport { sent, lost, queueing: self.transit.beyond_usual(now, took_ms) })
    }
}

/// The time for which the quickest frame is the reference, and at most twice as long: meanwhile two clocks that are
/// 200 ppm off drift apart by 12 ms, and after that a new route has become the reference.
const USUAL_FOR: Duration = Duration::from_secs(30);

/// The maximum queueing delay.
const QUEUEING_MS_MAX: u32 = 10_000;

/// The delay of frames compared to the quickest recent ones, which needs no common clock: the base delay of LEDBAT
/// (RFC 6817, §3.4.2), with two time spans where that has ten.
#[derive(Debug, Default)]
struct Transit {
    spans: Option<Spans>,
}

/// The quickest transit of this time span and of the previous one, in ms by clocks with different starting points.
#[derive(Debug)]
struct Spans {
    since: Instant,
    present: u32,
    before: u32,
}

impl Transit {
    /// The delay beyond the reference.
    fn beyond_usual(&mut self, now: Instant, took_ms: u32) -> Duration {
        let again = Spans { since: now, present: took_ms, before: took_ms };
        let spans = self.spans.get_or_insert(again);
        let age = now - spans.since;
        if age >= USUAL_FOR {
            let before = if age < 2 * USUAL_FOR { spans.present } else { took_ms };
            *spans = Spans { since: now, present: took_ms, before };
        }
        spans.present = quicker(spans.present, took_ms);
        let beyond = took_ms.wrapping_sub(quicker(spans.present, spans.before));
        Duration::from_millis(beyond.min(QUEUEING_MS_MAX).into())
    }
}

/// The smaller of two numbers of ms that wrap.
fn quicker(one: u32, other: u32) -> u32 {
    if (one.wrapping_sub(other) as i32) < 0 { one } else { other }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn receipt(newest_sequence: u16, frames: u32, arrived_ms: u32) -> UplinkReceipt {
        UplinkReceipt { newest_sequence, frames, arrived_ms }
    }

    /// Frames 0, 1, 2 … were sent, one every 20 ms.
    fn meter(frames: u16) -> UplinkMeter {
        let mut meter = UplinkMeter::default();
        meter.begin();
        (0..frames).for_each(|sequence| meter.note_sent(at(sequence), sequence));
        meter
    }

    fn at(sequence: u16) -> Instant {
        Instant::from_millis(20 * u64::from(sequence))
    }

    fn read(meter: &mut UplinkMeter, receipt: UplinkReceipt) -> Option<(u32, u32)> {
        let now = Instant::from_millis(20 * u64::from(receipt.newest_sequence) + 100);
        meter.read(now, receipt).map(|report| (report.sent, report.lost))
    }

    #[test]
    fn what_was_sent_and_not_counted_is_lost() {
        let mut meter = meter(100);
        assert_eq!(read(&mut meter, receipt(24, 20, 0)), Some((25, 5)));
        assert_eq!(read(&mut meter, receipt(49, 45, 0)), Some((25, 0)));
    }

    #[test]
    fn a_lost_report_is_made_up_for_by_the_next() {
        let mut meter = meter(100);
        assert_eq!(read(&mut meter, receipt(74, 65, 0)), Some((75, 10)));
    }

    #[test]
    fn a_report_that_comes_twice_or_late_says_nothing() {
        let mut meter = meter(100);
        read(&mut meter, receipt(49, 50, 0));
        assert_eq!(read(&mut meter, receipt(49, 50, 0)), None);
        assert_eq!(read(&mut meter, receipt(24, 25, 0)), None);
    }

    #[test]
    fn frames_that_went_over_direct_links_only_are_not_missed() {
        let mut meter = meter(10);
        (50..60).for_each(|sequence| meter.note_sent(at(sequence), sequence));
        assert_eq!(read(&mut meter, receipt(59, 20, 0)), Some((20, 0)));
    }

    #[test]
    fn at_a_new_place_counting_starts_again() {
        let mut meter = meter(100);
        read(&mut meter, receipt(49, 50, 0));
        meter.begin();
        (100..110).for_each(|sequence| meter.note_sent(at(sequence), sequence));
        assert_eq!(read(&mut meter, receipt(109, 9, 0)), Some((10, 1)));
    }

    #[test]
    fn a_count_that_cannot_be_is_no_loss_and_does_no_harm() {
        let mut meter = meter(100);
        assert_eq!(read(&mut meter, receipt(9, u32::MAX, 0)), Some((10, 0)));
        assert_eq!(read(&mut meter, receipt(19, 0, 0)), Some((10, 9)));
        assert_eq!(read(&mut meter, receipt(5000, 7, 0)), None, "never sent");
        assert_eq!(UplinkMeter::default().read(Instant::START, receipt(0, 1, 0)), None);
    }

    #[test]
    fn more_time_than_the_quickest_frame_took_is_queueing() {
        let mut transit = Transit::default();
        let mut beyond = |seconds: u64, took: i32| {
            let took = (took as u32).wrapping_sub(20);
            transit.beyond_usual(Instant::from_millis(1000 * seconds), took).as_millis()
        };
        assert_eq!([beyond(0, 50), beyond(1, 30), beyond(2, 230), beyond(3, 40)], [0, 0, 200, 10]);
    }

    #[test]
    fn what_lasts_for_a_minute_is_usual() {
        let mut transit = Transit::default();
        let mut beyond =
            |seconds: u64, took| transit.beyond_usual(Instant::from_millis(1000 * seconds), took).as_millis();
        assert_eq!(beyond(0, 1000), 0);
        let later: Vec<_> = (1..62).map(|seconds| beyond(seconds, 1100)).collect();
        assert_eq!((later[28], later[58], later[60]), (100, 100, 0));
        assert_eq!(beyond(600, 5000), 0, "after a long silence nothing is known");
    }
}
