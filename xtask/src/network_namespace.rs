//! Commands in a network namespace of their own, where they can do as they like and reach nothing else.

use std::process::Command;

/// The same command in a new network namespace, whose first loopback interface a shell has set up with `setup`.
pub(crate) fn run_inside(setup: &str, inner: &Command) -> Command {
    unshare(&["--net"], setup, inner)
}

/// The same command in a new process namespace, too, whose processes all end with it: it makes more namespaces, for
/// machines.
pub(crate) fn of_machines(inner: &Command) -> Command {
    unshare(&["--net", "--pid", "--fork", "--kill-child", "--mount-proc"], "ip link set lo up", inner)
}

fn unshare(namespaces: &[&str], setup: &str, inner: &Command) -> Command {
    let mut command = Command::new("unshare");
    let line = format!("{setup} && exec \"$0\" \"$@\"");
    command.arg("--map-root-user").args(namespaces).args(["sh", "-c", &line]).arg(inner.get_program());
    command.args(inner.get_args());
    for (variable, value) in inner.get_envs() {
        match value {
            Some(value) => command.env(variable, value),
            None => command.env_remove(variable),
        };
    }
    if let Some(folder) = inner.get_current_dir() {
        command.current_dir(folder);
    }
    command
}
