//! Signals to a command and everything that it has started in turn, as a terminal sends them.

use std::process::{Child, Command};

/// What is sent.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Signal {
    /// Ctrl-C.
    Interrupt,
    /// A wish to end.
    Terminate,
    /// An end without a chance to do anything before it.
    Kill,
}

/// The command becomes the first of a group, to which all belong that it starts.
#[cfg(unix)]
pub(crate) fn lead_a_group(command: &mut Command) {
    use std::os::unix::process::CommandExt as _;
    command.process_group(0);
}

/// Reaches the whole group; nothing happens if it is empty.
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

/// There is only one signal here, and it reaches only the first.
#[cfg(not(unix))]
pub(crate) fn send(first: &mut Child, _: Signal) {
    let _ = first.kill();
}
