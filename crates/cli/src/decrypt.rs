//! `consonance decrypt`: opens what only holders of keys can read: recordings of sessions that are encrypted from end
//! to end, and reports of their players.

mod failures;
mod files;
mod player_reports;
mod sealed_tracks;

use std::error::Error;
use std::path::{Path, PathBuf};

use clap::Args;

use failures::Failures;
use sealed_tracks::Tally;

/// What to decrypt, with which keys, and where to put it.
#[derive(Debug, Args)]
pub(crate) struct Decrypt {
    /// With --keys, a recording's folder, or a single file of one that ends with .sealed; with --moderators-key, a
    /// report.sealed. Can be given several times.
    #[arg(required_unless_present = "new_key", value_name = "WHAT")]
    sealed: Vec<PathBuf>,
    /// Decrypt recordings with these keys, as `consonance join --key-log` wrote them.
    #[arg(long, value_name = "FILE", required_unless_present_any = ["moderators_key", "new_key"], conflicts_with = "moderators_key", requires = "to")]
    keys: Option<PathBuf>,
    /// Decrypt players' reports with this key pair, as created by --new-key.
    #[arg(long, value_name = "FILE", requires = "to")]
    moderators_key: Option<PathBuf>,
    /// Where to write a folder for each recording or report, with the voices as Ogg Opus; existing files are not
    /// overwritten.
    #[arg(long, value_name = "FOLDER")]
    to: Option<PathBuf>,
    /// Create a key pair for players' reports in this file, and its public half, which the game ships, in FILE.pub.
    #[arg(long, value_name = "FILE", exclusive = true)]
    new_key: Option<PathBuf>,
}

/// Decrypts everything that it can, reports each track and each file that cannot be decrypted, and fails if there is
/// such a file, or no track.
pub(crate) fn run(arguments: &Decrypt) -> Result<(), Box<dyn Error>> {
    let to = || arguments.to.as_deref().ok_or("no output folder: add --to FOLDER");
    match arguments {
        Decrypt { new_key: Some(file), .. } => Ok(player_reports::make_key(file)?),
        Decrypt { moderators_key: Some(file), sealed, .. } => {
            let mut failures = Failures::default();
            player_reports::decrypt(sealed, &player_reports::read_key(file)?, to()?, &mut failures);
            Ok(failures.result()?)
        }
        Decrypt { keys: Some(file), sealed, .. } => decrypt_recordings(sealed, file, to()?),
        Decrypt { .. } => Err("no key: add --keys, --moderators-key or --new-key".into()),
    }
}

fn decrypt_recordings(recordings: &[PathBuf], keys: &Path, to: &Path) -> Result<(), Box<dyn Error>> {
    let keys = sealed_tracks::read_keys(keys)?;
    let mut tally = Tally::default();
    let mut failures = Failures::default();
    for recording in recordings {
        let read = sealed_tracks::decrypt(recording, &keys, to, &mut tally, &mut failures);
        failures.note(recording, read);
    }
    failures.result()?;
    match tally {
        Tally { tracks: 0, .. } => Err(
            "there is no track that ends with .sealed: without encryption, recordings are Ogg Opus already"
                .into(),
        ),
        Tally { frames: 0, .. } => {
            Err("no frame could be decrypted: these keys are from other epochs than the recording".into())
        }
        _ => Ok(()),
    }
}
