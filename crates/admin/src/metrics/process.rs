//! Memory, descriptors and processor time of this process, by the names that all exporters use.
//!
//! Linux tells in `/proc/self` (proc(5)); elsewhere these families have no samples.

use std::fs;

use consonance_link::MetricFamily;

use super::families::{
    PROCESS_CPU, PROCESS_FDS, PROCESS_FDS_MAX, PROCESS_MEMORY, PROCESS_THREADS, PROCESS_VIRTUAL,
};
use super::samples::Samples;

pub(super) fn write(out: &mut Samples) {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let limits = fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let kibibytes = |name| number_after(&status, name).map(|number| number * 1024);
    let descriptors = fs::read_dir("/proc/self/fd").ok().map(|folder| folder.count() as u64);
    let mut cpu = out.family(&PROCESS_CPU);
    if let Some(seconds) = cpu_seconds(&stat) {
        cpu.sample(&[], seconds);
    }
    for (family, number) in [
        (&PROCESS_MEMORY, kibibytes("VmRSS:")),
        (&PROCESS_VIRTUAL, kibibytes("VmSize:")),
        (&PROCESS_FDS, descriptors),
        (&PROCESS_FDS_MAX, number_after(&limits, "Max open files")),
        (&PROCESS_THREADS, number_after(&status, "Threads:")),
    ] as [(&'static MetricFamily, Option<u64>); 5]
    {
        let mut samples = out.family(family);
        if let Some(number) = number {
            samples.sample(&[], number);
        }
    }
}

/// The number in the line that begins so.
fn number_after(text: &str, name: &str) -> Option<u64> {
    let rest = text.lines().find_map(|line| line.strip_prefix(name))?;
    rest.split_whitespace().next()?.parse().ok()
}

/// `utime` and `stime`, the 14th and the 15th field. The second is the program's name in
/// parentheses, with anything in it.
fn cpu_seconds(stat: &str) -> Option<f64> {
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<u64>().ok();
    Some((ticks()? + ticks()?) as f64 / TICKS_PER_SECOND)
}

/// `USER_HZ`, which Linux shows to programs on every machine (time(7)).
const TICKS_PER_SECOND: f64 = 100.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_spaces_and_parentheses_moves_no_field() {
        let stat = "7 (a b) c) S 1 7 7 0 -1 4194560 100 0 0 0 250 50 0 0 20 0 3";
        assert_eq!(cpu_seconds(stat), Some(3.0));
        assert_eq!(cpu_seconds(""), None);
        assert_eq!(cpu_seconds("7 (a) S 1"), None);
    }

    #[test]
    fn numbers_stand_behind_their_names() {
        assert_eq!(number_after("VmRSS:\t  2048 kB\nThreads:\t3\n", "Threads:"), Some(3));
        assert_eq!(number_after("Max open files   unlimited  unlimited files\n", "Max open files"), None);
    }
}
