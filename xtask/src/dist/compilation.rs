//! A package, compiled for a target as `cargo build --release` does, without this machine's folders in it.

use std::process::Stdio;

use super::contents::Contents;
use super::part;
use super::release::Release;
use crate::command;
use crate::cross_target::CrossTarget;
use crate::distribution_compiler::DistributionCompiler;
use crate::failure::Failure;
use crate::licences::Linked;
use crate::remapping;

/// A package, and what cargo makes of it.
pub(super) struct Compilation<'c> {
    pub(super) package: &'static str,
    /// An `application` or a `library`.
    pub(super) kind: &'static str,
    pub(super) target: &'static CrossTarget,
    pub(super) compiler: &'c DistributionCompiler,
}

impl Compilation<'_> {
    /// Runs cargo with these words, and gives these flags to the compiler for the package alone; tells what is in it.
    ///
    /// # Errors
    /// [`Failure`] if it does not compile, or something in it has no licence that is good for us.
    pub(super) fn run(&self, release: &Release, words: &[&str], own: &[String]) -> Result<Contents, Failure> {
        let Self { package, kind, target, compiler } = *self;
        let mut flags = remapping::flags(&[&release.root, &release.work]);
        flags.push(compiler.remapping());
        if target.is_windows() {
            // Otherwise the program has the time of its linking inside.
            flags.push("-Clink-arg=-Wl,--no-insert-timestamp".to_owned());
        }
        let folders = (&*release.root, &*release.work);
        let arguments =
            [words, &["--release", "--locked", "--package", package, "--message-format", FORMAT]].concat();
        let mut cargo = target.cargo(compiler, "std,panic_unwind", &flags, folders, &arguments)?;
        if !own.is_empty() {
            cargo.arg("--").args(own);
        }
        let messages = command::capture(cargo.stderr(Stdio::inherit()))?;
        let linked = Linked::of(&release.root, package, target.name)?;
        let mut parts = part::of_library(compiler, &messages, &linked)?;
        parts.extend(part::of_target(target)?);
        Ok(Contents { name: package, kind, linked, parts })
    }
}

const FORMAT: &str = "json-render-diagnostics";
