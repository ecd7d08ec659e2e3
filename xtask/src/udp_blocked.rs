//! Players behind a firewall that drops UDP, from the beginning and in mid-session.

use std::path::Path;
use std::process::Command;

use crate::command;
use crate::failure::Failure;
use crate::network_namespace;
use crate::skips::Skips;

/// Runs the tests that drop UDP by nftables, in a network namespace of their own; says so and leaves them out where
/// none can be made or nftables is missing.
///
/// # Errors
/// [`Failure`] where a test fails.
pub(crate) fn run(root: &Path) -> Result<Skips, Failure> {
    command::run(&mut command::cargo(root, BUILD.split(' ')))?;
    let mut lists_rules = Command::new("nft");
    lists_rules.args(["add", "table", "inet", "trial"]);
    if command::capture(&mut network_namespace::run_inside(LOOPBACK, &lists_rules)).is_err() {
        let why = "`unshare`, `ip` and `nft` do not work together here";
        return Ok(Skips::one(format!("tests with UDP blocked, {why}")));
    }
    let tests = command::cargo(root, TEST.split(' '));
    command::run(&mut network_namespace::run_inside(LOOPBACK, &tests)).map(|()| Skips::NONE)
}

const LOOPBACK: &str = "ip link set lo up";

/// Of the whole workspace, so that nothing is built a second time with fewer features.
const BUILD: &str = "test --workspace --test udp_blocked --no-run";

const TEST: &str =
    "test --offline --workspace --test udp_blocked -- --include-ignored --test-threads 1 --nocapture";
