//! The folder in which Cargo has put the programs that it built.

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::path::{Path, PathBuf};

use crate::command;
use crate::failure::Failure;
use crate::workspace;

/// The folder of a profile's programs.
#[derive(Debug)]
pub(crate) struct Built(PathBuf);

impl Built {
    /// Programs that were built to be tested.
    ///
    /// # Errors
    /// If Cargo does not say where it builds to.
    pub(crate) fn debug(root: &Path) -> Result<Self, Failure> {
        Ok(Self(target_folder(root)?.join("debug")))
    }

    /// Programs as people run them.
    ///
    /// # Errors
    /// If Cargo does not say where it builds to.
    pub(crate) fn release(root: &Path) -> Result<Self, Failure> {
        Ok(Self(target_folder(root)?.join("release")))
    }

    /// Builds the server and a program of the package `consonance-e2e`, as people run them, and what these words name
    /// besides.
    ///
    /// # Errors
    /// [`Failure`] if one of them does not compile.
    pub(crate) fn for_trial(root: &Path, program: &str, besides: &[&str]) -> Result<Self, Failure> {
        let mut cargo = command::cargo(root, ["build", "--release"]);
        cargo.args(["--package", "consonance-cli", "--bin", "consonance"]);
        cargo.args(["--package", "consonance-e2e", "--bin", program]).args(besides);
        command::run(&mut cargo)?;
        Self::release(root)
    }

    /// Programs in this folder.
    #[cfg(test)]
    pub(crate) fn in_folder(folder: &str) -> Self {
        Self(folder.into())
    }

    /// The path of the program of this name.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.0.join(name).with_extension(std::env::consts::EXE_EXTENSION)
    }

    /// The dynamic library of this name that was built with its tests.
    pub(crate) fn library(&self, name: &str) -> PathBuf {
        self.0.join("deps").join(Self::library_name(name))
    }

    /// The file name of a dynamic library.
    pub(crate) fn library_name(name: &str) -> String {
        format!("{DLL_PREFIX}{name}{DLL_SUFFIX}")
    }

    /// A folder for a chore's output, beside those of the profiles.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.0.with_file_name(name)
    }
}

pub(crate) fn target_folder(root: &Path) -> Result<PathBuf, Failure> {
    let metadata = workspace::describe(root)?;
    Ok(metadata.target_directory.into_std_path_buf())
}
