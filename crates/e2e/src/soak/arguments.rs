//! The command line.

use std::path::PathBuf;

use clap::Parser;

use crate::soak::cluster::Fault;
use crate::soak::trouble::Trouble;

/// A real server under honest players, attackers and faults.
#[derive(Debug, Parser)]
#[command(name = "consonance-soak", version)]
pub(crate) struct Arguments {
    /// The `consonance` to start.
    #[arg(long, value_name = "PROGRAM", default_value = "consonance")]
    pub(crate) server: PathBuf,
    /// How long, in minutes (10, and 30 with `--cluster`); the wave that runs then is finished.
    #[arg(long)]
    minutes: Option<f64>,
    /// Soak three servers that share their sessions.
    #[arg(long, requires = "nats_server")]
    pub(crate) cluster: bool,
    /// The `nats-server` to start, for `--cluster`.
    #[arg(long, value_name = "PROGRAM")]
    pub(crate) nats_server: Option<PathBuf>,
    /// This process has a network namespace of its own, in which it may do as it likes.
    #[arg(long)]
    pub(crate) own_network: bool,
    /// Only this fault of a cluster (may be given several times), as `docs/soak.md` calls it; all of them where nothing
    /// is said.
    #[arg(long = "fault", value_name = "KIND", requires = "cluster")]
    pub(crate) faults: Vec<Fault>,
    /// Decides what happens when; without it, another one each time.
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// Only this trouble (may be given several times), as `docs/soak.md` calls it; all of them where nothing is said.
    #[arg(long = "trouble", value_name = "KIND")]
    pub(crate) troubles: Vec<Trouble>,
    /// Keep the server's folder, with its configuration, database and log, and say where it is.
    #[arg(long)]
    pub(crate) keep: bool,
    /// Be the process that decides bans in this folder's database.
    #[arg(long, hide = true, value_name = "FOLDER")]
    pub(crate) ban_writer: Option<PathBuf>,
    /// The number of its first ban.
    #[arg(long, hide = true, default_value_t = 0)]
    pub(crate) first: u64,
}

impl Arguments {
    /// How long, in minutes.
    pub(crate) fn minutes(&self) -> f64 {
        self.minutes.unwrap_or(if self.cluster { 30.0 } else { 10.0 })
    }
}
