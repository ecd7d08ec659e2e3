//! The bit rate of the local voice: reduced while the uplink is overloaded, as wanted otherwise.
//!
//! Loss alone says little: radio links lose packets at random however few are sent, and fewer bits would only degrade
//! the audio that arrives, while a copy of each frame in the next packet (forward error correction) repairs single
//! losses at the same rate. The sign of an overloaded uplink is its queue, which grows until it is full and then
//! drops packets. So the bit rate is only lowered when the uplink loses packets *and* queues, when it queues beyond
//! what a conversation bears, or when it loses more than copies can repair.

use std::time::{Duration, Instant};

/// The uplink since the last measurement.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct UplinkSample {
    /// The share of lost frames, in percent.
    pub(crate) lost_percent: f32,
    /// How much longer than usual frames took.
    pub(crate) queueing: Duration,
    /// Whether voice was pushed out of a full queue on this side.
    pub(crate) overflowed: bool,
}

/// The bit rate to use now. Steps down quickly and by much, up slowly and by little.
#[derive(Debug)]
pub(crate) struct BitrateControl {
    wanted_bps: u32,
    present_bps: u32,
    /// The previous sample: a single delayed one is jitter.
    before: UplinkSample,
    /// The recent share of lost frames, in percent.
    lost_percent: f32,
    last_change: Option<Change>,
    /// How long there is no step up after a step down.
    hold: Duration,
}

#[derive(Clone, Copy, Debug)]
struct Change {
    at: Instant,
    up: bool,
}

/// Below this an Opus voice becomes hard to understand, and the packets' overhead dominates, so nothing more is saved.
const FLOOR_BPS: u32 = 8_000;

/// An uplink that loses more than this and takes [`QUEUES`] longer than usual is overloaded. Reports count 25 frames,
/// of which one may always be lost.
const LOSES_PERCENT: f32 = 5.0;

/// The longest queue that LEDBAT (RFC 6817, §2.4.2) builds up; more than the jitter of most radio links.
const QUEUES: Duration = Duration::from_millis(100);

/// A queue this long is overload even if nothing is lost yet: together with the rest of the path it exceeds the 400 ms
/// one-way delay that ITU-T G.114 gives as the limit for conversation.
const QUEUES_TOO_LONG: Duration = Duration::from_millis(300);

/// A copy in the next packet repairs a loss unless that packet is lost too: of 35 % random loss 12 % remain. Beyond
/// that copies do not help, and so much loss is seldom random.
const BEYOND_MENDING_PERCENT: f32 = 35.0;
/// The weight of each sample in the loss estimate: with samples of 25 frames and 20 % random loss, the estimate never
/// exceeds the limit in three days (simulated), and with 25 % eleven times an hour.
const SAMPLE_WEIGHT: f32 = 0.25;

/// One step down multiplies by this, in percent …
const DOWN_PERCENT: u32 = 70;
/// … and the next step waits until its effect can be seen: two reports.
const DOWN_INTERVAL: Duration = Duration::from_secs(1);
/// One step up adds this share of the wanted bit rate, in percent …
const UP_PERCENT: u32 = 10;
/// … this long after the previous step in either direction …
const UP_INTERVAL: Duration = Duration::from_secs(2);
/// … and at least this long after a step down. The time doubles each time that a step up came too soon, …
const SHORTEST_HOLD: Duration = Duration::from_secs(8);
/// … up to this limit.
const LONGEST_HOLD: Duration = Duration::from_secs(64);

impl BitrateControl {
    /// Starts with the wanted bit rate, in bit/s, until there is overload.
    pub(crate) fn new(wanted_bps: u32) -> Self {
        Self {
            wanted_bps,
            present_bps: wanted_bps,
            before: UplinkSample::default(),
            lost_percent: 0.0,
            last_change: None,
            hold: SHORTEST_HOLD,
        }
    }

    /// The bit rate to use now, in bit/s.
    pub(crate) fn bitrate_bps(&self) -> u32 {
        self.present_bps
    }

    /// Changes the wanted bit rate. If the former one was in use without overload, the new one is used at once.
    pub(crate) fn want(&mut self, wanted_bps: u32) {
        let is_free = self.present_bps >= self.wanted_bps;
        self.present_bps = if is_free { wanted_bps } else { self.present_bps.min(wanted_bps) };
        self.wanted_bps = wanted_bps;
    }

    /// Processes a sample of the uplink since the last one; called every half second while voice is sent.
    pub(crate) fn take(&mut self, now: Instant, sample: UplinkSample) {
        let before = std::mem::replace(&mut self.before, sample);
        self.lost_percent += (sample.lost_percent - self.lost_percent) * SAMPLE_WEIGHT;
        if self.lost_percent > BEYOND_MENDING_PERCENT || is_overloaded(&before, &sample) {
            self.step_down(now);
        } else if is_clear(&before, &sample) {
            self.step_up(now);
        }
    }

    fn step_down(&mut self, now: Instant) {
        let since = self.last_change.map(|change| (now.saturating_duration_since(change.at), change.up));
        match since {
            Some((since, false)) if since < DOWN_INTERVAL => return,
            // The last step up came too soon.
            Some((since, true)) if since < self.hold => self.hold = (2 * self.hold).min(LONGEST_HOLD),
            Some((since, _)) if since > 2 * LONGEST_HOLD => self.hold = SHORTEST_HOLD,
            _ => {}
        }
        let lower = (self.present_bps / 100 * DOWN_PERCENT).max(FLOOR_BPS.min(self.wanted_bps));
        if lower < self.present_bps {
            self.present_bps = lower;
        }
        self.last_change = Some(Change { at: now, up: false });
    }

    fn step_up(&mut self, now: Instant) {
        let Some(Change { at, up }) = self.last_change else { return };
        let wait = if up { UP_INTERVAL } else { self.hold };
        if self.present_bps < self.wanted_bps && now.saturating_duration_since(at) >= wait {
            let step = (self.wanted_bps / 100 * UP_PERCENT).max(1);
            self.present_bps = (self.present_bps + step).min(self.wanted_bps);
            self.last_change = Some(Change { at: now, up: true });
        }
    }
}

fn is_overloaded(before: &UplinkSample, sample: &UplinkSample) -> bool {
    let queueing = before.queueing.min(sample.queueing);
    let loses = sample.lost_percent.max(before.lost_percent) > LOSES_PERCENT;
    sample.overflowed || (loses && queueing > QUEUES) || queueing > QUEUES_TOO_LONG
}

/// Whether nothing queues: any loss is then independent of the bit rate.
fn is_clear(before: &UplinkSample, sample: &UplinkSample) -> bool {
    let queueing = before.queueing.min(sample.queueing);
    !sample.overflowed && !before.overflowed && queueing < QUEUES / 2
}

#[cfg(test)]
mod tests;
