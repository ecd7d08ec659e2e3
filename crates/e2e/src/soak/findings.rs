//! Violated expectations, and the worst figures.

use std::time::Duration;

use crate::soak::clock::Clock;
use crate::soak::honest_players::Window;
use crate::soak::mumble_bots::{BOTS, BotCounts, BotWindow};

/// The findings and figures of the whole run.
#[derive(Debug)]
pub(crate) struct Findings {
    clock: Clock,
    found: Vec<String>,
    pub(crate) worst: Worst,
}

/// The worst figures, whether within limits or not, and counts of activity.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Worst {
    pub(crate) frames_due: u64,
    pub(crate) frames_heard: u64,
    pub(crate) silence: Duration,
    pub(crate) loss_percent: f64,
    pub(crate) recovery: Duration,
    /// Memory over the level after a wave.
    pub(crate) memory_megabytes: f64,
    pub(crate) memory_peak_megabytes: f64,
    pub(crate) own_stall: Duration,
    /// The number of times that metrics were read.
    pub(crate) scrapes: u64,
    /// The moderators' requests that succeeded.
    pub(crate) moderated: u64,
    pub(crate) bots: BotsWorst,
}

/// The same for Mumble's bots.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct BotsWorst {
    /// Those of all windows.
    pub(crate) counts: BotCounts,
    pub(crate) silence: Duration,
    pub(crate) loss_percent: f64,
    pub(crate) recovery: Duration,
    /// The server's processor time per second of quiet, in which nothing but honest talk goes on.
    pub(crate) quiet_cores: f64,
}

impl Findings {
    pub(crate) fn new(clock: Clock) -> Self {
        Self { clock, found: Vec::new(), worst: Worst::default() }
    }

    /// Records a violated expectation.
    pub(crate) fn add(&mut self, what: String) {
        self.clock.tell(&format!("FINDING: {what}"));
        self.found.push(what);
    }

    pub(crate) fn all(&self) -> &[String] {
        &self.found
    }

    /// Checks that honest players have heard each other throughout the window.
    pub(crate) fn judge(&mut self, what: &str, window: &Window) {
        let worst = &mut self.worst;
        worst.frames_due += window.due;
        worst.frames_heard += window.heard.min(window.due);
        // While this program stalled, it could neither send nor receive.
        let silence = window.silence.saturating_sub(window.own_stall);
        worst.silence = worst.silence.max(silence);
        worst.own_stall = worst.own_stall.max(window.own_stall);
        worst.loss_percent = worst.loss_percent.max(window.loss_percent());
        if silence > SILENCE_MAX {
            self.add(format!("{what}: a player heard nothing for {:.2} s", silence.as_secs_f64()));
        }
        if window.loss_percent() > LOSS_PERCENT_MAX {
            self.add(format!("{what}: {:.2} % of the frames were not heard", window.loss_percent()));
        }
        if window.rejoins > 0 {
            self.add(format!("{what}: {} honest players were out for a moment", window.rejoins));
        }
    }

    /// Checks that Mumble's bots have heard and read each other throughout the window; `is_well` says whether all that
    /// left could come back at once.
    pub(crate) fn judge_bots(&mut self, what: &str, window: &BotWindow, is_well: bool) {
        let worst = &mut self.worst.bots;
        worst.counts.add(&window.counts);
        let silence = window.silence.saturating_sub(window.own_stall);
        worst.silence = worst.silence.max(silence);
        let loss_percent = window.counts.loss_percent();
        worst.loss_percent = worst.loss_percent.max(loss_percent);
        let silence = silence.as_secs_f64();
        if silence > SILENCE_MAX.as_secs_f64() {
            self.add(format!("{what}: a bot of Mumble heard nothing for {silence:.2} s"));
        }
        if loss_percent > LOSS_PERCENT_MAX {
            self.add(format!("{what}: {loss_percent:.2} % of the bots' frames were not heard"));
        }
        let BotCounts { texts_read: read, texts_due: due, .. } = window.counts;
        if read < due {
            self.add(format!("{what}: {read} of {due} texts of bots were read"));
        }
        if window.astray > 0 {
            self.add(format!("{what}: bots heard {} frames of channels that they are not in", window.astray));
        }
        if is_well && !window.faults.is_empty() {
            self.add(format!("{what}: bots were out: {}", window.faults.join("; ")));
        }
    }

    /// The same for the bots of Mumble.
    pub(crate) fn judge_bots_recovery(&mut self, what: &str, took: Option<Duration>, present: usize) {
        let Some(took) = took else {
            return self
                .add(format!("{what}: only {present} of {BOTS} bots of Mumble are in and hear again"));
        };
        self.worst.bots.recovery = self.worst.bots.recovery.max(took);
        if took > RECOVERY_MAX {
            self.add(format!("{what}: it took {:.1} s until all bots heard again", took.as_secs_f64()));
        }
    }

    /// Checks how long after trouble that interrupts all voice all players heard again.
    pub(crate) fn judge_recovery(&mut self, what: &str, took: Option<Duration>) {
        let Some(took) = took else {
            return self.add(format!("{what}: not all players hear again"));
        };
        self.worst.recovery = self.worst.recovery.max(took);
        if took > RECOVERY_MAX {
            self.add(format!("{what}: it took {:.1} s until all players heard again", took.as_secs_f64()));
        }
    }
}

/// The longest silence for an honest listener while nothing but others' misbehaviour goes on: twice as long as a
/// jitter buffer covers, as soaks run on busy machines.
const SILENCE_MAX: Duration = Duration::from_secs(1);
/// One thread reads all sockets of the honest players, on a machine that is busy otherwise.
const LOSS_PERCENT_MAX: f64 = 5.0;
/// The limit after the server serves again. It resets unknown connections, so recovery often takes two seconds; but
/// resets are rate-limited, and amid junk a client may get none: then its idle time-out of 10 s has to pass, and a
/// pause between attempts.
const RECOVERY_MAX: Duration = Duration::from_secs(20);
