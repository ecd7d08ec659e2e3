//! The feature `matchbox-socket` of `consonance-game-networks`, which the default build does without because
//! it brings two hundred crates.

use std::path::Path;
use std::process::Command;

use crate::command;
use crate::failure::Failure;
use crate::network_namespace;
use crate::skips::Skips;

/// Tests the feature, which the step `clippy` lints. matchbox opens its sockets on all addresses of the machine, so
/// the tests run in a network namespace that has none but its own; says so and leaves them out where none can be made.
///
/// # Errors
/// [`Failure`] where a test fails.
pub(crate) fn run(root: &Path) -> Result<Skips, Failure> {
    for arguments in [EXAMPLE, BUILD] {
        command::run(&mut cargo(root, arguments))?;
    }
    if command::capture(&mut network_namespace::run_inside(ADDRESS, &Command::new("true"))).is_err() {
        return Ok(Skips::one("tests of matchbox, `unshare` and `ip` make no network namespace here"));
    }
    command::run(&mut network_namespace::run_inside(ADDRESS, &cargo(root, TEST))).map(|()| Skips::NONE)
}

/// The optional features that have tests, all together: with one set, nothing is built twice for them.
pub(crate) const FEATURES: &str = "consonance-bench/plain-cipher,consonance-game-networks/matchbox-socket";

fn cargo(root: &Path, arguments: [&[&str]; 2]) -> Command {
    let [command, targets] = arguments;
    let features: &[&str] = &["--workspace", "--features", FEATURES];
    command::cargo(root, [command, features, targets].concat())
}

/// An address that is not a loopback one, which WebRTC never uses, and a way for multicast, which it asks for.
const ADDRESS: &str = "ip link set lo up multicast on && ip address add 10.99.0.1/32 dev lo \
                       && ip route add 224.0.0.0/4 dev lo";

/// The program that one of the tests runs. Of the whole workspace, so that what both have is not built a second time
/// with fewer features.
const EXAMPLE: [&[&str]; 2] = [&["build"], &["--example", "players"]];

const BUILD: [&[&str]; 2] = [&["test"], &["--test", "real_peers", "--test", "players_example", "--no-run"]];

const TEST: [&[&str]; 2] = [
    &["test", "--offline"],
    &["--test", "real_peers", "--test", "players_example", "--", "--include-ignored"],
];
