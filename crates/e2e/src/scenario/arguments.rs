//! The command line.

use std::path::PathBuf;

use clap::Parser;

/// An end-to-end scenario: a real server, players of many networks, and a table of what each player must hear.
#[derive(Debug, Parser)]
#[command(name = "consonance-scenario", version)]
pub(crate) struct Arguments {
    /// The `consonance` that serves, joins and moderates.
    #[arg(long, value_name = "PROGRAM", default_value = "consonance")]
    pub(crate) consonance: PathBuf,
    /// The `plain-sockets` that is the server of a game on a network of its own.
    #[arg(long, value_name = "PROGRAM", default_value = "plain-sockets")]
    pub(crate) plain_sockets: PathBuf,
    /// Chromium, or a browser made of it; without it no player joins with a browser.
    #[arg(long, value_name = "PROGRAM")]
    pub(crate) browser: Option<PathBuf>,
    /// Where the report, recordings and logs are left.
    #[arg(long, value_name = "FOLDER", default_value = "scenario-out")]
    pub(crate) output: PathBuf,
}
