//! Files that cannot be decrypted: each is told, and the others are decrypted all the same.

use std::fmt;
use std::path::Path;

use crate::devices::shown;
use crate::logging::complain;

/// Why a file cannot be decrypted.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Failure {
    /// A word that does not change, for scripts.
    pub(super) code: &'static str,
    pub(super) text: String,
}

impl Failure {
    pub(super) fn new(code: &'static str, text: impl fmt::Display) -> Self {
        Self { code, text: text.to_string() }
    }

    /// A file that cannot be read, or a folder that cannot be written to.
    pub(super) fn of_files(text: impl fmt::Display) -> Self {
        Self::new("file", text)
    }
}

/// The files that could not be decrypted.
#[derive(Debug, Default)]
pub(super) struct Failures {
    told: Vec<String>,
}

impl Failures {
    /// Notes a failure.
    pub(super) fn note(&mut self, file: &Path, result: Result<(), Failure>) {
        if let Err(Failure { code, text }) = result {
            self.told.push(format!("not decrypted [{code}]: {}: {text}", shown(&file.display().to_string())));
        }
    }

    /// # Errors
    /// If there was a failure: several are told one by one before.
    pub(super) fn result(self) -> Result<(), String> {
        match &*self.told {
            [] => Ok(()),
            [only] => Err(only.clone()),
            several => {
                several.iter().for_each(complain);
                Err(format!("{} files could not be decrypted", several.len()))
            }
        }
    }
}
