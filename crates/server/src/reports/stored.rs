//! The reports on the disk.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::{fs, io};

use tracing::{info, warn};

use super::evidence::Evidence;
use super::{Report, ReportsError, ReportsSettings};
use crate::recording::remove_recording;
use crate::replace_file::replace_file;

/// All reports of a folder, by number. No lock is on voice's way, and no file is written while the state's is held.
#[derive(Debug)]
pub(super) struct StoredReports {
    folder: PathBuf,
    state: Mutex<State>,
    /// The number in [`LAST_NUMBER_FILE`]. The lock is held while that is written.
    noted: Mutex<u64>,
}

#[derive(Debug)]
struct State {
    settings: ReportsSettings,
    reports: BTreeMap<u64, Report>,
    /// The highest number that was given, or that anything in the folder has or had.
    newest: u64,
}

impl StoredReports {
    pub(super) fn open(folder: PathBuf, settings: ReportsSettings) -> Result<Self, ReportsError> {
        let Contents { reports, newest, cut_off } = read(&folder)
            .map_err(|error| ReportsError::Folder { folder: folder.clone(), what: error.to_string() })?;
        let noted = Mutex::new(read_last_number(&folder));
        let newest = newest.max(*lock(&noted));
        let stored = Self { folder, state: Mutex::new(State { settings, reports, newest }), noted };
        stored.remove_cut_off(&cut_off);
        Ok(stored)
    }

    pub(super) fn settings(&self) -> ReportsSettings {
        self.lock().settings
    }

    pub(super) fn set_settings(&self, settings: ReportsSettings) {
        self.lock().settings = settings;
    }

    pub(super) fn list(&self, before: Option<u64>, limit: usize) -> Vec<Report> {
        let state = self.lock();
        state
            .reports
            .range(..before.unwrap_or(u64::MAX))
            .rev()
            .take(limit)
            .map(|(_, it)| it.clone())
            .collect()
    }

    pub(super) fn count(&self) -> usize {
        self.lock().reports.len()
    }

    pub(super) fn get(&self, id: u64) -> Option<Report> {
        self.lock().reports.get(&id).cloned()
    }

    pub(super) fn folder_of(&self, id: u64) -> PathBuf {
        self.folder.join(id.to_string())
    }

    /// Writes the files of a new report, and its description.
    pub(super) fn write(&self, mut report: Report, evidence: &Evidence) -> Result<Report, ReportsError> {
        report.id = self.next_id(matches!(evidence, Evidence::Sealed(_)))?;
        let folder = self.folder_of(report.id);
        match self.make(&folder).and_then(|()| fill(&folder, &mut report, evidence)) {
            Ok(()) => {
                info!(session = report.session, player = report.player, folder = %folder.display(), "reported");
                self.lock().reports.insert(report.id, report.clone());
                Ok(report)
            }
            Err(error) => {
                warn!(folder = %folder.display(), %error, "could not write a report");
                Err(ReportsError::Write { what: error.to_string() })
            }
        }
    }

    pub(super) fn remove(&self, id: u64) -> Result<Report, ReportsError> {
        let report = self.get(id).ok_or(ReportsError::NoReport { id })?;
        let folder = self.folder_of(id);
        let trouble = |error: io::Error| ReportsError::Unreadable {
            what: format!("cannot remove {}: {error}", folder.display()),
        };
        self.note_number();
        remove(&folder).map_err(trouble)?;
        self.lock().reports.remove(&id);
        Ok(report)
    }

    /// Once a folder is removed, those that stay do not tell which numbers were given. A full disk does not
    /// prevent a removal.
    fn note_number(&self) {
        let mut noted = lock(&self.noted);
        let newest = self.lock().newest;
        if newest <= *noted {
            return;
        }
        match write_last_number(&self.folder, newest) {
            Ok(()) => *noted = newest,
            Err(error) => {
                warn!(folder = %self.folder.display(), %error, "the number {newest} may be reused");
            }
        }
    }

    fn remove_cut_off(&self, folders: &[PathBuf]) {
        if !folders.is_empty() {
            self.note_number();
        }
        for folder in folders {
            match remove(folder) {
                Ok(()) => info!(folder = %folder.display(), "removed a report cut off by a crash"),
                Err(error) => warn!(folder = %folder.display(), %error, "left alone"),
            }
        }
    }

    pub(super) fn clear_away(&self, now: u64) {
        let state = self.lock();
        let oldest = now.saturating_sub(u64::from(state.settings.keep_days) * 86_400);
        let old: Vec<u64> = state.reports.values().filter(|it| it.at < oldest).map(|it| it.id).collect();
        drop(state);
        for id in old {
            if let Err(error) = self.remove(id) {
                warn!(%error, "could not remove an old report");
            }
        }
    }

