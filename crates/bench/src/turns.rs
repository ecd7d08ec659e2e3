//! Arguments of benches in which groups of players take turns, so that all of them meet the same machine.

use std::error::Error;
use std::time::Duration;

use clap::Args;
use serde_json::{Map, Value};

use super::child_process::MeasuredProgram;
use super::table::print_object;

/// How often groups take turns at which program, and how the figures are printed.
#[derive(Debug, Args)]
pub(super) struct Turns {
    /// How many turns each group has, one after the other.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub(super) rounds: u32,
    #[command(flatten)]
    pub(super) measured: MeasuredProgram,
    /// Print a JSON object instead of a table.
    #[arg(long)]
    json: bool,
}

impl Turns {
    /// How long a turn is if all turns of so many groups take this many seconds, but at least one second.
    pub(super) fn length(&self, groups: usize, seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds.max(1.0) / f64::from(self.rounds * groups as u32))
    }

    pub(super) fn print(&self, fields: &Map<String, Value>) -> Result<(), Box<dyn Error>> {
        print_object(fields, self.json)
    }
}
