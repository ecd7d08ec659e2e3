//! `consonance decrypt`: makes Ogg Opus of what a server recorded of sessions that are encrypted from end to end.

mod sealed_tracks;

use std::error::Error;
use std::path::PathBuf;

use clap::Args;

use sealed_tracks::Tally;

/// What to decrypt, with which keys, and where to put it.
#[derive(Debug, Args)]
pub(crate) struct Decrypt {
    /// A recording's folder, or a single file of one that ends with .sealed; can be given several times.
    #[arg(required = true, value_name = "RECORDING")]
    recordings: Vec<PathBuf>,
    /// The keys, as `consonance join --key-log` wrote them.
    #[arg(long, value_name = "FILE")]
    keys: PathBuf,
    /// Where to write a folder for each recording, with the tracks as Ogg Opus; what is there is not overwritten.
    #[arg(long, value_name = "FOLDER")]
    to: PathBuf,
}

/// Opens what it can, says so for each track, and fails if that is nothing.
pub(crate) fn run(arguments: &Decrypt) -> Result<(), Box<dyn Error>> {
    let keys = sealed_tracks::read_keys(&arguments.keys)?;
    let mut tally = Tally::default();
    for recording in &arguments.recordings {
        sealed_tracks::decrypt(recording, &keys, &arguments.to, &mut tally)?;
    }
    match tally {
        Tally { tracks: 0, .. } => {
            Err("there is no track that ends with .sealed: recordings of sessions without encryption are Ogg Opus already".into())
        }
        Tally { frames: 0, .. } => {
            Err("no frame could be opened: these keys are of other epochs than the recording".into())
        }
        _ => Ok(()),
    }
}
