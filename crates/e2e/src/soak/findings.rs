//! What did not hold, and the worst of what was measured.

use std::time::Duration;

use crate::soak::clock::Clock;
use crate::soak::honest_players::Window;

/// Of the whole run.
#[derive(Debug)]
pub(crate) struct Findings {
    clock: Clock,
    found: Vec<String>,
    pub(crate) worst: Worst,
}

/// The worst that was measured, whether it may be or not, and how much was done.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Worst {
    pub(crate) frames_due: u64,
    pub(crate) frames_heard: u64,
    pub(crate) silence: Duration,
    pub(crate) loss_percent: f64,
    pub(crate) recovery: Duration,
    /// After a wave, over the level.
    pub(crate) memory_megabytes: f64,
    pub(crate) memory_peak_megabytes: f64,
    pub(crate) own_stall: Duration,
    /// How often metrics were read.
    pub(crate) scrapes: u64,
    /// What moderators have done.
    pub(crate) moderated: u64,
}

impl Findings {
    pub(crate) fn new(clock: Clock) -> Self {
        Self { clock, found: Vec::new(), worst: Worst::default() }
    }

    /// Something did not hold.
    pub(crate) fn add(&mut self, what: String) {
        self.clock.tell(&format!("FINDING: {what}"));
        self.found.push(what);
    }

    pub(crate) fn all(&self) -> &[String] {
        &self.found
    }

    /// Honest players have to have heard each other through this.
    pub(crate) fn judge(&mut self, what: &str, window: &Window) {
        let worst = &mut self.worst;
        worst.frames_due += window.due;
        worst.frames_heard += window.heard.min(window.due);
        // What this program slept through, it could neither say nor hear.
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

    /// After trouble that interrupts all voice: how long after its end all players heard again.
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

/// What an honest listener may miss at once while nothing but others' misbehaviour goes on; twice what a jitter buffer
/// covers, as soaks run on busy machines.
const SILENCE_MAX: Duration = Duration::from_secs(1);
/// All sockets of the honest are read by one thread of a machine that has other things to do.
const LOSS_PERCENT_MAX: f64 = 5.0;
/// After the server serves again. It resets connections that it does not know, so often it takes two seconds;
/// but resets are rationed, and amid junk a client may get none: then its idle time-out of 10 s has to pass,
/// and a pause between attempts.
const RECOVERY_MAX: Duration = Duration::from_secs(20);
