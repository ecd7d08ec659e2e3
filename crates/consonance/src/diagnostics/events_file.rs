//! The log of events and counters, line by line.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime};

use super::error::DiagnosticsError;
use super::new_file;
use super::settings::DiagnosticsSettings;
use crate::event::Event;

const NAME: &str = "events.txt";

#[derive(Debug)]
pub(super) struct EventsFile {
    path: PathBuf,
    file: File,
    began: Instant,
    bytes: u64,
    max_bytes: u64,
    left_out: u64,
}

impl EventsFile {
    pub(super) fn create(
        folder: &Path,
        settings: DiagnosticsSettings,
        own_name: &str,
    ) -> Result<Self, DiagnosticsError> {
        let (path, file) = new_file::create(folder, NAME)?;
        let (began, max_bytes) = (Instant::now(), settings.max_event_bytes);
        let mut events = Self { path, file, began, bytes: 0, max_bytes, left_out: 0 };
        let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        events.write(&format!(
            "Consonance {} on {} {}, the player {own_name:?}\n\
             Begun {:.3} s after the beginning of 1970, UTC; the times below are seconds since then.\n\
             Limits: {settings:?}\n\n",
            env!("CARGO_PKG_VERSION"),
            std::env::consts::OS,
            std::env::consts::ARCH,
            since_1970.as_secs_f64(),
        ))?;
        Ok(events)
    }

    pub(super) fn event(&mut self, event: &Event) -> Result<(), DiagnosticsError> {
        let at = event.at.saturating_duration_since(self.began).as_secs_f64();
        // As the game sees it; names and texts are quoted, with invisible characters escaped.
        self.line(&format!("{at:9.3} {:?}\n", event.kind))
    }

    pub(super) fn note(&mut self, words: &str) -> Result<(), DiagnosticsError> {
        self.line(&format!("{:9.3} {words}\n", self.began.elapsed().as_secs_f64()))
    }

    /// Writes the closing lines, which may exceed the limit of the file.
    pub(super) fn end(&mut self, words: &str) -> Result<(), DiagnosticsError> {
        if self.left_out > 0 {
            let words = format!("{} events found no room in this file\n", self.left_out);
            self.write(&words)?;
        }
        self.write(words)
    }

    fn line(&mut self, line: &str) -> Result<(), DiagnosticsError> {
        if self.bytes + line.len() as u64 > self.max_bytes {
            self.left_out += 1;
            return Ok(());
        }
        self.write(line)
    }

    fn write(&mut self, words: &str) -> Result<(), DiagnosticsError> {
        self.bytes += words.len() as u64;
        self.file
            .write_all(words.as_bytes())
            .map_err(|cause: io::Error| DiagnosticsError::Write { path: self.path.clone(), cause })
    }
}
