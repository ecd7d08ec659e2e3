//! The tests of matchbox's own socket, which need a network namespace.

use std::path::Path;
use std::process::Command;

use crate::command;
use crate::failure::Failure;
use crate::network_namespace;
use crate::skips::Skips;

/// Runs the tests that `cargo test --workspace` ignores: matchbox opens its sockets on all addresses of the machine, so
/// they run in a network namespace that has none but its own. Says so and leaves them out where none can be made.
///
/// # Errors
/// [`Failure`] where a test fails.
pub(crate) fn run(root: &Path) -> Result<Skips, Failure> {
    command::run(&mut command::cargo(root, BUILD))?;
    if command::capture(&mut network_namespace::run_inside(ADDRESS, &Command::new("true"))).is_err() {
        return Ok(Skips::one("tests of matchbox, `unshare` and `ip` make no network namespace here"));
    }
    let mut tests = network_namespace::run_inside(ADDRESS, &command::cargo(root, TEST));
    command::run(&mut tests).map(|()| Skips::NONE)
}

/// An address that is not a loopback one, which WebRTC never uses, and a way for multicast, which it asks for.
const ADDRESS: &str = "ip link set lo up multicast on && ip address add 10.99.0.1/32 dev lo \
                       && ip route add 224.0.0.0/4 dev lo";

/// With the example that a test runs; both are there after `cargo test --workspace`.
const BUILD: [&str; 7] = ["test", "--workspace", "--test", "networks", "--example", "players", "--no-run"];

const TEST: [&str; 7] = ["test", "--offline", "--workspace", "--test", "networks", "--", "--ignored"];
