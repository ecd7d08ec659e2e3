//! Numbers for players, used in file names: players' own names come from the network, and are only written inside a
//! file.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::error::DiagnosticsError;
use super::new_file;

const NAME: &str = "players.txt";
/// Further players get no number.
const PLAYERS_MAX: usize = 10_000;

#[derive(Debug)]
pub(super) struct PlayersFile {
    path: PathBuf,
    file: File,
    numbers: BTreeMap<String, usize>,
}

impl PlayersFile {
    pub(super) fn create(folder: &Path) -> Result<Self, DiagnosticsError> {
        let (path, file) = new_file::create(folder, NAME)?;
        Ok(Self { path, file, numbers: BTreeMap::new() })
    }

    /// Assigns a number to a player without one: from 1, in order of arrival.
    pub(super) fn add(&mut self, name: &str) -> Result<Option<usize>, DiagnosticsError> {
        if self.numbers.contains_key(name) || self.numbers.len() >= PLAYERS_MAX {
            return Ok(None);
        }
        let number = self.numbers.len() + 1;
        self.numbers.insert(name.to_owned(), number);
        // Quoted, with invisible characters escaped.
        writeln!(self.file, "{} {name:?}", track_name(number))
            .map_err(|cause| DiagnosticsError::Write { path: self.path.clone(), cause })?;
        Ok(Some(number))
    }
}

/// The name of a player's sound file, after its track's number.
pub(super) fn track_name(number: usize) -> String {
    format!("player-{number}")
}
