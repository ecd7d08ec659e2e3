//! The delay from a speaker's microphone to a listener's loudspeaker, with the devices of a sound card: native
//! players, pages, and Mumble's own client and server, all by the same method.
//!
//! Used by: `cargo xtask mouth-to-ear`, which builds the programs first. `docs/benchmarks.md` has method and figures.
//!
//! ```text
//!   track of chirps ──▶ left channel ──▶ "mouth" ══▶ speaker ══▶ server ══▶ listener ══▶ "ear" ──▶ right channel
//!                            └───────────────── one recording of both channels ─────────────────────────┘
//!                                                          │
//!                                                     chirps ──▶ table
//! ```

mod arguments;
mod card;
mod chirps;
mod mumble;
mod native;
mod page;
mod rounds;
mod server;
mod site;
mod system;
mod table;

use std::process::ExitCode;

use clap::Parser as _;

/// Runs the program.
pub fn main() -> ExitCode {
    match rounds::run(&arguments::Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("mouth-to-ear: {failure}");
            ExitCode::FAILURE
        }
    }
}
