//! The program `consonance`: voice chat for games from a terminal, for players, operators and scripts.
//!
//! Everything is in the library of this crate, which `consonance-bench` uses too, to measure the server that players
//! use. What each sub-command does stands there; start reading at `lib.rs`.
//!
//! It exits with 0 when the work is done, with 1 when it could not be done, and with 2 when the arguments are wrong or
//! incomplete; `why` has exit codes of its own, which its help names. `RUST_LOG` says how much is logged.

use std::env;
use std::process::ExitCode;

use consonance_server_config::{NETWORKS, Networks};

fn main() -> ExitCode {
    consonance_cli::run(env::args_os(), Networks::new(NETWORKS))
}
