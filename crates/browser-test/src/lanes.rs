//! How many scenarios a machine plays side by side.
//!
//! A page that draws its own pictures, as one without a graphics card does, keeps a processor busy for a third of the time
//! or more. Too many of them hear each other badly, whatever the server does.

use std::fs;
use std::num::NonZero;
use std::thread;

/// What this machine's processors have done since some moment.
#[derive(Debug)]
pub(crate) struct Load(Option<Ticks>);

impl Load {
    /// From now on.
    pub(crate) fn begin() -> Self {
        Self(Ticks::now())
    }

    /// How many scenarios fit on this machine at once, if one was all that it had to do: one for each processor at most, and
    /// that many where nobody says what processors do.
    pub(crate) fn lanes(&self) -> usize {
        let processors = thread::available_parallelism().map_or(1, NonZero::get);
        let busy = self.0.zip(Ticks::now()).map(|(before, now)| now.busy_share_since(before));
        busy.map_or(processors, |busy| fitting(busy, processors))
    }
}

/// What the processors of a machine have done since it was started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Ticks {
    busy: u64,
    idle: u64,
}

impl Ticks {
    /// Linux tells; see proc(5).
    fn now() -> Option<Self> {
        Self::read(&fs::read_to_string("/proc/stat").ok()?)
    }

    fn read(stat: &str) -> Option<Self> {
        let of_all = stat.lines().find_map(|line| line.strip_prefix("cpu "))?;
        let ticks: Vec<u64> = of_all.split_whitespace().map_while(|number| number.parse().ok()).collect();
        let [user, nice, system, idle, io_wait, rest @ ..] = &ticks[..] else { return None };
        // Of the three that follow, the last is what others took from this machine: it is not free either.
        let elsewhere: u64 = rest.iter().take(3).sum();
        Some(Self { busy: user + nice + system + elsewhere, idle: idle + io_wait })
    }

    fn busy_share_since(self, before: Self) -> f64 {
        let busy = self.busy.saturating_sub(before.busy) as f64;
        let all = busy + self.idle.saturating_sub(before.idle) as f64;
        if all > 0.0 { busy / all } else { 0.0 }
    }
}

/// So many times this share of all processors is less than what they have.
fn fitting(busy: f64, processors: usize) -> usize {
    ((USABLE / busy) as usize).clamp(1, processors)
}

/// Beyond this share of their time, processors keep a voice waiting.
const USABLE: f64 = 0.9;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_fit_as_find_the_processors_free() {
        for (busy, processors, lanes) in
            [(0.81, 2, 1), (0.44, 2, 2), (0.1, 2, 2), (0.2, 8, 4), (1.0, 4, 1), (0.0, 4, 4)]
        {
            assert_eq!(fitting(busy, processors), lanes, "{busy} of {processors}");
        }
    }

    #[test]
    fn what_processors_did_is_read_from_the_line_of_all_of_them() {
        let ticks = Ticks::read("cpu  100 20 30 400 50 6 7 8 9 10\ncpu0 1 1 1 1 1 1 1 1 1 1\n").unwrap();
        assert_eq!(ticks, Ticks { busy: 100 + 20 + 30 + 6 + 7 + 8, idle: 450 });
        assert_eq!(Ticks::read("cpu  1 2\n"), None);
        let later = Ticks { busy: ticks.busy + 30, idle: ticks.idle + 10 };
        assert!((later.busy_share_since(ticks) - 0.75).abs() < 1e-9);
    }
}
