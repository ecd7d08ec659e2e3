//! `consonance-bench quality`: the quality and delay of speech over bad networks, for this engine and for others.
//!
//! Everything runs on simulated time from seeds: the same figures come out on every run.

mod condition;
#[cfg(feature = "libopus")]
mod deep;
mod echo;
mod fixed_buffer;
mod measurement;
mod original;
mod plot;
mod report;
mod row;
mod visqol;

use std::error::Error;
use std::io::{Write, stdout};
use std::path::PathBuf;

use clap::{Args, Subcommand};
use condition::{Condition, Listener};
use measurement::Speech;
use report::Report;
use row::Row;

use super::recordings::recordings;
use crate::encoding::Encoding;
use crate::offline_call::write_wav;

/// What to measure and where to put it.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Quality {
    /// Print one JSON object per line instead of a table.
    #[arg(long)]
    json: bool,
    /// How many different networks of each kind.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u64).range(1..=1_000))]
    seeds: u64,
    /// Measure only networks whose name, as in the table, has this in it.
    #[arg(long, value_name = "TEXT", conflicts_with = "write")]
    only: Option<String>,
    /// Measure only listeners whose name, as in the table, has this in it.
    #[arg(long, value_name = "TEXT", conflicts_with = "write")]
    listener: Option<String>,
    #[command(flatten)]
    encoding: Encoding,
    /// Put the tables into `quality.md` of this folder, and the picture beside it.
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["bitrate", "redundancy"])]
    write: Option<PathBuf>,
    /// Keep what was heard as WAV files in this folder, for other measures: each lies on its recording's time line.
    #[arg(long, value_name = "FOLDER")]
    wavs: Option<PathBuf>,
    /// Measure deep concealment and deep redundancy instead, against what Opus had before.
    #[cfg(feature = "libopus")]
    #[arg(long)]
    deep: bool,
    #[command(subcommand)]
    part: Option<Part>,
}

/// What is measured without a network.
#[derive(Debug, Subcommand)]
enum Part {
    Echo(echo::Echo),
}

impl Quality {
    /// Returns a function that writes each sound to a WAV file whose name begins with `name`, if a folder for them is
    /// set.
    fn keep(&self, name: String) -> impl FnMut(u64, usize, &[f32]) -> Result<(), Box<dyn Error>> {
        move |seed, recording, sound| {
            let Some(folder) = &self.wavs else { return Ok(()) };
            write_wav(&folder.join(format!("{name}-{seed}-austen-{}.wav", recording + 1)), sound)
        }
    }
}

pub(crate) fn run(quality: &Quality) -> Result<(), Box<dyn Error>> {
    if let Some(Part::Echo(echo)) = &quality.part {
        return echo::run(echo, &recordings()?);
    }
    let speech = Speech::new(recordings()?)?;
    #[cfg(feature = "libopus")]
    if quality.deep {
        return deep::run(quality, &speech);
    }
    let mut report = Report::default();
    let mut out = stdout();
    if !quality.json {
        writeln!(out, "{}", Row::heading())?;
    }
    let has = |name: &str, wanted: &Option<String>| wanted.as_ref().is_none_or(|text| name.contains(text));
    let conditions = Condition::all().into_iter().filter(|it| has(&row::name(*it), &quality.only));
    for condition in conditions {
        for listener in Listener::ALL.into_iter().filter(|it| has(it.name(), &quality.listener)) {
            let keep = quality.keep(format!("{}-{}", listener.key(), condition.key()));
            let hear =
                |recordings: &[Vec<f32>], seed| listener.hear(recordings, condition, quality.encoding, seed);
            let measured = speech.measure(quality.seeds, hear, keep)?;
            let row = Row { condition, listener, measured };
            let line = if quality.json { row.json().to_string() } else { row.line() };
            writeln!(out, "{line}")?;
            out.flush()?;
            report.push(row);
        }
    }
    quality.write.as_ref().map_or(Ok(()), |folder| report.write(folder))
}
