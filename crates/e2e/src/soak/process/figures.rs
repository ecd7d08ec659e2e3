//! The kernel's figures of a process.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io;
use std::time::Duration;

/// Figures at one moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Figures {
    /// Bytes of memory that are not backed by a file.
    pub(crate) anonymous: u64,
    /// Bytes of the heap that are in use, where they are counted.
    pub(crate) heap: Option<u64>,
    pub(crate) descriptors: usize,
    pub(crate) threads: usize,
    /// The processor time of its current threads.
    pub(crate) cpu: Duration,
}

impl Figures {
    /// # Errors
    /// If there is no such process.
    pub(super) fn of(pid: u32) -> io::Result<Self> {
        let folder = format!("/proc/{pid}");
        let status = fs::read_to_string(format!("{folder}/status"))?;
        let anonymous =
            anonymous_kilobytes(&status).ok_or_else(|| io::Error::other("no RssAnon in status"))?;
        let descriptors = fs::read_dir(format!("{folder}/fd"))?.count();
        let threads = ThreadTimes::of(pid)?;
        Ok(Self {
            anonymous: anonymous * 1024,
            heap: None,
            descriptors,
            threads: threads.0.len(),
            cpu: threads.0.values().sum(),
        })
    }

    pub(crate) fn megabytes(&self) -> f64 {
        megabytes(self.anonymous)
    }
}

/// The processor time of each thread of a process, by the number of the thread.
#[derive(Debug)]
pub(crate) struct ThreadTimes(BTreeMap<String, Duration>);

impl ThreadTimes {
    /// # Errors
    /// If there is no such process.
    pub(super) fn of(pid: u32) -> io::Result<Self> {
        let tasks = fs::read_dir(format!("/proc/{pid}/task"))?.collect::<io::Result<Vec<_>>>()?;
        let time = |task: &fs::DirEntry| {
            let stat = fs::read_to_string(task.path().join("schedstat")).ok()?;
            let nanoseconds = stat.split(' ').next()?.parse().ok()?;
            Some((task.file_name().to_string_lossy().into_owned(), Duration::from_nanos(nanoseconds)))
        };
        Ok(Self(tasks.iter().filter_map(time).collect()))
    }

    /// The processor time of all threads since then, and that of the busiest one.
    pub(crate) fn since(&self, before: &Self) -> (Duration, Duration) {
        let used = self
            .0
            .iter()
            .map(|(thread, now)| now.saturating_sub(before.0.get(thread).copied().unwrap_or_default()));
        used.fold((Duration::ZERO, Duration::ZERO), |(all, most), used| (all + used, most.max(used)))
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { descriptors, threads, .. } = self;
        write!(f, "{:.1} MB", self.megabytes())?;
        if let Some(heap) = self.heap {
            write!(f, " ({:.1} in use)", megabytes(heap))?;
        }
        write!(f, ", {descriptors} descriptors and {threads} threads")
    }
}

/// Converts bytes to megabytes of 2^20 bytes.
pub(crate) fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

fn anonymous_kilobytes(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anonymous_memory_is_read_from_the_line_of_that_name() {
        assert_eq!(
            anonymous_kilobytes("VmRSS:\t   99 kB\nRssAnon:\t    1234 kB\nRssFile:\t  7 kB\n"),
            Some(1234)
        );
        assert_eq!(anonymous_kilobytes("VmRSS:\t   99 kB\n"), None);
    }

    #[test]
    fn the_busiest_thread_is_the_one_that_used_most_since_then() {
        let times = |threads: &[(&str, u64)]| {
            let time = |&(thread, ms): &(&str, u64)| (thread.to_owned(), Duration::from_millis(ms));
            ThreadTimes(threads.iter().map(time).collect())
        };
        let (before, after) = (times(&[("1", 900), ("2", 10)]), times(&[("1", 950), ("2", 90), ("3", 30)]));
        assert_eq!(after.since(&before), (Duration::from_millis(160), Duration::from_millis(80)));
    }

    #[test]
    fn this_process_has_memory_descriptors_and_threads() {
        let figures = Figures::of(std::process::id()).unwrap();
        assert!(figures.anonymous > 0 && figures.descriptors > 2 && figures.threads > 0);
    }
}
