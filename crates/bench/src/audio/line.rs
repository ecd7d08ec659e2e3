//! One line of the table: a name, its time, and its share of a core.

use std::error::Error;
use std::io::{Write, stdout};

use serde_json::json;

/// The length of a block in microseconds.
const BLOCK_MICROS: f64 = 10_000.0;

/// The cost of something that is done for every block of 10 ms.
pub(super) struct Line {
    pub(super) stage: String,
    pub(super) micros_per_block: f64,
    /// The target for its share of a core, in percent, if there is one.
    pub(super) target_percent: Option<f64>,
}

impl Line {
    pub(super) fn new(stage: impl Into<String>, micros_per_block: f64) -> Self {
        Self { stage: stage.into(), micros_per_block, target_percent: None }
    }

    fn percent(&self) -> f64 {
        self.micros_per_block / BLOCK_MICROS * 100.0
    }
}

/// Prints lines as they become known.
pub(super) struct Printer {
    json: bool,
}

impl Printer {
    pub(super) fn start(json: bool) -> Result<Self, Box<dyn Error>> {
        if !json {
            writeln!(stdout(), "{:54}{:>14}{:>12}", "for every 10 ms", "µs", "of a core")?;
        }
        Ok(Self { json })
    }

    pub(super) fn print(&mut self, line: &Line) -> Result<(), Box<dyn Error>> {
        let mut out = stdout();
        let Line { stage, micros_per_block, target_percent } = line;
        if self.json {
            let object = json!({
                "stage": stage,
                "us_per_block": micros_per_block,
                "percent_of_core": line.percent(),
                "target_percent": target_percent,
            });
            writeln!(out, "{object}")?;
        } else {
            let target = target_percent.map_or_else(String::new, |target| {
                let verdict = if line.percent() <= target { "met" } else { "missed" };
                format!("   target {target} %: {verdict}")
            });
            writeln!(out, "{stage:54}{micros_per_block:>14.2}{:>10.3} %{target}", line.percent())?;
        }
        out.flush()?;
        Ok(())
    }
}