    /// Makes a folder of the report's own.
    fn make(&self, folder: &Path) -> io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        fs::create_dir(folder)
    }

    /// Whether one more may be made, by an operator or, sealed, by a player.
    pub(super) fn check_room(&self, is_sealed: bool) -> Result<(), ReportsError> {
        self.lock().check_room(is_sealed)
    }

    fn next_id(&self, is_sealed: bool) -> Result<u64, ReportsError> {
        let mut state = self.lock();
        state.check_room(is_sealed)?;
        state.newest = state.newest.saturating_add(1);
        Ok(state.newest)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

impl State {
    /// Players' reports have half of the bytes, so that they leave operators the other half.
    fn check_room(&self, is_sealed: bool) -> Result<(), ReportsError> {
        let bytes = |reports: &mut dyn Iterator<Item = &Report>| -> u64 {
            reports.map(|report| report.bytes.max(BYTES_MIN)).sum()
        };
        let limit = self.settings.bytes_max;
        if bytes(&mut self.reports.values()) >= limit {
            return Err(ReportsError::Full { limit });
        }
        let share = limit / 2;
        let of_players = bytes(&mut self.reports.values().filter(|report| report.sealed.is_some()));
        if is_sealed && of_players >= share {
            return Err(ReportsError::PlayersShareFull { share });
        }
        Ok(())
    }
}

/// The contents of a folder.
struct Contents {
    reports: BTreeMap<u64, Report>,
    /// The highest number that anything in it has.
    newest: u64,
    /// Of reports that are not whole.
    cut_off: Vec<PathBuf>,
}

/// Each change is whole before anything can panic, so poison means nothing.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Has the highest number that was given, as soon as a report was removed.
const LAST_NUMBER_FILE: &str = "last_number";
/// The smallest size of a report on the disk, which allocates whole blocks.
const BYTES_MIN: u64 = 16_384;

/// Writes everything of a report, or leaves nothing of it.
fn fill(folder: &Path, report: &mut Report, evidence: &Evidence) -> io::Result<()> {
    write(folder, report, evidence).inspect_err(|_| {
        let _ = remove(folder);
    })
}

fn write(folder: &Path, report: &mut Report, evidence: &Evidence) -> io::Result<()> {
    match evidence {
        Evidence::Excerpt(excerpt) => {
            let index = excerpt.write(folder)?;
            (report.tracks, report.bytes) = (index.tracks.len(), index.bytes);
        }
        Evidence::Sealed(sealed) => {
            replace_file(&folder.join(Report::SEALED_FILE), sealed)?;
            (report.sealed, report.bytes) = (Some(Report::SEALED_FILE.into()), sealed.len() as u64);
        }
    }
    report.write(folder)
}

fn write_last_number(folder: &Path, id: u64) -> io::Result<()> {
    replace_file(&folder.join(LAST_NUMBER_FILE), format!("{id}\n").as_bytes())
}

/// 0 if no report was ever removed, or if unknown.
fn read_last_number(folder: &Path) -> u64 {
    let text = fs::read_to_string(folder.join(LAST_NUMBER_FILE)).unwrap_or_default();
    text.trim().parse().unwrap_or(0)
}

/// Removes a report. The file that marks it as a report goes first.
fn remove(folder: &Path) -> io::Result<()> {
    match fs::remove_file(folder.join(Report::FILE)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    match fs::remove_file(folder.join(Report::SEALED_FILE)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    remove_recording(folder)
}

/// Foreign and unreadable files are left alone.
fn read(folder: &Path) -> io::Result<Contents> {
    fs::create_dir_all(folder)?;
    let (mut reports, mut newest, mut cut_off) = (BTreeMap::new(), 0, Vec::new());
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let Some(id) = entry.file_name().to_str().and_then(|name| name.parse::<u64>().ok()) else { continue };
        newest = newest.max(id);
        let path = entry.path();
        match Report::read(&path) {
            Ok(report) => drop(reports.insert(id, Report { id, ..report })),
            Err(error) if error.kind() == io::ErrorKind::NotFound => cut_off.push(path),
            Err(error) => warn!(folder = %path.display(), %error, "not a report, ignored"),
        }
    }
    Ok(Contents { reports, newest, cut_off })
}

#[cfg(test)]
mod tests {
    use std::{env, process};

    use super::*;

    #[test]
    fn players_reports_fill_their_half_and_leave_operators_theirs() {
        let folder = env::temp_dir().join(format!("consonance-shares-{}", process::id()));
        let settings =
            ReportsSettings { keep_days: 30, bytes_max: 8 * BYTES_MIN, ..ReportsSettings::default() };
        let stored = StoredReports::open(folder.clone(), settings).unwrap();
        let sealed = Evidence::Sealed(Box::new([7; 100]));
        for _ in 0..4 {
            stored.check_room(true).unwrap();
            stored.write(Report::default(), &sealed).unwrap();
        }
        let full = ReportsError::PlayersShareFull { share: 4 * BYTES_MIN };
        assert_eq!(stored.check_room(true), Err(full.clone()));
        assert_eq!(stored.write(Report::default(), &sealed), Err(full));
        assert_eq!(stored.check_room(false), Ok(()), "operators have their half");
        stored.remove(1).unwrap();
        assert_eq!(stored.check_room(true), Ok(()));
        fs::remove_dir_all(folder).unwrap();
    }
}
