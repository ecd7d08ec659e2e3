//! The feature `socket` of `consonance-matchbox`, which the default build does without because
//! it brings two hundred crates.

use std::path::Path;
use std::process::Command;

use crate::command;
use crate::failure::Failure;
use crate::skips::Skips;

/// Lints and tests the feature. matchbox opens its sockets on all addresses of the machine, so the tests run in a
/// network namespace that has none but its own; says so and leaves them out where none can be made.
///
/// # Errors
/// [`Failure`] where a lint or a test fails.
pub(crate) fn run(root: &Path) -> Result<Skips, Failure> {
    for arguments in [LINT, BUILD] {
        command::run(&mut command::cargo(root, arguments.split(' ')))?;
    }
    if command::capture(&mut in_namespace(&Command::new("true"))).is_err() {
        return Ok(Skips::one("tests of matchbox, `unshare` and `ip` make no network namespace here"));
    }
    command::run(&mut in_namespace(&command::cargo(root, TEST.split(' ')))).map(|()| Skips::NONE)
}

/// The same command, in a network namespace with one address, to which nothing else has a way.
fn in_namespace(inner: &Command) -> Command {
    let mut command = Command::new("unshare");
    let line = format!("{ADDRESS} && exec \"$0\" \"$@\"");
    command.args(["--map-root-user", "--net", "sh", "-c", &line]).arg(inner.get_program());
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

/// An address that is not a loopback one, which WebRTC never uses, and a way for multicast, which it asks for.
const ADDRESS: &str = "ip link set lo up multicast on && ip address add 10.99.0.1/32 dev lo \
                       && ip route add 224.0.0.0/4 dev lo";

const LINT: &str = "clippy -p consonance-matchbox --features socket --all-targets -- -D warnings";

const BUILD: &str = "test -p consonance-matchbox --features socket --no-run";

const TEST: &str = "test --offline -p consonance-matchbox --features socket \
                    --test webrtc --test example -- --include-ignored";
