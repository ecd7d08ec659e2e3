//! What is said on the command line.

use std::path::PathBuf;

use clap::Parser;

/// One evening: a real server, players of many networks, and a table of who must hear whom.
#[derive(Debug, Parser)]
#[command(name = "consonance-evening", version)]
pub(crate) struct Arguments {
    /// The `consonance` that serves, joins and moderates.
    #[arg(long, value_name = "PROGRAM", default_value = "consonance")]
    pub(crate) consonance: PathBuf,
    /// The `plain-sockets` that is the server of a game on a network of its own.
    #[arg(long, value_name = "PROGRAM", default_value = "plain-sockets")]
    pub(crate) plain_sockets: PathBuf,
    /// Chromium, or a browser made of it; without it nobody comes with a browser.
    #[arg(long, value_name = "PROGRAM")]
    pub(crate) browser: Option<PathBuf>,
    /// Where the report, recordings and logs are left.
    #[arg(long, value_name = "FOLDER", default_value = "evening-out")]
    pub(crate) output: PathBuf,
}
