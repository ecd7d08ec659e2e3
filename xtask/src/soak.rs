//! `cargo xtask soak`: long runs, of sound between clocks that drift, of a server under attack and faults, and of
//! several servers that share their sessions.

use std::ffi::OsString;
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
    /// Arguments of `consonance-soak`, such as `--minutes 15`, or `--cluster` for three servers that share their
    /// sessions; `-- --help` lists them all.
    #[arg(value_name = "ARGUMENT", trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<OsString>,
}

const AUDIO: &[&str] =
    &["test", "--package", "consonance-audio", "--test", "soak", "--", "--ignored", "--nocapture"];
/// Runs it, and prints what was measured.
///
/// # Errors
/// [`Failure::CommandFailed`] if a check failed; the details have been printed.
pub(crate) fn run(root: &Path, plan: &Plan) -> Result<(), Failure> {
    match &plan.part {
        None if plan.server.is_cluster() => plan.server.run(root),
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
        let mut soak = self.command(root, &built);
        if !self.is_cluster() {
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

    fn command(&self, root: &Path, built: &Built) -> Command {
        // Run directly: cargo would choose other features for this package alone, and build everything again.
        let mut soak = Command::new(built.program("consonance-soak"));
        soak.arg("--server").arg(built.program("consonance")).args(&self.arguments).current_dir(root);
        soak
    }

    /// Whether it needs NATS servers, and a network of its own.
    fn is_cluster(&self) -> bool {
        self.arguments.iter().any(|argument| argument == "--cluster")
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Xtask {
        #[command(flatten)]
        plan: Plan,
    }

    fn plan(arguments: &[&str]) -> Plan {
        Xtask::try_parse_from([&["soak"], arguments].concat()).map(|xtask| xtask.plan).unwrap()
    }

    #[test]
    fn the_server_that_was_built_is_the_one_that_is_soaked() {
        let plan = plan(&["server", "--minutes", "2.5", "--seed", "7", "--trouble", "kill", "--keep"]);
        let Some(Part::Server(server)) = plan.part else { panic!() };
        let soak = server.command(Path::new("."), &Built::in_folder("out/release"));
        let arguments: Vec<_> = soak.get_args().map(|argument| argument.to_string_lossy()).collect();
        let program = Path::new("out").join("release").join("consonance");
        let server = program.with_extension(std::env::consts::EXE_EXTENSION);
        assert_eq!(
            arguments.join(" "),
            format!("--server {} --minutes 2.5 --seed 7 --trouble kill --keep", server.display())
        );
    }

    #[test]
    fn arguments_of_the_soaked_server_are_handed_through() {
        let given = ["--minutes", "2.5", "--trouble", "kill", "--cluster", "--help"];
        let server = plan(&given).server;
        assert!(server.arguments == given && server.is_cluster());
        let Some(Part::Server(server)) = plan(&["server", "--seed", "7", "--keep"]).part else { panic!() };
        assert!(server.arguments == ["--seed", "7", "--keep"] && !server.is_cluster());
        assert!(plan(&["server", "--", "--help"]).part.is_some());
        assert!(matches!(plan(&["audio"]).part, Some(Part::Audio)) && plan(&[]).part.is_none());
    }
}
