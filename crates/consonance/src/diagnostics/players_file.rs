//! Which number stands for which player: names come from the network, and so they are in a file, and in no file's name.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::error::DiagnosticsError;

const NAME: &str = "players.txt";
/// More players than this are not written down.
const PLAYERS_MAX: usize = 10_000;

#[derive(Debug)]
pub(super) struct PlayersFile {
    path: PathBuf,
    file: File,
    numbers: BTreeMap<String, usize>,
}

impl PlayersFile {
    pub(super) fn create(folder: &Path) -> Result<Self, DiagnosticsError> {
        let (path, file) = create(folder, NAME)?;
        Ok(Self { path, file, numbers: BTreeMap::new() })
    }

    /// Assigns a number to a player without one: from 1, in order of arrival.
    pub(super) fn add(&mut self, name: &str) -> Result<Option<usize>, DiagnosticsError> {
        if self.numbers.contains_key(name) || self.numbers.len() >= PLAYERS_MAX {
            return Ok(None);
        }
        let number = self.numbers.len() + 1;
        self.numbers.insert(name.to_owned(), number);
        // In quotes, with everything escaped that is not a visible character.
        writeln!(self.file, "{} {name:?}", track_name(number))
            .map_err(|cause| DiagnosticsError::Write { path: self.path.clone(), cause })?;
        Ok(Some(number))
    }
}

/// What the sound file of a player is called, besides its track's number.
pub(super) fn track_name(number: usize) -> String {
    format!("player-{number}")
}

/// A file that was not there before.
pub(super) fn create(folder: &Path, name: &str) -> Result<(PathBuf, File), DiagnosticsError> {
    let path = folder.join(name);
    let file = OpenOptions::new().write(true).create_new(true).open(&path);
    match file {
        Ok(file) => Ok((path, file)),
        Err(source) => Err(DiagnosticsError::Create { path, cause: io::Error::new(source.kind(), source) }),
    }
}
