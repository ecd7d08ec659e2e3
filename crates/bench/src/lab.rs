//! `consonance-bench lab`: pieces of the engine off-line, from WAV files to WAV files, so that quality can be measured.

mod capture;
mod link;

use std::error::Error;

use clap::Subcommand;

/// Which piece.
#[derive(Debug, Subcommand)]
pub(crate) enum Lab {
    /// Echo, noise, background and gain of a recorded microphone; prints one line of JSON.
    Capture(capture::Capture),
    /// Encode, send over a bad network, buffer, decode; prints one line of JSON.
    Link(link::Link),
}

pub(crate) fn run(lab: &Lab) -> Result<(), Box<dyn Error>> {
    match lab {
        Lab::Capture(capture) => capture::run(capture),
        Lab::Link(link) => link::run(link),
    }
}
