//! The command `consonance`, compiled for a target.

use std::fs;
use std::path::PathBuf;
use std::process::Stdio;

use super::contents::Contents;
use super::part;
use super::release::{PACKAGE, Release};
use crate::command;
use crate::cross_target::CrossTarget;
use crate::distribution_compiler::DistributionCompiler;
use crate::failure::Failure;
use crate::licences::Linked;
use crate::remapping;

/// A program, and what is in it.
pub(super) struct Program {
    pub(super) target: &'static CrossTarget,
    pub(super) file: PathBuf,
    pub(super) bytes: Vec<u8>,
    pub(super) contents: Contents,
}

impl Program {
    /// Compiles it as `cargo build --release` does, without this machine's folders in it.
    ///
    /// # Errors
    /// [`Failure`] if it does not compile, or something in it has no licence that is good for us.
    pub(super) fn build(
        release: &Release,
        target: &'static CrossTarget,
        compiler: &DistributionCompiler,
    ) -> Result<Self, Failure> {
        let mut flags = remapping::flags(&[&release.root, &release.work]);
        flags.push(compiler.remapping());
        if target.is_windows() {
            // Otherwise the program has the time of its linking inside.
            flags.push("-Clink-arg=-Wl,--no-insert-timestamp".to_owned());
        }
        let folders = (&*release.root, &*release.work);
        let arguments = ["build", "--release", "--locked", "--package", PACKAGE, "--message-format", FORMAT];
        let mut cargo = target.cargo(compiler, "std,panic_unwind", &flags, folders, &arguments)?;
        let messages = command::capture(cargo.stderr(Stdio::inherit()))?;
        let file = target.program(&release.work, "release", "consonance");
        let bytes = fs::read(&file).map_err(|cause| Failure::File { path: file.clone(), cause })?;
        let linked = Linked::of(&release.root, PACKAGE, target.name)?;
        let mut parts = part::of_library(compiler, &messages, &linked)?;
        parts.extend(part::of_target(target)?);
        let contents = Contents { name: PACKAGE, kind: "application", linked, parts };
        Ok(Self { target, file, bytes, contents })
    }

    /// Its name in an archive.
    pub(super) fn name(&self) -> String {
        format!("consonance{}", self.target.suffix)
    }
}

const FORMAT: &str = "json-render-diagnostics";
