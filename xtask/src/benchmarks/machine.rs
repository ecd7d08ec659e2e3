//! The properties of the machine that a bench ran on, as far as figures depend on them, without its names.

use std::fs;
use std::path::Path;
use std::thread;

use serde::{Deserialize, Serialize};

use crate::command;
use crate::failure::Failure;

/// The properties of a machine that figures depend on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Machine {
    /// The processor's model.
    pub(super) processor: String,
    pub(super) cores: usize,
    /// The size of main memory, in GiB.
    pub(super) memory_gib: f64,
    pub(super) is_virtual: bool,
    /// How the processor's clock is chosen; nothing where the system does not say.
    pub(super) governor: Option<String>,
    pub(super) system: String,
    pub(super) compiler: String,
}

impl Machine {
    /// This machine; a property that cannot be found out is "unknown".
    ///
    /// # Errors
    /// If there is no compiler.
    pub(super) fn of_this(root: &Path) -> Result<Self, Failure> {
        let read = |file: &str| fs::read_to_string(file).unwrap_or_default();
        let processor = read("/proc/cpuinfo");
        let compiler = command::capture(&mut command::rustc(root, ["--version"]))?;
        let kernel = read("/proc/sys/kernel/osrelease");
        // The version is followed by the name of the builder.
        let kernel = kernel.split(['-', '\n']).next().unwrap_or_default();
        Ok(Self {
            processor: value(&processor, "model name").unwrap_or("unknown").to_owned(),
            cores: thread::available_parallelism().map_or(1, usize::from),
            memory_gib: memory_gib(&read("/proc/meminfo")),
            is_virtual: value(&processor, "flags").is_some_and(|flags| flags.contains(" hypervisor")),
            governor: Some(read("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor").trim().to_owned())
                .filter(|governor| !governor.is_empty()),
            system: format!("{} {}", std::env::consts::OS, kernel).trim().to_owned(),
            compiler: compiler.trim().to_owned(),
        })
    }

    /// The machine in a sentence.
    pub(super) fn in_words(&self) -> String {
        let Self { processor, cores, memory_gib, is_virtual, governor, system, compiler } = self;
        let kind = if *is_virtual { "a virtual machine" } else { "a machine" };
        let governor = governor.as_ref().map_or_else(
            || "the clock's governor is not visible".to_owned(),
            |governor| format!("governor `{governor}`"),
        );
        format!("{processor}, {cores} cores of {kind}, {memory_gib} GiB, {system}, {governor}; {compiler}")
    }
}

/// The value of the first line that has this name before a colon.
fn value<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let of_line = |line: &'a str| line.split_once(':').filter(|(before, _)| before.trim() == name);
    Some(text.lines().find_map(of_line)?.1.trim())
}

fn memory_gib(meminfo: &str) -> f64 {
    let kib = value(meminfo, "MemTotal").and_then(|value| value.split(' ').next()?.parse::<f64>().ok());
    (kib.unwrap_or(0.0) / 1024.0 / 1024.0 * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_systems_tables_are_read() {
        let cpuinfo = "processor\t: 0\nmodel name\t: Some Processor @ 2 GHz\nflags\t\t: fpu hypervisor avx\n";
        assert_eq!(value(cpuinfo, "model name"), Some("Some Processor @ 2 GHz"));
        assert_eq!(value(cpuinfo, "bogomips"), None);
        assert_eq!(memory_gib("MemTotal:       8123456 kB\nMemFree: 1 kB\n").to_string(), "7.7");
        assert_eq!(memory_gib("").to_string(), "0");
    }
}
