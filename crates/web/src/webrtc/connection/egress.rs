//! Packets sent to a page in all slots, and the arrivals that the page reports.

use std::time::{Duration, Instant};

use str0m::stats::MediaEgressStats;

use super::capacity::{CapacityEstimator, Report};
use super::slot::{Arrivals, Slot};

/// Counts sent packets, adds up receiver reports (RFC 3550, section 6.4.2), and estimates the link's capacity.
#[derive(Debug)]
pub(super) struct Egress {
    estimator: CapacityEstimator,
    /// Bytes and samples at 48 kHz that were sent since then.
    since: Instant,
    bytes: u64,
    samples: u64,
    /// The rates sent in each of the last intervals, in bit/s: a report covers more than the last one.
    rates: [f64; RATES],
    /// Less is to be sent since the last interval: of this one, a part was sent before.
    is_mixed: bool,
    /// The rate of one voice while it speaks, in bit/s.
    voice_rate: Option<f64>,
    voices_max: Option<usize>,
    /// Arrivals reported since the last conclusion, and those from which nothing was concluded yet.
    reported: Arrivals,
    unconcluded: Arrivals,
    /// Packets of slots that reports do not cover, whereas they may cover others.
    unspoken: Arrivals,
    round_trip: Option<Duration>,
    loss: Option<f32>,
    has_news: bool,
}

impl Egress {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            estimator: CapacityEstimator::new(now),
            since: now,
            bytes: 0,
            samples: 0,
            rates: [0.0; RATES],
            is_mixed: false,
            voice_rate: None,
            voices_max: None,
            reported: Arrivals::default(),
            unconcluded: Arrivals::default(),
            unspoken: Arrivals::default(),
            round_trip: None,
            loss: None,
            has_news: false,
        }
    }

    /// A frame was sent.
    pub(super) fn note_sent(&mut self, payload_bytes: usize, samples: u32) {
        self.bytes += (payload_bytes + OVERHEAD_BYTES) as u64;
        self.samples += u64::from(samples);
    }

    /// Takes in the statistics of a slot's packets.
    pub(super) fn note_statistics(&mut self, slot: &mut Slot, known: &MediaEgressStats) {
        self.has_news = true;
        let Some(report) = &known.remote else { return };
        let arrivals = slot.take_report(*report.maximum_sequence_number, report.packets_lost);
        let Some(arrivals) = arrivals else {
            return slot.take_unspoken().into_iter().for_each(|lost| self.unspoken.add(lost));
        };
        self.round_trip = [self.round_trip, known.rtt].into_iter().flatten().min();
        self.reported.add(arrivals);
        if !arrivals.is_mixed {
            self.unconcluded.add(arrivals);
        }
    }

    /// Evaluates the statistics of all slots. True if less is to be sent from now on, and is to be judged apart from
    /// what was sent before.
    pub(super) fn conclude(&mut self, now: Instant) -> bool {
        let passed = now.saturating_duration_since(self.since);
        if !std::mem::take(&mut self.has_news) || passed < INTERVAL_MIN {
            return false;
        }
        let is_less = self.report(now, passed);
        self.voices_max = self.whole_voices();
        if is_less {
            (self.unconcluded, self.rates, self.is_mixed) = (Arrivals::default(), [0.0; RATES], true);
        }
        is_less
    }

    /// The fraction of sent packets that is lost on the way, 0 … 1, according to the last reports.
    pub(super) fn loss(&self) -> Option<f32> {
        self.loss
    }

    /// The link's capacity, in bit/s; none if nothing shows that it does not carry everything.
    pub(super) fn capacity(&self) -> Option<u64> {
        self.estimator.estimate().map(|rate| rate as u64)
    }

    /// How many voices that is, at least 1.
    pub(super) fn voices_max(&self) -> Option<usize> {
        self.voices_max
    }

    fn report(&mut self, now: Instant, passed: Duration) -> bool {
        let bits = 8.0 * std::mem::take(&mut self.bytes) as f64;
        let spoken_s = std::mem::take(&mut self.samples) as f64 / SAMPLES_PER_SECOND;
        if spoken_s >= SPOKEN_S_MIN {
            let rate = bits / spoken_s;
            self.voice_rate = Some(self.voice_rate.map_or(rate, |former| former.midpoint(rate)));
        }
        self.since = now;
        if !std::mem::take(&mut self.is_mixed) {
            self.rates.rotate_right(1);
            self.rates[0] = bits / passed.as_secs_f64();
        }
        let (mut reported, unspoken) =
            (std::mem::take(&mut self.reported), std::mem::take(&mut self.unspoken));
        if reported.sent > 0 {
            reported.add(unspoken);
            self.unconcluded.add(unspoken);
        }
        self.loss = reported.loss().map(|loss| loss as f32).or(self.loss);
        let sent = self.rates.iter().copied().fold(0.0, f64::max);
        let is_enough = self.unconcluded.sent >= SENT_MIN;
        let loss = if is_enough { std::mem::take(&mut self.unconcluded).loss() } else { None };
        self.estimator.handle_report(now, &Report { sent, loss, round_trip: self.round_trip.take() })
    }

    fn whole_voices(&self) -> Option<usize> {
        let voices = self.estimator.estimate()? / self.voice_rate?;
        // Hysteresis: no voice is dropped because the others use a few bits more than before.
        let kept = self.voices_max.filter(|former| voices >= *former as f64 - HYSTERESIS);
        Some((voices as usize).max(kept.unwrap_or(1)).max(1))
    }
}

/// Around an Opus packet: RTP (RFC 3550, section 5.1), the tag of SRTP (RFC 7714, section 13.2), UDP and IPv4.
const OVERHEAD_BYTES: usize = 12 + 16 + 8 + 20;

const SAMPLES_PER_SECOND: f64 = 48_000.0;

/// Shorter than that, sums say little.
const INTERVAL_MIN: Duration = Duration::from_millis(500);
const SPOKEN_S_MIN: f64 = 0.2;

/// The number of intervals of a second of which the one with the highest rate counts: browsers may report this seldom.
const RATES: usize = 5;

/// Two seconds of one voice: chance that takes 2 % of all packets takes more than a tenth of 100 once
/// in a hundred thousand times.
const SENT_MIN: u64 = 100;

/// The part of a voice by which the estimate may fall short of the rate that is sent already.
const HYSTERESIS: f64 = 0.1;
