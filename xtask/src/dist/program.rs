//! The command `consonance`, compiled for a target.

use std::fs;
use std::path::PathBuf;

use super::compilation::Compilation;
use super::contents::Contents;
use super::release::{PACKAGE, Release};
use super::sources::Sources;
use crate::cross_target::CrossTarget;
use crate::distribution_compiler::DistributionCompiler;
use crate::failure::Failure;

/// A program, and what is in it.
pub(super) struct Program {
    pub(super) target: &'static CrossTarget,
    pub(super) file: PathBuf,
    pub(super) bytes: Vec<u8>,
    pub(super) contents: Contents,
}

impl Program {
    /// Compiles it.
    ///
    /// # Errors
    /// As [`Compilation::run`].
    pub(super) fn build(
        release: &Release,
        target: &'static CrossTarget,
        compiler: &DistributionCompiler,
    ) -> Result<Self, Failure> {
        let compilation =
            Compilation { package: PACKAGE, kind: "application", sources: Sources::Main, target, compiler };
        let contents = compilation.run(release, &["build"], &[])?;
        let file = target.program(&release.work, "release", "consonance");
        let bytes = fs::read(&file).map_err(|cause| Failure::File { path: file.clone(), cause })?;
        Ok(Self { target, file, bytes, contents })
    }

    /// Its name in an archive.
    pub(super) fn name(&self) -> String {
        format!("consonance{}", self.target.suffix)
    }
}
