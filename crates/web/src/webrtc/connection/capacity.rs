//! The capacity of a link to a page, once it has shown that it does not carry everything.
//!
//! Voice needs little, and most links carry all of it: nothing is assumed about a link, and nothing is sent to probe
//! it, until packets are lost or delayed. From then on there is an estimate, which falls to the rate that comes
//! through and rises slowly, as in Google's congestion control for WebRTC (draft-ietf-rmcat-gcc-02, "the draft"
//! below), but without its filter of arrival times, which browsers only report if every packet is numbered for it:
//! here, queued packets show in the round trip.
//!
//! The sender adapts in whole voices, so a rise that is too large is a whole voice too much. A rate that has failed is
//! therefore not tried again at once, and later after each failure.

mod round_trips;
#[cfg(test)]
mod tests;

use std::time::{Duration, Instant};

use round_trips::RoundTrips;

/// A page's feedback since the previous report.
#[derive(Clone, Copy, Debug)]
pub(super) struct Report {
    /// The rate sent to it meanwhile, including all overhead, in bit/s.
    pub(super) sent: f64,
    /// The fraction of the reported packets that has not arrived, 0 … 1; none if these are too few.
    pub(super) loss: Option<f64>,
    pub(super) round_trip: Option<Duration>,
}

/// Fed with reports, about one a second.
#[derive(Debug)]
pub(super) struct CapacityEstimator {
    estimate: Option<Estimate>,
    round_trips: RoundTrips,
    /// The loss of the link itself, however little is sent, 0 … 1.
    own_loss: f64,
    /// The loss of the last report that had one.
    former_loss: f64,
    reported_at: Instant,
}

#[derive(Debug)]
struct Estimate {
    /// In bit/s.
    rate: f64,
    congested_at: Instant,
    /// The rate that was sent then and was too much, and the fraction of it that was lost.
    sent: f64,
    loss: f64,
    /// How long packets waited then, in seconds.
    queue: f64,
    /// The rate that came through then, which is not exceeded for the time of `hold`.
    ceiling: f64,
    hold: Duration,
    /// How often it fell since there is one.
    falls: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Congested,
    /// Loss or delay is as high as before although much less is sent: it is due to the link, or to another sender.
    NotOurs,
    Unclear,
    Clear,
}

