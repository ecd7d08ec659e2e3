//! `cargo xtask soak`: long runs, of sound between clocks that drift and of a server under attack and faults.

use std::path::Path;
use std::process::Command;

use clap::{Args, Subcommand};

use crate::built::Built;
use crate::command;
use crate::failure::Failure;

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
    /// How long the server is soaked, in minutes.
    #[arg(long, default_value_t = 10.0)]
    minutes: f64,
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
/// As operators run it: without optimisation a server is another one.
const BUILD: &[&str] = &[
    "build",
    "--release",
    "--package",
    "consonance-cli",
    "--bin",
    "consonance",
    "--package",
    "consonance-e2e",
    "--bin",
    "consonance-soak",
];

/// Runs it, and prints what was measured.
///
/// # Errors
/// [`Failure::CommandFailed`] if something did not hold; what that was has been printed.
pub(crate) fn run(root: &Path, plan: &Plan) -> Result<(), Failure> {
    match &plan.part {
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
        command::run(&mut command::cargo(root, BUILD.iter().copied()))?;
        let built = Built::release(root)?;
        // Cargo would choose other features for this package alone, and build everything once more.
        let mut soak = Command::new(built.program("consonance-soak"));
        command::run(soak.args(self.arguments(&built)).current_dir(root))
    }

    fn arguments(&self, built: &Built) -> Vec<String> {
        let server = built.program("consonance");
        let mut arguments = vec!["--server".to_owned(), server.display().to_string()];
        arguments.extend(["--minutes".to_owned(), self.minutes.to_string()]);
        if let Some(seed) = self.seed {
            arguments.extend(["--seed".to_owned(), seed.to_string()]);
        }
        for trouble in &self.troubles {
            arguments.extend(["--trouble".to_owned(), trouble.clone()]);
        }
        if self.keep {
            arguments.push("--keep".to_owned());
        }
        arguments
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_that_was_built_is_the_one_that_is_soaked() {
        let plan = ServerPlan { minutes: 2.5, seed: Some(7), troubles: vec!["kill".to_owned()], keep: true };
        let arguments = plan.arguments(&Built::in_folder("out/release")).join(" ");
        let program = Path::new("out").join("release").join("consonance");
        let server = program.with_extension(std::env::consts::EXE_EXTENSION);
        assert_eq!(
            arguments,
            format!("--server {} --minutes 2.5 --seed 7 --trouble kill --keep", server.display())
        );
    }
}
