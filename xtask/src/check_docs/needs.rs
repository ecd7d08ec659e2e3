//! Requirements of a command that this machine, or the user, can lack.

use clap::Args;

use super::sandbox::Sandbox;
use super::script::{Need, Step, Way};
use crate::command;

/// The time that the user has.
#[derive(Args, Debug)]
pub(super) struct Wishes {
    /// Leave the test suite out, which takes about a dozen minutes.
    #[arg(long)]
    skip_tests: bool,
    /// Try also what takes many minutes for one command.
    #[arg(long)]
    long: bool,
}

impl Wishes {
    /// Why a command is not tried here and now.
    pub(super) fn reason_to_skip(&self, step: &Step, sandbox: &Sandbox) -> Option<String> {
        if let Way::Untried(why) = step.way {
            return Some(why.to_owned());
        }
        step.needs.iter().find_map(|need| self.is_missing(*need, sandbox))
    }

    fn is_missing(&self, need: Need, sandbox: &Sandbox) -> Option<String> {
        match need {
            Need::Program(name) => (!command::is_on_path(name)).then(|| format!("there is no {name} here")),
            Need::Success(line, what) => {
                let succeeds = command::capture(sandbox.shell(sandbox.checkout()).args(["-c", line])).is_ok();
                (!succeeds).then(|| format!("there is no {what} here"))
            }
            Need::Minutes(minutes) => {
                (!self.long).then(|| format!("it takes about {minutes} minutes; `--long` tries it"))
            }
            Need::Tests => self.skip_tests.then(|| "`--skip-tests` leaves it out".to_owned()),
        }
    }
}
