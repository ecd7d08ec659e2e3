//! The name of this machine.

use std::{env, fs};

/// The host name of the system; `None` if it is not known.
pub(super) fn of_this_machine() -> Option<String> {
    let of_linux = fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let variable = || ["HOSTNAME", "COMPUTERNAME"].into_iter().find_map(|name| env::var(name).ok());
    of_linux.or_else(variable).map(|name| name.trim().to_owned()).filter(|name| !name.is_empty())
}
