//! Processor time that the host of a virtual machine takes: it is in every delay, and nothing here can prevent it.

use std::fs;

use super::numbers::short;

/// A share up to this is not mentioned.
const UNNOTICED: f64 = 0.02;

/// Time of all processors since the machine started, in the system's units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ProcessorTime {
    /// Time in which programs or the system ran.
    busy: u64,
    /// Time in which they would have run, had the host not run something else.
    stolen: u64,
}

impl ProcessorTime {
    /// The time until now; `None` where the system does not report it.
    pub(super) fn now() -> Option<Self> {
        Self::read(&fs::read_to_string("/proc/stat").ok()?)
    }

    /// Reads the first line of `/proc/stat` (`proc_stat(5)`): user, nice, system, idle, iowait, irq, softirq, steal.
    fn read(stat: &str) -> Option<Self> {
        let line = stat.lines().next()?.strip_prefix("cpu ")?;
        let times: Vec<u64> = line.split_whitespace().map_while(|time| time.parse().ok()).collect();
        let [user, nice, system, _idle, _iowait, irq, softirq, stolen, ..] = times[..] else { return None };
        Some(Self { busy: user + nice + system + irq + softirq, stolen })
    }

    /// A note on figures that were measured between `then` and `self`; `None` if the share is too small to matter.
    pub(super) fn note_since(self, then: Self) -> Option<String> {
        let stolen = self.stolen.saturating_sub(then.stolen) as f64;
        let wanted = self.busy.saturating_sub(then.busy) as f64 + stolen;
        let share = stolen / wanted;
        (share > UNNOTICED).then(|| {
            format!(
                "Of the processor time that was wanted meanwhile, the host of this virtual machine took {} % for itself.",
                short(100.0 * share)
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_host_takes_is_told_from_two_looks_at_the_systems_table() {
        let read = |stat| ProcessorTime::read(stat).unwrap();
        let then = read("cpu  100 20 30 4000 5 1 2 50 0 0\ncpu0 1 2 3 4 5 6 7 8 0 0\n");
        assert_eq!(then, ProcessorTime { busy: 153, stolen: 50 });
        let now = read("cpu  150 20 40 9000 5 1 2 70 0 0\n");
        assert!(now.note_since(then).unwrap().contains("took 25.0 %"));
        assert_eq!(read("cpu  1100 20 30 4000 5 1 2 51 0 0\n").note_since(then), None);
        assert_eq!(then.note_since(then), None, "nothing ran");
        assert_eq!(ProcessorTime::read("cpu  1 2 3\n"), None);
        assert_eq!(ProcessorTime::read(""), None);
    }
}
