//! A bench, as this chore sees it: commands to run, and figures to find in their output.

use serde::{Deserialize, Serialize};

/// A bench of the command, which is also a section of the page.
pub(super) struct Bench {
    /// The sub-command of `consonance-bench`.
    pub(super) name: &'static str,
    pub(super) runs: &'static [Run],
    pub(super) figures: &'static [Figure],
    /// Runs in the real-time class, because it measures delays in which other programs would show.
    pub(super) is_real_time: bool,
    /// Every run yields the same figures.
    pub(super) is_exact: bool,
}

/// One command line.
pub(super) struct Run {
    pub(super) arguments: &'static [&'static str],
    /// Further arguments for a quick run.
    pub(super) quick: &'static [&'static str],
}

/// A number in the output of a run.
#[derive(Clone, Copy)]
pub(super) struct Figure {
    /// The index of its run.
    pub(super) run: usize,
    pub(super) row: Row,
    pub(super) field: &'static str,
    pub(super) quantity: Quantity<&'static str>,
    /// The factor that converts the number to its unit.
    pub(super) scale: f64,
    pub(super) floor: Option<Floor>,
    pub(super) target: Option<Target>,
    /// It is in the picture, but not in the table.
    pub(super) is_detail: bool,
}

/// What a figure says, with texts of the catalogue or of the record.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Quantity<Text> {
    pub(super) what: Text,
    pub(super) unit: Text,
    pub(super) more_is_better: bool,
}

/// The first line that has these values in these fields.
pub(super) type Row = &'static [(&'static str, &'static str)];

/// A lower bound or baseline that a figure is compared with, measured in the same run.
#[derive(Clone, Copy)]
pub(super) struct Floor {
    pub(super) name: &'static str,
    pub(super) is: FloorIs,
}

/// The source of the floor's value.
#[derive(Clone, Copy)]
pub(super) enum FloorIs {
    /// Another field of the same line.
    Field(&'static str),
    /// No field of its own: this field has the ratio of the figure to the floor.
    Ratio(&'static str),
    /// The sum of this field over these lines, each multiplied by its factor.
    Rows(&'static str, &'static [(Row, f64)]),
}

/// A promised limit.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(super) struct Target {
    pub(super) limit: f64,
    pub(super) is_least: bool,
    /// The limit is a multiple of the floor, not a value in the figure's own unit.
    pub(super) is_ratio: bool,
}

impl Run {
    pub(super) const fn of(arguments: &'static [&'static str], quick: &'static [&'static str]) -> Self {
        Self { arguments, quick }
    }
}

impl Figure {
    /// A figure of the first run: less is better, no floor, no promise.
    pub(super) const fn new(what: &'static str, row: Row, field: &'static str, unit: &'static str) -> Self {
        let quantity = Quantity { what, unit, more_is_better: false };
        Self { run: 0, row, field, quantity, scale: 1.0, floor: None, target: None, is_detail: false }
    }

    pub(super) const fn run(mut self, run: usize) -> Self {
        self.run = run;
        self
    }

    pub(super) const fn more(mut self) -> Self {
        self.quantity.more_is_better = true;
        self
    }

    pub(super) const fn times(mut self, scale: f64) -> Self {
        self.scale = scale;
        self
    }

    pub(super) const fn detail(mut self) -> Self {
        self.is_detail = true;
        self
    }

    pub(super) const fn floor(mut self, name: &'static str, is: FloorIs) -> Self {
        self.floor = Some(Floor { name, is });
        self
    }

    pub(super) const fn at_least(mut self, limit: f64) -> Self {
        self.target = Some(Target { limit, is_least: true, is_ratio: false });
        self
    }

    pub(super) const fn at_most(mut self, limit: f64) -> Self {
        self.target = Some(Target { limit, is_least: false, is_ratio: false });
        self
    }

    pub(super) const fn at_least_of_floor(mut self, limit: f64) -> Self {
        self.target = Some(Target { limit, is_least: true, is_ratio: true });
        self
    }

    pub(super) const fn at_most_of_floor(mut self, limit: f64) -> Self {
        self.target = Some(Target { limit, is_least: false, is_ratio: true });
        self
    }
}

impl Quantity<&'static str> {
    /// The same, to be kept.
    pub(super) fn into_owned(self) -> Quantity<String> {
        let Self { what, unit, more_is_better } = self;
        Quantity { what: what.to_owned(), unit: unit.to_owned(), more_is_better }
    }
}
