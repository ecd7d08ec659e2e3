//! The workspaces of this repository that pieces are compiled from.

use std::path::{Path, PathBuf};

/// A workspace of this repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sources {
    /// The workspace of the command and the libraries.
    Main,
    /// The workspace of the module for Python.
    Python,
}

impl Sources {
    /// Its folder in the repository, or the one of its builds among those of all.
    pub(super) fn below(self, folder: &Path) -> PathBuf {
        match self {
            Self::Main => folder.to_owned(),
            Self::Python => folder.join("python"),
        }
    }

    /// The lock file, in the repository.
    pub(super) fn lock(self) -> &'static str {
        match self {
            Self::Main => "Cargo.lock",
            Self::Python => "python/Cargo.lock",
        }
    }

    /// The environment variables of a build. The Python module is for any interpreter, which itself provides Python's
    /// functions.
    pub(super) fn variables(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Main => &[],
            Self::Python => &[("PYO3_NO_PYTHON", "1"), ("PYO3_BUILD_EXTENSION_MODULE", "1")],
        }
    }
}
