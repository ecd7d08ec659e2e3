//! How many bits per second one's own voice may have: fewer while the way up is overloaded,
//! as many as wanted otherwise.
//!
//! Loss alone says little: radio loses packets at random however few there are, and fewer bits would only make what
//! arrives sound worse, while a copy of each frame in the next packet (forward error correction) mends single losses at
//! the same rate.
//! What tells an overloaded way is the queue before it, which grows until it is full and then loses.
//! So bits are only taken away when the way loses *and* queues, queues beyond what a conversation bears, or loses more
//! than copies can mend.

use std::time::{Duration, Instant};

/// How the way up did since the last look at it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct UplinkSample {
    /// Of a hundred frames, how many were lost.
    pub(crate) lost_percent: f32,
    /// How much longer than usual frames took.
    pub(crate) queueing: Duration,
    /// Voice was pushed out of a full queue on this side.
    pub(crate) overflowed: bool,
}

/// The bit rate to use now. Steps down at once and by much, up late and by little.
#[derive(Debug)]
pub(crate) struct BitrateControl {
    wanted_bps: u32,
    present_bps: u32,
    /// The sample before: a single one that waited is jitter.
    before: UplinkSample,
    /// Of a hundred frames, how many were lost recently.
    lost_percent: f32,
    last_change: Option<Change>,
    /// How long nothing steps up after a step down.
    hold: Duration,
}

#[derive(Clone, Copy, Debug)]
struct Change {
    at: Instant,
    up: bool,
}

/// Below this an Opus voice becomes hard to understand, and what packets cost besides their frames saves nothing more.
const FLOOR_BPS: u32 = 8_000;

/// A way that loses more than this and takes [`QUEUES`] longer than usual is overloaded. Reports count 25 frames, of
/// which one may always be lost.
const LOSES_PERCENT: f32 = 5.0;

/// The queue that LEDBAT (RFC 6817, §2.4.2) fills at most; more than the jitter of most radio.
const QUEUES: Duration = Duration::from_millis(100);

/// A queue so long is overload even if nothing is lost yet: together with the rest of the way it is beyond the 400 ms
/// one way that ITU-T G.114 takes for the most that a conversation bears.
const QUEUES_TOO_LONG: Duration = Duration::from_millis(300);

/// A copy in the next packet mends a loss unless that one is lost too: of 35 % at random 12 % remain. Beyond that
/// copies do not help, and what loses so much is seldom chance.
const BEYOND_MENDING_PERCENT: f32 = 35.0;
/// Each sample weighs so much in the loss that is compared with it: with samples of 25 frames, of which 20 % are lost
/// at random, that is never beyond it in three days (simulated), and with 25 % eleven times an hour.
const SAMPLE_WEIGHT: f32 = 0.25;

/// One step down, to so many hundredths …
const DOWN_PERCENT: u32 = 70;
/// … and the next no sooner than its effect can be seen: two reports.
const DOWN_INTERVAL: Duration = Duration::from_secs(1);
/// One step up, by so many hundredths of what is wanted …
const UP_PERCENT: u32 = 10;
/// … so long after the step before, of whichever way …
const UP_INTERVAL: Duration = Duration::from_secs(2);
/// … and at least so long after a step down. Twice as long each time that it was too soon, …
const SHORTEST_HOLD: Duration = Duration::from_secs(8);
/// … but never longer than this.
const LONGEST_HOLD: Duration = Duration::from_secs(64);

impl BitrateControl {
    /// Uses what is wanted, in bit/s, until something speaks against it.
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

    /// Something else is wanted from now on. Where nothing speaks against what was wanted before, nothing does here.
    pub(crate) fn want(&mut self, wanted_bps: u32) {
        let is_free = self.present_bps >= self.wanted_bps;
        self.present_bps = if is_free { wanted_bps } else { self.present_bps.min(wanted_bps) };
        self.wanted_bps = wanted_bps;
    }

    /// Processes how the way up did since the last sample; one every half second while there is voice on it.
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
            // It was too soon to step up.
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

/// Nothing queues. What is lost now is lost at any rate.
fn is_clear(before: &UplinkSample, sample: &UplinkSample) -> bool {
    let queueing = before.queueing.min(sample.queueing);
    !sample.overflowed && !before.overflowed && queueing < QUEUES / 2
}

#[cfg(test)]
mod tests;
