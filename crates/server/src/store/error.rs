//! Why a database cannot be used.

use std::io;
use std::path::{Path, PathBuf};

use crate::threads::ThreadSpawnError;

/// Why a database cannot be used, and what to do about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The folder cannot be made or used.
    #[error(
        "the storage folder {} cannot be used: {what}; allow this user to write there, or choose another \
         one with `storage.folder`",
        folder.display()
    )]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// The error from the operating system.
        what: String,
    },
    /// Another process has it open.
    #[error(
        "the database {} is in use by another server: stop that one, or give this one its own storage folder",
        file.display()
    )]
    InUse {
        /// The database.
        file: PathBuf,
    },
    /// The file is not a database, or it is incomplete.
    #[error(
        "the database {} is damaged ({what}): restore it from a backup, or move it away to start with an \
         empty one; it holds bans, mutes and the audit log",
        file.display()
    )]
    Damaged {
        /// The database.
        file: PathBuf,
        /// A description of the damage.
        what: String,
    },
    /// A later version has written it.
    #[error(
        "the database {} has the unknown format {found:?}: start the version that wrote it, or a later one",
        file.display()
    )]
    TooNew {
        /// The database.
        file: PathBuf,
        /// The form that it says it has.
        found: String,
    },
    /// The disk or the system refuses.
    #[error("cannot read or write the database {}: {what}", file.display())]
    Disk {
        /// The database.
        file: PathBuf,
        /// The error from the operating system.
        what: String,
    },
    /// No thread would write to it.
    #[error(transparent)]
    ThreadSpawnError(#[from] ThreadSpawnError),
}

impl StoreError {
    /// A word for what failed, for logs and bindings: unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Folder { .. } => "folder",
            Self::InUse { .. } => "in-use",
            Self::Damaged { .. } => "damaged",
            Self::TooNew { .. } => "too-new",
            Self::Disk { .. } => "disk",
            Self::ThreadSpawnError(_) => "no-thread",
        }
    }
}

impl StoreError {
    pub(super) fn folder(folder: &Path, error: &io::Error) -> Self {
        Self::Folder { folder: folder.to_owned(), what: error.to_string() }
    }

    pub(super) fn disk(file: &Path, error: &io::Error) -> Self {
        Self::Disk { file: file.to_owned(), what: error.to_string() }
    }

    pub(crate) fn damaged(file: &Path, what: &(impl ToString + ?Sized)) -> Self {
        Self::Damaged { file: file.to_owned(), what: what.to_string() }
    }

    /// Converts an error of the database library.
    pub(super) fn of(file: &Path, error: redb::Error) -> Self {
        match error {
            redb::Error::DatabaseAlreadyOpen => Self::InUse { file: file.to_owned() },
            redb::Error::Io(error)
                if error.kind() != io::ErrorKind::InvalidData
                    && error.kind() != io::ErrorKind::UnexpectedEof =>
            {
                Self::disk(file, &error)
            }
            other => Self::damaged(file, &other),
        }
    }
}
