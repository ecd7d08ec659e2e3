//! `consonance lab`: pieces of the sound's way off-line, from WAV files to WAV files, so that quality is measured
//! outside of a call.

mod capture;

use std::error::Error;

use clap::Subcommand;

/// Which piece.
#[derive(Debug, Subcommand)]
pub(crate) enum Lab {
    /// The capture chain: echo, noise, background, gain. Prints its figures as JSON.
    Capture(capture::Capture),
}

pub(crate) fn run(lab: &Lab) -> Result<(), Box<dyn Error>> {
    match lab {
        Lab::Capture(capture) => capture::run(capture),
    }
}
