//! The measured figures as they are kept: `docs/benchmarks.json`.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::bench::{Quantity, Target};
use super::machine::Machine;
use super::numbers::median;
use crate::failure::Failure;

/// Everything that the page shows.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Record {
    pub(super) machine: Machine,
    pub(super) benches: Vec<BenchRecord>,
}

/// A section of the page.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct BenchRecord {
    pub(super) name: String,
    /// The commit of the checkout that was measured.
    pub(super) revision: String,
    /// The version whose figures were measured in turn with these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) former: Option<String>,
    pub(super) commands: Vec<String>,
    pub(super) figures: Vec<FigureRecord>,
    /// The bench's own notes on its figures.
    pub(super) notes: Vec<String>,
}

/// A number, once for each time that it was measured.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct FigureRecord {
    #[serde(flatten)]
    pub(super) quantity: Quantity<String>,
    pub(super) values: Vec<f64>,
    /// The values of the former version; empty if it has no such figure.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) former: Vec<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) floor: Option<FloorRecord>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) target: Option<Target>,
    /// It is in the picture, but not in the table.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) is_detail: bool,
}

/// The floor of a figure, measured in the same runs.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct FloorRecord {
    pub(super) name: String,
    pub(super) values: Vec<f64>,
}

impl Record {
    pub(super) fn new(machine: Machine) -> Self {
        Self { machine, benches: Vec::new() }
    }

    /// Loads the record from this folder.
    ///
    /// # Errors
    /// If it is not there, or has another form.
    pub(super) fn load(folder: &Path) -> Result<Self, Failure> {
        let path = file(folder);
        let text = fs::read_to_string(&path).map_err(|cause| Failure::File { path: path.clone(), cause })?;
        serde_json::from_str(&text).map_err(|error| Failure::File { path, cause: error.into() })
    }

    /// Saves the record to this folder, which is made if it is not there.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(super) fn save(&self, folder: &Path) -> Result<(), Failure> {
        let path = file(folder);
        let write = || {
            fs::create_dir_all(folder)?;
            fs::write(&path, self.to_text()?)
        };
        write().map_err(|cause| Failure::File { path: path.clone(), cause })
    }

    /// A line for each figure, so that changes can be read.
    fn to_text(&self) -> std::io::Result<String> {
        let mut text = format!("{{\"machine\": {},\n\"benches\": [", serde_json::to_string(&self.machine)?);
        for (number, bench) in self.benches.iter().enumerate() {
            let BenchRecord { name, revision, former, commands, figures, notes } = bench;
            let mut head =
                serde_json::json!({"name": name, "revision": revision, "commands": commands, "notes": notes});
            if let Some(former) = former {
                head["former"] = serde_json::json!(former);
            }
            let head = head.to_string();
            let figures = figures.iter().map(serde_json::to_string).collect::<Result<Vec<_>, _>>()?;
            let comma = if number == 0 { "" } else { "," };
            let head = head.trim_end_matches('}');
            let _ = write!(text, "{comma}\n{head}, \"figures\": [\n{}\n]}}", figures.join(",\n"));
        }
        Ok(text + "\n]}\n")
    }

    /// Replaces the record of this bench; `order` is that of the page.
    pub(super) fn put(&mut self, bench: BenchRecord, order: &[&str]) {
        self.benches.retain(|other| other.name != bench.name);
        self.benches.push(bench);
        self.benches.sort_by_key(|bench| order.iter().position(|name| *name == bench.name));
    }

    pub(super) fn bench(&self, name: &str) -> Option<&BenchRecord> {
        self.benches.iter().find(|bench| bench.name == name)
    }
}

impl FigureRecord {
    pub(super) fn median(&self) -> f64 {
        median(&self.values)
    }

    /// The ratio of the figure to its floor: the median over the runs.
    pub(super) fn of_floor(&self) -> Option<f64> {
        let floor = self.floor.as_ref()?;
        let ratios: Vec<f64> =
            self.values.iter().zip(&floor.values).map(|(value, floor)| value / floor).collect();
        Some(median(&ratios)).filter(|ratio| ratio.is_finite())
    }

    /// Whether the promise is kept; `None` if there is none.
    pub(super) fn is_kept(&self) -> Option<bool> {
        let Target { limit, is_least, is_ratio } = self.target?;
        let reached = if is_ratio { self.of_floor()? } else { self.median() };
        Some(if is_least { reached >= limit } else { reached <= limit })
    }
}

fn file(folder: &Path) -> PathBuf {
    folder.join("benchmarks.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(values: &[f64], floor: &[f64], target: Target) -> FigureRecord {
        FigureRecord {
            quantity: Quantity {
                what: "frames".to_owned(),
                unit: "frames/s".to_owned(),
                more_is_better: true,
            },
            values: values.to_vec(),
            former: Vec::new(),
            floor: Some(FloorRecord { name: "sendto".to_owned(), values: floor.to_vec() }),
            target: Some(target),
            is_detail: false,
        }
    }

    #[test]
    fn a_promise_is_kept_by_the_median_run_and_each_run_has_its_own_floor() {
        let least = Target { limit: 0.85, is_least: true, is_ratio: true };
        let kept = figure(&[80.0, 900.0, 86.0], &[100.0, 1000.0, 100.0], least);
        assert_eq!((kept.median(), kept.of_floor(), kept.is_kept()), (86.0, Some(0.86), Some(true)));
        let broken = figure(&[80.0, 900.0, 84.0], &[100.0, 1000.0, 100.0], least);
        assert_eq!(broken.is_kept(), Some(false));
        let most = Target { limit: 85.0, is_least: false, is_ratio: false };
        assert_eq!(figure(&[80.0, 90.0, 85.0], &[1.0; 3], most).is_kept(), Some(true));
    }

    #[test]
    fn what_is_kept_can_be_read_again_and_a_bench_is_put_in_its_place() {
        let target = Target { limit: 1.0, is_least: true, is_ratio: false };
        let bench = |name: &str, value: f64| BenchRecord {
            name: name.to_owned(),
            revision: "0123456789".to_owned(),
            former: Some("0.1.0".to_owned()),
            commands: vec!["consonance-bench".to_owned()],
            figures: vec![figure(&[value], &[1.5], target), figure(&[2.0], &[1.5], target)],
            notes: vec!["a \"note\"}".to_owned()],
        };
        let mut record = Record::new(Machine::default());
        for (name, value) in [("join", 1.0), ("relay", 2.0), ("join", 3.0)] {
            record.put(bench(name, value), &["relay", "join"]);
        }
        let read: Record = serde_json::from_str(&record.to_text().unwrap()).unwrap();
        let names: Vec<_> = read.benches.iter().map(|bench| &*bench.name).collect();
        assert_eq!(names, ["relay", "join"]);
        assert_eq!(read.bench("join").unwrap().figures[0].values, [3.0]);
        assert_eq!(read.bench("join").unwrap().former.as_deref(), Some("0.1.0"));
        assert_eq!(read.bench("join").unwrap().notes, ["a \"note\"}"]);
    }
}
