//! The command line.

use std::path::PathBuf;

use clap::Parser;

/// How much later a listener's loudspeaker plays what a speaker's microphone hears, with devices.
#[derive(Debug, Parser)]
#[command(name = "consonance-mouth-to-ear", version)]
pub(crate) struct Arguments {
    /// The `consonance` that serves and joins.
    #[arg(long, value_name = "PROGRAM", default_value = "consonance")]
    pub(crate) consonance: PathBuf,
    /// Chromium, or a browser made of it; without it, rows with pages are left out.
    #[arg(long, value_name = "PROGRAM")]
    pub(crate) browser: Option<PathBuf>,
    /// How often each row is measured.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=21))]
    pub(crate) rounds: u8,
    /// Only rows whose name contains these words (may be given several times).
    #[arg(long, value_name = "WORDS")]
    pub(crate) only: Vec<String>,
    /// Where the table, recordings and logs are left.
    #[arg(long, value_name = "FOLDER", default_value = "mouth-to-ear-out")]
    pub(crate) output: PathBuf,
}
