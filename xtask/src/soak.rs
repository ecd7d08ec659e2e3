//! `cargo xtask soak`: long runs, of sound between clocks that drift, of a server under attack and faults, and of
//! several servers that share their sessions.

use std::path::Path;
use std::process::Command;

use clap::{Args, Subcommand};

use crate::built::Built;
use crate::failure::Failure;
use crate::{cluster, command, network_namespace};

/// What to soak; both where nothing is said.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Plan {
    #[command(subcommand)]
    part: Option<Part>,
    #[command(flatten)]
    server: ServerPlan,
}

#[derive(Subcommand)]
enum Part {
    /// Two hours of sound between clocks that drift, in simulated time: less than a minute.
    Audio,
    /// A real server under honest players, attackers and faults, in real time.
    Server(ServerPlan),
}

#[derive(Args)]
struct ServerPlan {
    /// How long the server is soaked, in minutes: 10, and 30 with `--cluster`.
    #[arg(long)]
    minutes: Option<f64>,
    /// Soak three servers that share their sessions, on three NATS servers, instead.
    #[arg(long)]
    cluster: bool,
    /// Only this fault of the cluster (may be given several times), as `docs/soak.md` calls it; all of them where
    /// nothing is said.
    #[arg(long = "fault", value_name = "KIND", requires = "cluster")]
    faults: Vec<String>,
    /// Decides what happens when; without it, another one each time.
    #[arg(long)]
    seed: Option<u64>,
    /// Only this trouble (may be given several times), as `docs/soak.md` calls it; all of them where nothing is said.
    #[arg(long = "trouble", value_name = "KIND")]
    troubles: Vec<String>,
    /// Keep the server's folder, with its configuration, database and log, and say where it is.
    #[arg(long)]
    keep: bool,
}

const AUDIO: &[&str] =
    &["test", "--package", "consonance-audio", "--test", "soak", "--", "--ignored", "--nocapture"];
/// Runs it, and prints what was measured.
///
/// # Errors
/// [`Failure::CommandFailed`] if a check failed; the details have been printed.
pub(crate) fn run(root: &Path, plan: &Plan) -> Result<(), Failure> {
    match &plan.part {
        None if plan.server.cluster => plan.server.run(root),
        None => {
            audio(root)?;
            plan.server.run(root)
        }
        Some(Part::Audio) => audio(root),
        Some(Part::Server(server)) => server.run(root),
    }
}

fn audio(root: &Path) -> Result<(), Failure> {
    command::run(&mut command::cargo(root, AUDIO.iter().copied()))
}

impl ServerPlan {
    fn run(&self, root: &Path) -> Result<(), Failure> {
        let built = Built::for_trial(root, "consonance-soak", &[])?;
        // Run directly: cargo would choose other features for this package alone, and build everything again.
        let mut soak = Command::new(built.program("consonance-soak"));
        soak.args(self.arguments(&built)).current_dir(root);
        if !self.cluster {
            return command::run(&mut soak);
        }
        soak.arg("--nats-server").arg(cluster::nats_server(root)?);
        // Where that is not allowed, it reports what it leaves out.
        let mut probe = network_namespace::of_machines(&Command::new("true"));
        if command::capture(&mut probe).is_ok() {
            soak = network_namespace::of_machines(soak.arg("--own-network"));
        }
        command::run(&mut soak)
    }

    fn arguments(&self, built: &Built) -> Vec<String> {
        let server = built.program("consonance");
        let mut arguments = vec!["--server".to_owned(), server.display().to_string()];
        let mut add = |name: &str, value: &str| arguments.extend([name, value].map(str::to_owned));
        if let Some(minutes) = self.minutes {
            add("--minutes", &minutes.to_string());
        }
        if let Some(seed) = self.seed {
            add("--seed", &seed.to_string());
        }
        self.troubles.iter().for_each(|trouble| add("--trouble", trouble));
        self.faults.iter().for_each(|fault| add("--fault", fault));
        let switches = [("--cluster", self.cluster), ("--keep", self.keep)];
        arguments.extend(switches.iter().filter(|(_, is_on)| *is_on).map(|(name, _)| (*name).to_owned()));
        arguments
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_that_was_built_is_the_one_that_is_soaked() {
        let plan = ServerPlan {
            minutes: Some(2.5),
            cluster: false,
            faults: Vec::new(),
            seed: Some(7),
            troubles: vec!["kill".to_owned()],
            keep: true,
        };
        let arguments = plan.arguments(&Built::in_folder("out/release")).join(" ");
        let program = Path::new("out").join("release").join("consonance");
        let server = program.with_extension(std::env::consts::EXE_EXTENSION);
        assert_eq!(
            arguments,
            format!("--server {} --minutes 2.5 --seed 7 --trouble kill --keep", server.display())
        );
    }
}
