//! The load of this machine's processors, as its operating system counts it.

use std::fs;

/// A measurement that begins at some moment. Without figures for processors, it has no result.
#[derive(Debug)]
pub(crate) struct Watch(Option<Ticks>);

impl Watch {
    /// Begins a measurement.
    pub(crate) fn begin() -> Self {
        Self(Ticks::now())
    }

    /// The shares since the beginning.
    pub(crate) fn so_far(&self) -> Option<Shares> {
        self.0.zip(Ticks::now()).map(|(before, now)| now.since(before))
    }
}

/// Shares of the time of all processors: 0 = none of it, 1 = all.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Shares {
    /// The share with work to do, whether it was done or had to wait for other machines of the same host.
    pub(crate) busy: f64,
    /// The share in which work had to wait for other machines of the same host.
    pub(crate) stolen: f64,
}

/// The processors' times since the machine was started, in ticks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Ticks {
    done: u64,
    stolen: u64,
    idle: u64,
}

impl Ticks {
    /// Available on Linux only; see proc(5).
    fn now() -> Option<Self> {
        Self::read(&fs::read_to_string("/proc/stat").ok()?)
    }

    fn read(stat: &str) -> Option<Self> {
        let of_all = stat.lines().find_map(|line| line.strip_prefix("cpu "))?;
        let ticks: Vec<u64> = of_all.split_whitespace().map_while(|number| number.parse().ok()).collect();
        let [user, nice, system, idle, io_wait, interrupts, soft_interrupts, stolen, ..] = ticks[..] else {
            return None;
        };
        Some(Self { done: user + nice + system + interrupts + soft_interrupts, stolen, idle: idle + io_wait })
    }

    fn since(self, before: Self) -> Shares {
        let [done, stolen, idle] =
            [(self.done, before.done), (self.stolen, before.stolen), (self.idle, before.idle)]
                .map(|(now, before)| now.saturating_sub(before) as f64);
        let all = (done + stolen + idle).max(1.0);
        Shares { busy: (done + stolen) / all, stolen: stolen / all }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_processors_did_is_read_from_the_line_of_all_of_them() {
        let ticks = Ticks::read("cpu  100 20 30 400 50 6 7 8 9 10\ncpu0 1 1 1 1 1 1 1 1 1 1\n").unwrap();
        assert_eq!(ticks, Ticks { done: 100 + 20 + 30 + 6 + 7, stolen: 8, idle: 450 });
        assert_eq!(Ticks::read("cpu  1 2\n"), None);
    }

    #[test]
    fn shares_are_of_the_time_in_between() {
        let before = Ticks { done: 1_000, stolen: 50, idle: 700 };
        let later = Ticks { done: before.done + 50, stolen: before.stolen + 25, idle: before.idle + 25 };
        assert_eq!(later.since(before), Shares { busy: 0.75, stolen: 0.25 });
        assert_eq!(before.since(before), Shares { busy: 0.0, stolen: 0.0 });
    }
}
