//! `cargo xtask check clients`: clients of every kind in one session on a real server, and which of them heard which.
//!
//! Clients in other languages, engines and systems are programs of their own, whose contract is in
//! `crates/e2e/src/clients/outside.rs`; one that this machine cannot build is left out, and named in the last line.

mod outside;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;

use crate::browser_test;
use crate::built::Built;
use crate::cluster;
use crate::command;
use crate::failure::Failure;
use crate::network_namespace;
use crate::skips::Skips;
use outside::{KINDS, OutsideKind};

/// What to run.
#[derive(Args)]
pub(crate) struct Plan {
    /// Where the table, logs and wrong sounds are left [default: `clients` beside what Cargo builds].
    #[arg(long, value_name = "FOLDER")]
    output: Option<PathBuf>,
    /// Leaves this kind of client out (may be given several times), such as `Bevy`, whose first build takes long.
    #[arg(long, value_name = "KIND")]
    without: Vec<String>,
    /// Two servers share the session over NATS, with half of the clients each.
    #[arg(long)]
    two_nodes: bool,
    /// The second of two servers is killed in the middle, and started again later.
    #[arg(long, requires = "two_nodes")]
    kill_node: bool,
    /// The session is encrypted from end to end; clients that cannot do so are left out.
    #[arg(long)]
    encrypted: bool,
    /// So many percent of all packets are lost, in a network namespace with a firewall that drops them; a client whose
    /// sockets are not in it is left out.
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(1..=20))]
    loss: Option<u8>,
}

impl Plan {
    fn wants(&self, kind: &OutsideKind) -> bool {
        (kind.can_encrypt || !self.encrypted)
            && (kind.can_lose_packets || self.loss.is_none())
            && !self.without.iter().any(|without| without == kind.name)
    }
}

/// Builds the programs, and has all clients talk.
///
/// # Errors
/// [`Failure::CommandFailed`] if one of them did not hear what was meant for it, or heard what was not; which has been
/// printed.
pub(crate) fn run(root: &Path, plan: &Plan) -> Result<(), Failure> {
    // Without optimisation, two cores cannot serve this many clients.
    let built = Built::for_trial(root, "consonance-clients", &["--package", "consonance-ffi", "--lib"])?;
    let output = plan.output.clone().unwrap_or_else(|| built.beside("clients"));
    fs::create_dir_all(&output).map_err(|cause| Failure::File { path: output.clone(), cause })?;
    let mut clients = Command::new(built.program("consonance-clients"));
    clients.arg("--consonance").arg(built.program("consonance")).arg("--output").arg(&output);
    let mut skips = Skips::NONE;
    for (browser, program) in [("browser", browser_test::chromium()), ("firefox", browser_test::firefox())] {
        match program {
            Ok(program) => drop(clients.arg(format!("--{browser}")).arg(program)),
            Err(failure) => skips = skips.with(Skips::one(format_args!("page ({failure})"))),
        }
    }
    for kind in KINDS.iter().filter(|kind| plan.wants(kind)) {
        match (kind.make)(root, &built, &output)? {
            Some(words) => drop(clients.arg("--outside").arg(format!("{}={words}", kind.name))),
            None => skips = skips.with(Skips::one(kind.name)),
        }
    }
    let switches =
        [("--two-nodes", plan.two_nodes), ("--kill-node", plan.kill_node), ("--encrypted", plan.encrypted)];
    clients.args(switches.iter().filter(|(_, is_on)| *is_on).map(|(name, _)| name));
    if plan.two_nodes {
        clients.env(cluster::VARIABLE, cluster::nats_server(root)?);
    }
    clients.current_dir(root);
    if let Some(percent) = plan.loss {
        clients.arg("--loss").arg(percent.to_string());
        clients = network_namespace::run_inside(&lossy_loopback(percent), &clients);
    }
    command::run(&mut clients)?;
    println!("{skips}");
    Ok(())
}

/// Sets up a loopback interface that drops so many percent of all packets.
fn lossy_loopback(percent: u8) -> String {
    let rules = format!(
        "table inet loss {{ chain input {{ type filter hook input priority 0; \
         numgen random mod 100 < {percent} drop; }}; }}"
    );
    format!("ip link set lo up && nft '{rules}'")
}
