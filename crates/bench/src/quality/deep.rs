//! `consonance-bench quality --deep`: the benefit and cost of deep concealment and deep redundancy.

mod cost;
mod look_ahead;
mod variant;

use std::error::Error;
use std::fmt::Write as _;
use std::io::{Write as _, stdout};

use consonance::audio::OpusLibrary;
use serde_json::json;
use variant::{Network, Variant};

use super::Quality;
use super::measurement::{Measurement, Speech};
use super::report::fill_page;

/// Prints a row for each variant and, if requested, writes them to the page.
pub(super) fn run(quality: &Quality, speech: &Speech) -> Result<(), Box<dyn Error>> {
    let mut tables = String::new();
    let mut out = stdout();
    for network in Network::ALL {
        let _ =
            writeln!(tables, "### {}\n\n| what is lost | score | delay, ms |\n|---|---|---|", network.name());
        for variant in Variant::over(network) {
            let hear = |recordings: &[Vec<f32>], seed| variant.hear(recordings, seed);
            let measured = speech.measure(quality.seeds, hear, quality.keep(variant.key()))?;
            let line = if quality.json {
                json!({ "network": network.name(), "lost": variant.name(), "measured": measured }).to_string()
            } else {
                line(variant, measured)
            };
            writeln!(out, "{line}")?;
            out.flush()?;
            let Measurement { score, delay_mean_ms, .. } = measured;
            let _ = writeln!(tables, "| {} | **{score:.2}** | {delay_mean_ms:.0} |", variant.name());
        }
        tables.push('\n');
    }
    if !quality.json {
        for &library in OpusLibrary::ALL {
            let cost::Cost { decoded, concealed, recovered } = cost::cost(library, &speech.recordings()[0])?;
            writeln!(
                out,
                "{library:?}: µs for a frame decoded {decoded:.0}, concealed {concealed:.0}, recovered {recovered:.0}"
            )?;
        }
    }
    quality
        .write
        .as_ref()
        .map_or(Ok(()), |folder| fill_page(folder, "consonance-bench quality --deep", &tables))
}

fn line(variant: Variant, measured: Measurement) -> String {
    format!(
        "{:<42} {:<44}{:>6.2}{:>7.1} ms{:>7.1} % made up{:>7.1} % recovered",
        variant.network().name(),
        variant.name(),
        measured.score,
        measured.delay_mean_ms,
        measured.concealed_percent,
        measured.recovered_percent
    )
}
