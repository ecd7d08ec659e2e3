//! What the kernel tells of a process.

use std::fmt;
use std::fs;
use std::io;
use std::time::Duration;

/// At one moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Figures {
    /// Bytes of memory that are no file's.
    pub(crate) anonymous: u64,
    pub(crate) descriptors: usize,
    pub(crate) threads: usize,
    /// Of the threads that it has now.
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
        let tasks = fs::read_dir(format!("{folder}/task"))?.collect::<io::Result<Vec<_>>>()?;
        let nanoseconds = tasks
            .iter()
            .filter_map(|task| fs::read_to_string(task.path().join("schedstat")).ok())
            .filter_map(|stat| stat.split(' ').next()?.parse::<u64>().ok())
            .sum();
        Ok(Self {
            anonymous: anonymous * 1024,
            descriptors,
            threads: tasks.len(),
            cpu: Duration::from_nanos(nanoseconds),
        })
    }

    pub(crate) fn megabytes(&self) -> f64 {
        self.anonymous as f64 / f64::from(1 << 20)
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { descriptors, threads, .. } = self;
        write!(f, "{:.1} MB, {descriptors} descriptors and {threads} threads", self.megabytes())
    }
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
    fn this_process_has_memory_descriptors_and_threads() {
        let figures = Figures::of(std::process::id()).unwrap();
        assert!(figures.anonymous > 0 && figures.descriptors > 2 && figures.threads > 0);
    }
}
