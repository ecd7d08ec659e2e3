//! Signals to a command and all its descendants, as a terminal sends them.

use std::process::{Child, Command};

/// A signal.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Signal {
    /// Ctrl-C.
    Interrupt,
    /// A request to end.
    Terminate,
    /// An immediate end, without a chance to clean up.
    Kill,
}

/// Makes the command the leader of a process group with all its descendants.
#[cfg(unix)]
pub(crate) fn lead_a_group(command: &mut Command) {
    use std::os::unix::process::CommandExt as _;
    command.process_group(0);
}

/// Signals the whole group; does nothing if it is empty.
#[cfg(unix)]
pub(crate) fn send(first: &mut Child, signal: Signal) {
    use rustix::process::{Pid, Signal as Sent, kill_process_group};
    let sent = match signal {
        Signal::Interrupt => Sent::INT,
        Signal::Terminate => Sent::TERM,
        Signal::Kill => Sent::KILL,
    };
    if let Some(group) = i32::try_from(first.id()).ok().and_then(Pid::from_raw) {
        let _ = kill_process_group(group, sent);
    }
}

/// There are no groups here.
#[cfg(not(unix))]
pub(crate) fn lead_a_group(_: &mut Command) {}

/// There is only one signal here, and it reaches only the command itself.
#[cfg(not(unix))]
pub(crate) fn send(first: &mut Child, _: Signal) {
    let _ = first.kill();
}
