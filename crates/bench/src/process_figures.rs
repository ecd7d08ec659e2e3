//! The kernel's figures of a process: processor time, memory, and packets dropped at a full socket.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

/// Reads the figures of one running process, or of several together.
#[derive(Clone, Debug)]
pub(super) struct ProcessFigures {
    folders: Vec<PathBuf>,
}

impl ProcessFigures {
    pub(super) fn of(pid: u32) -> Self {
        Self { folders: vec![format!("/proc/{pid}").into()] }
    }

    /// The figures of these processes and others together.
    #[must_use]
    pub(super) fn and(mut self, others: Self) -> Self {
        self.folders.extend(others.folders);
        self
    }

    /// The processor time of all live threads, in the kernel and in user mode. Exact, unlike `/proc/PID/stat`, which
    /// counts ticks of 10 ms.
    pub(super) fn cpu_time(&self) -> io::Result<Duration> {
        let mut sum = Duration::ZERO;
        for folder in &self.folders {
            for thread in fs::read_dir(folder.join("task"))? {
                // The thread may have ended meanwhile.
                let Ok(text) = fs::read_to_string(thread?.path().join("schedstat")) else { continue };
                sum += on_cpu(&text).ok_or_else(|| unreadable("schedstat"))?;
            }
        }
        Ok(sum)
    }

    /// The memory in use that is not backed by a file.
    pub(super) fn anonymous_bytes(&self) -> io::Result<u64> {
        let of_one = |folder: &PathBuf| {
            let text = fs::read_to_string(folder.join("smaps_rollup"))?;
            anonymous(&text).ok_or_else(|| unreadable("smaps_rollup"))
        };
        self.folders.iter().map(of_one).sum()
    }
}

/// The number of packets that were dropped at this machine's UDP sockets with these ports, because they were full,
/// since they were opened.
pub(super) fn socket_drops(ports: &BTreeSet<u16>) -> u64 {
    ["/proc/net/udp", "/proc/net/udp6"]
        .iter()
        .filter_map(|table| fs::read_to_string(table).ok())
        .map(|table| drops(&table, ports))
        .sum()
}

fn unreadable(what: &str) -> io::Error {
    io::Error::other(format!("the kernel's {what} has another form than it had"))
}

/// The first of the three numbers, in nanoseconds on a processor (Linux, Documentation/scheduler/sched-stats.rst).
fn on_cpu(schedstat: &str) -> Option<Duration> {
    Some(Duration::from_nanos(schedstat.split_whitespace().next()?.parse().ok()?))
}

fn anonymous(smaps_rollup: &str) -> Option<u64> {
    let line = smaps_rollup.lines().find_map(|line| line.strip_prefix("Anonymous:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

/// The last column, for sockets whose local port is one of ours.
fn drops(table: &str, ports: &BTreeSet<u16>) -> u64 {
    let of_socket = |line: &str| {
        let mut columns = line.split_whitespace();
        let (_, port) = columns.nth(1)?.rsplit_once(':')?;
        let port = u16::from_str_radix(port, 16).ok()?;
        ports.contains(&port).then(|| columns.next_back()?.parse::<u64>().ok())?
    };
    table.lines().filter_map(of_socket).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_tables_are_read() {
        assert_eq!(on_cpu("123456789 42 7\n"), Some(Duration::from_nanos(123_456_789)));
        assert_eq!(on_cpu(""), None);
        let rollup =
            "55d2c000-7ffd [rollup]\nRss:            5124 kB\nAnonymous:      1032 kB\nLazyFree: 0 kB\n";
        assert_eq!(anonymous(rollup), Some(1032 * 1024));
        assert_eq!(anonymous("Rss: 1 kB\n"), None);
    }

    #[test]
    fn drops_are_those_of_the_sockets_asked_for() {
        let table = "\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
 1402: 0100007F:1E61 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 1790 2 0000000000000000 17
 1403: 0100007F:1E62 0100007F:1E61 01 00000000:00000000 00:00000000 00000000     0        0 1791 2 0000000000000000 4
 1404: 0100007F:1E63 0100007F:1E61 01 00000000:00000000 00:00000000 00000000     0        0 1792 2 0000000000000000 100
";
        assert_eq!(drops(table, &BTreeSet::from([0x1e61, 0x1e62])), 21);
        assert_eq!(drops(table, &BTreeSet::new()), 0);
    }

    #[test]
    fn this_process_uses_time_and_memory() {
        let figures = ProcessFigures::of(std::process::id());
        assert!(figures.cpu_time().unwrap() > Duration::ZERO);
        assert!(figures.anonymous_bytes().unwrap() > 0);
    }
}
