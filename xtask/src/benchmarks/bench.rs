//! What a bench is, for this chore: commands to run, and figures to find in what they print.

/// A bench of the command, which is also a section of the page.
pub(super) struct Bench {
    /// The sub-command of `consonance-bench`.
    pub(super) name: &'static str,
    pub(super) runs: &'static [Run],
    pub(super) figures: &'static [Figure],
    /// In the real-time class, where delays are measured that other programs would be seen in.
    pub(super) is_real_time: bool,
    /// The same comes out each time.
    pub(super) is_exact: bool,
}

/// One command line.
pub(super) struct Run {
    pub(super) arguments: &'static [&'static str],
    /// Further ones, for a quick run.
    pub(super) quick: &'static [&'static str],
}

/// A number in what a run prints.
#[derive(Clone, Copy)]
pub(super) struct Figure {
    /// By its place.
    pub(super) run: usize,
    pub(super) row: Row,
    pub(super) field: &'static str,
    pub(super) what: &'static str,
    pub(super) unit: &'static str,
    /// What the number is multiplied by for that unit.
    pub(super) scale: f64,
    pub(super) more_is_better: bool,
    pub(super) floor: Option<Floor>,
    pub(super) target: Option<Target>,
}

/// The line that has these values in these fields; the first of several.
pub(super) type Row = &'static [(&'static str, &'static str)];

/// What a figure is compared with, measured in the same run.
#[derive(Clone, Copy)]
pub(super) struct Floor {
    pub(super) name: &'static str,
    pub(super) is: FloorIs,
}

/// Where the floor is.
#[derive(Clone, Copy)]
pub(super) enum FloorIs {
    /// In another field of the same line.
    Field(&'static str),
    /// In no field, but the ratio to it is in one.
    Ratio(&'static str),
    /// In these lines, each so many times.
    Rows(&'static str, &'static [(Row, f64)]),
}

/// What was promised.
#[derive(Clone, Copy)]
pub(super) struct Target {
    pub(super) limit: f64,
    pub(super) is_least: bool,
    /// Of the floor, not in the figure's own unit.
    pub(super) is_ratio: bool,
}

impl Run {
    pub(super) const fn of(arguments: &'static [&'static str], quick: &'static [&'static str]) -> Self {
        Self { arguments, quick }
    }
}

impl Figure {
    /// In the first run, less is better, without a floor or a promise.
    pub(super) const fn new(what: &'static str, row: Row, field: &'static str, unit: &'static str) -> Self {
        let (more_is_better, scale) = (false, 1.0);
        Self { run: 0, row, field, what, unit, scale, more_is_better, floor: None, target: None }
    }

    pub(super) const fn run(mut self, run: usize) -> Self {
        self.run = run;
        self
    }

    pub(super) const fn more(mut self) -> Self {
        self.more_is_better = true;
        self
    }

    pub(super) const fn times(mut self, scale: f64) -> Self {
        self.scale = scale;
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
