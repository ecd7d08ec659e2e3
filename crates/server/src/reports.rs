//! Reports: a player's speech just before a complaint, as files.
//!
//! A worker keeps the latest seconds of each speaker, if the operator wants that ([`ReportBufferSettings`]);
//! [`Moderation::report`](crate::moderation::Moderation::report) takes them out, and a thread of its own writes them:
//!
//! ```text
//!   reports/
//!   ├─ last_number             the last number that was given, once a report was removed
//!   └─ 17/                     the report's number
//!      ├─ report.json          who, why, when
//!      ├─ index.json           as that of a recording
//!      └─ Mallory-1.opus, …    voices that fit together
//! ```
//!
//! A report that a player of an encrypted session submits is sealed to the game's moderators: a `report.sealed` takes
//! the place of index and voices.

mod error;
mod evidence;
mod report;
mod settings;
mod stored;
mod voices;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use crate::report_buffer::ReportBufferSettings;
pub use error::ReportsError;
pub use report::Report;
pub use settings::ReportsSettings;
pub use voices::{NothingToReport, ReportedVoices};

use crate::audit::By;
use crate::recording::RecordingIndex;
use evidence::Evidence;
use stored::StoredReports;
use writer::Writer;

/// The reports of a process; a clone leads to the same ones.
#[derive(Clone, Debug)]
pub struct Reports {
    stored: Arc<StoredReports>,
    writer: Arc<Writer>,
}

impl Reports {
    /// Opens the reports in this folder, which is created if missing. Reports that a crash left half-written are
    /// removed.
    ///
    /// # Errors
    /// If the folder cannot be used, or no thread could be started.
    pub fn open(folder: impl Into<PathBuf>, settings: ReportsSettings) -> Result<Self, ReportsError> {
        let stored = Arc::new(StoredReports::open(folder.into(), settings)?);
        let writer = Arc::new(Writer::start(&stored)?);
        Ok(Self { stored, writer })
    }

    /// Follows other settings from now on.
    pub fn set_settings(&self, settings: ReportsSettings) {
        self.stored.set_settings(settings);
    }

    /// The same reports, if the settings accept some from members of encrypted sessions.
    pub fn of_members(&self) -> Option<Self> {
        self.stored.settings().from_members.then(|| self.clone())
    }

    /// The reports before this number, newest first, at most `limit`.
    pub fn list(&self, before: Option<u64>, limit: usize) -> Vec<Report> {
        self.stored.list(before, limit)
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.stored.count()
    }

    /// The report of this number.
    pub fn get(&self, id: u64) -> Option<Report> {
        self.stored.get(id)
    }

    /// The folder with the files of a report.
    pub fn folder_of(&self, id: u64) -> PathBuf {
        self.stored.folder_of(id)
    }

    /// The index of a report's tracks.
    ///
    /// # Errors
    /// If there is no such report, or its index cannot be read: one that a player has submitted has none.
    pub fn index(&self, id: u64) -> Result<RecordingIndex, ReportsError> {
        self.get(id).ok_or(ReportsError::NoReport { id })?;
        let unreadable =
            |error: crate::recording::IndexError| ReportsError::Unreadable { what: error.to_string() };
        RecordingIndex::read(&self.folder_of(id)).map_err(unreadable)
    }

    /// The file of a report's track, by the name that the index has for it; of a report that a player has submitted,
    /// the [sealed one](Report::SEALED_FILE).
    ///
    /// # Errors
    /// If there is no such report or track.
    pub fn track(&self, id: u64, file: &str) -> Result<PathBuf, ReportsError> {
        if file == Report::SEALED_FILE && self.get(id).is_some_and(|report| report.sealed.is_some()) {
            return Ok(self.folder_of(id).join(Report::SEALED_FILE));
        }
        let index = self.index(id)?;
        index.path_of(&self.folder_of(id), file).ok_or(ReportsError::NoTrack { id, file: file.to_owned() })
    }

    /// Removes a report with its files.
    ///
    /// # Errors
    /// If there is none of this number, or a file cannot be removed.
    pub(crate) fn remove(&self, id: u64) -> Result<Report, ReportsError> {
        self.stored.remove(id)
    }

    /// Removes reports that are too old at this time in seconds since 1970.
    pub fn clear_away(&self, now: u64) {
        self.stored.clear_away(now);
    }

    /// Stores a report, made at this time in seconds since 1970. Another thread writes it, and the call waits for
    /// that: usually some milliseconds, and five seconds if the disk hangs.
    ///
    /// # Errors
    /// If all reports together are too large already, or the disk does not take it.
    pub fn add(&self, now: u64, by: &By, voices: ReportedVoices) -> Result<Report, ReportsError> {
        let ReportedVoices { session, player, subject, excerpt } = voices;
        let (by, reason) = (by.actor.clone(), by.reason.clone());
        let report = Report { at: now, session, player, subject, by, reason, ..Report::default() };
        self.writer.write(report, Evidence::Excerpt(excerpt))
    }

    /// Stores a player's submission, sealed to the game's moderators, at this time in seconds since 1970. Another
    /// thread writes it; the call does not wait.
    ///
    /// # Errors
    /// If all reports together, or those of players, are too large already, or too many wait for the disk.
    pub(crate) fn add_sealed(
        &self,
        now: u64,
        session: &str,
        by: String,
        sealed: Box<[u8]>,
    ) -> Result<(), ReportsError> {
        self.stored.check_room(true)?;
        let report = Report { at: now, session: session.to_owned(), by, ..Report::default() };
        self.writer.post(report, Evidence::Sealed(sealed)).map(drop)
    }
}

/// The folder of the reports of a server with this storage folder.
pub fn folder_in(storage: &Path) -> PathBuf {
    storage.join("reports")
}

#[cfg(test)]
mod tests {
    use std::{env, fs, process};

    use super::*;
    use crate::threads::tests::with_threads;

    #[test]
    fn reports_whose_thread_cannot_be_started_are_an_error_before_the_first_report() {
        let folder = env::temp_dir().join(format!("consonance-reports-{}", process::id()));
        let opened = with_threads(0, || Reports::open(&folder, ReportsSettings::default()));
        assert!(matches!(opened, Err(ReportsError::ThreadSpawnError(_))), "{opened:?}");
        fs::remove_dir_all(folder).unwrap();
    }
}
