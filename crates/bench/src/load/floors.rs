//! The bare loops before and after a load, and a server's figures compared with them.

use std::error::Error;

use serde_json::{Map, Value};

use super::super::floor::{self, Measured};
use super::report::{round, whole};

/// A server can only be compared with loops of the same minute, so they are measured before and after it.
pub(super) struct Floors {
    core: usize,
    listeners: usize,
    frame_bytes: usize,
    with_quinn: bool,
    before: Vec<Measured>,
}

/// Loops that send each datagram by itself, without any encryption.
const ONE_BY_ONE: &[&str] = &["sendto", "connected", "sendmmsg"];

impl Floors {
    /// Measures for the first time, on the server's core.
    pub(super) fn before(
        core: usize,
        listeners: usize,
        frame_bytes: usize,
        with_quinn: bool,
    ) -> Result<Self, Box<dyn Error>> {
        let before = floor::beside(core, listeners, frame_bytes, with_quinn)?;
        Ok(Self { core, listeners, frame_bytes, with_quinn, before })
    }

    /// Measures again; compares a server that sends this many frames per second of processor time with the loops.
    pub(super) fn after(self, frames_out_per_cpu_s: f64) -> Result<Map<String, Value>, Box<dyn Error>> {
        let after = floor::beside(self.core, self.listeners, self.frame_bytes, self.with_quinn)?;
        let loops = self.before.iter().zip(&after);
        let loops: Vec<_> =
            loops.map(|(one, two)| (one.name, one.packets_per_cpu_s, two.packets_per_cpu_s)).collect();
        let mut fields = fields(&loops, frames_out_per_cpu_s);
        let lost = self.before.iter().chain(&after).filter_map(|row| row.lost).fold(0.0, f64::max);
        fields.insert("floor_lost".to_owned(), round(lost, 5).into());
        Ok(fields)
    }
}

/// The fields for the report. Each loop has its name and its results before and after; their mean counts.
fn fields(loops: &[(&str, f64, f64)], frames_out_per_cpu_s: f64) -> Map<String, Value> {
    let mean = |wanted: &str| {
        let of = |(name, one, two): &(&str, f64, f64)| (*name == wanted).then(|| f64::midpoint(*one, *two));
        loops.iter().find_map(of)
    };
    let best = ONE_BY_ONE.iter().filter_map(|name| mean(name)).reduce(f64::max);
    let ratios = [("sendto", mean("sendto")), ("best_loop", best), ("quinn", mean("quinn"))];
    let mut fields = Map::new();
    for (name, before, after) in loops {
        fields.insert(format!("floor_{name}"), whole(f64::midpoint(*before, *after)).into());
    }
    for (name, floor) in ratios {
        if let Some(floor) = floor {
            fields.insert(format!("ratio_to_{name}"), round(frames_out_per_cpu_s / floor, 3).into());
        }
    }
    let change = |(_, one, two): &(&str, f64, f64)| (two / one - 1.0).abs();
    let most = loops.iter().map(change).fold(0.0, f64::max);
    fields.insert("floor_changed_by".to_owned(), round(most, 3).into());
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_compared_with_the_mean_of_before_and_after() {
        let loops = [
            ("sendto", 300.0, 340.0),
            ("connected", 390.0, 410.0),
            ("sendmmsg", 380.0, 400.0),
            ("gso4", 700.0, 700.0),
            ("quinn", 160.0, 160.0),
        ];
        let fields = fields(&loops, 360.0);
        assert_eq!(fields["floor_sendto"], 320);
        assert_eq!(fields["ratio_to_sendto"], 1.125);
        assert_eq!(fields["ratio_to_best_loop"], 0.9, "several segments for one listener are no rival");
        assert_eq!(fields["ratio_to_quinn"], 2.25);
        assert_eq!(fields["floor_changed_by"], 0.133);
    }

    #[test]
    fn a_loop_that_was_not_measured_has_no_ratio() {
        let fields = fields(&[("sendto", 300.0, 300.0)], 150.0);
        assert_eq!(fields["ratio_to_sendto"], 0.5);
        assert!(!fields.contains_key("ratio_to_quinn"));
    }
}