impl CapacityEstimator {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            estimate: None,
            round_trips: RoundTrips::new(now),
            own_loss: 0.0,
            former_loss: 0.0,
            reported_at: now,
        }
    }

    /// The link's capacity, in bit/s; none if nothing shows that it does not carry everything.
    pub(super) fn estimate(&self) -> Option<f64> {
        self.estimate.as_ref().map(|estimate| estimate.rate)
    }

    /// Takes a report in. True if less is to be sent from now on.
    pub(super) fn handle_report(&mut self, now: Instant, report: &Report) -> bool {
        let passed = now.saturating_duration_since(self.reported_at).min(PASSED_MAX);
        self.reported_at = now;
        if let Some(round_trip) = report.round_trip {
            self.round_trips.note(now, round_trip);
        }
        let verdict = self.judge(now, report);
        match verdict {
            Verdict::Congested => self.lower(now, report),
            Verdict::NotOurs => {
                self.own_loss = report.loss.unwrap_or(self.own_loss);
                self.round_trips.take_as_shortest();
                self.estimate = None;
            }
            Verdict::Clear => self.raise(now, passed, report.sent),
            Verdict::Unclear => {}
        }
        if let Some(loss) = report.loss {
            (self.own_loss, self.former_loss) = (self.own_loss.min(loss), loss);
        }
        self.estimate.take_if(|estimate| now >= estimate.congested_at + FORGOTTEN_AFTER);
        verdict == Verdict::Congested
    }

    fn judge(&self, now: Instant, report: &Report) -> Verdict {
        if self.estimate.as_ref().is_some_and(|estimate| now < estimate.congested_at + SETTLING) {
            return Verdict::Unclear;
        }
        let loss = report.loss.map(|loss| loss - self.own_loss);
        let is_above = |most: f64| loss.is_some_and(|loss| loss > most);
        if report.round_trip.is_some() && self.round_trips.is_queue_standing() {
            let waits_anyway = self.is_as_before(report, |before| (before.queue, self.queue_s()));
            return match loss {
                Some(loss) if waits_anyway && loss <= LOSS_TO_RISE => Verdict::NotOurs,
                None if waits_anyway => Verdict::Unclear,
                _ => Verdict::Congested,
            };
        }
        let has_queue = self.round_trips.queue() >= QUEUE_WITH_LOSS;
        let goes_on = is_above(LOSS_TO_FALL_AGAIN) && self.former_loss > LOSS_TO_FALL_AGAIN + self.own_loss;
        let is_narrow_still = self.estimate.is_some() && goes_on;
        if is_above(LOSS_TO_FALL) || is_narrow_still || has_queue && is_above(LOSS_TO_RISE) {
            let loses_anyway = !has_queue
                && self.estimate.as_ref().is_some_and(|estimate| estimate.falls >= FALLS_TO_JUDGE)
                && self.is_as_before(report, |before| (before.loss, report.loss.unwrap_or(0.0)));
            return if loses_anyway { Verdict::NotOurs } else { Verdict::Congested };
        }
        let is_clear = loss.is_some_and(|loss| loss <= LOSS_TO_RISE) && self.round_trips.queue() < QUEUE_MAX;
        if is_clear { Verdict::Clear } else { Verdict::Unclear }
    }

    /// Whether much less is sent than when the estimate fell, and something is as it was then.
    fn is_as_before(&self, report: &Report, compared: impl FnOnce(&Estimate) -> (f64, f64)) -> bool {
        self.estimate.as_ref().is_some_and(|before| {
            let (then, now) = compared(before);
            report.sent < MUCH_LESS * before.sent && (MUCH_LESS * then..then / MUCH_LESS).contains(&now)
        })
    }

    fn queue_s(&self) -> f64 {
        self.round_trips.queue().as_secs_f64()
    }

    /// Lowers the estimate as in the draft's section 5.5: to a part of the rate that comes through.
    fn lower(&mut self, now: Instant, report: &Report) {
        let loss = report.loss.unwrap_or(0.0);
        // Packets that neither arrive nor are lost make the queue longer.
        let through = report.sent * (1.0 - loss) / (1.0 + self.round_trips.queue_growth());
        let former = self.estimate.as_ref();
        let rate = (FALL * through).min(former.map_or(f64::MAX, |former| former.rate)).max(RATE_MIN);
        let hold = former.map_or(HOLD_MIN, |former| (2 * former.hold).min(HOLD_MAX));
        let (sent, queue, ceiling) = (report.sent, self.queue_s(), through);
        let falls = former.map_or(1, |former| former.falls.saturating_add(1));
        self.estimate = Some(Estimate { rate, congested_at: now, sent, loss, queue, ceiling, hold, falls });
    }

    fn raise(&mut self, now: Instant, passed: Duration, sent: f64) {
        let Some(estimate) = &mut self.estimate else { return };
        // A link that carries little reveals little of its capacity.
        let mut most = OF_SENT_MAX * sent;
        if now < estimate.congested_at + estimate.hold {
            most = most.min(OF_CEILING_MAX * estimate.ceiling);
        }
        let raised = estimate.rate * RISE_PER_SECOND.powf(passed.as_secs_f64());
        estimate.rate = raised.min(most).max(estimate.rate);
        if sent > SURPASSED * estimate.ceiling {
            estimate.hold = HOLD_MIN;
        }
    }
}

/// Above this the estimate falls, and up to this it may rise: the draft's section 6.
const LOSS_TO_FALL: f64 = 0.1;
const LOSS_TO_RISE: f64 = 0.02;

/// If there is an estimate, this is enough if it was so the last time, too: chance seldom does that.
const LOSS_TO_FALL_AGAIN: f64 = 0.05;

/// β and η of the draft's section 5.5.
const FALL: f64 = 0.85;
const RISE_PER_SECOND: f64 = 1.08;

/// A longer delay on the way is a queue that grows until less is sent: more than a browser's jitter buffer absorbs on
/// Wi-Fi.
const QUEUE_MAX: Duration = Duration::from_millis(100);
/// If packets are lost, too, this is enough.
const QUEUE_WITH_LOSS: Duration = Duration::from_millis(40);

/// The time until a lower rate shows in the reports; the estimate does not change before.
const SETTLING: Duration = Duration::from_millis(1500);

/// A silence between two reports counts as this at most.
const PASSED_MAX: Duration = Duration::from_secs(5);

/// A value below this fraction of another one is much less than it.
const MUCH_LESS: f64 = 0.8;

/// The first bad report may speak of packets from before the link became narrow, too, and so of too little loss: only
/// after so many falls is a loss that stays taken for the link's own.
const FALLS_TO_JUDGE: u32 = 2;

/// The estimate is at most this many times the rate that is sent, so that there is always room for one more voice …
const OF_SENT_MAX: f64 = 2.0;
/// … and for some time at most this part of the rate that was too much, for longer after each failure.
const OF_CEILING_MAX: f64 = 0.95;
const HOLD_MIN: Duration = Duration::from_secs(10);
const HOLD_MAX: Duration = Duration::from_mins(1);
/// A link that carries this many times the failed rate has changed.
const SURPASSED: f64 = 1.2;

/// A link that has carried everything for this long has no known limit.
const FORGOTTEN_AFTER: Duration = Duration::from_mins(2);

/// In bit/s: a voice at the lowest rate of Opus with everything around it (RFC 6716, section 2.1.1). Less makes no
/// difference, since one voice is always sent.
const RATE_MIN: f64 = 28_000.0;
