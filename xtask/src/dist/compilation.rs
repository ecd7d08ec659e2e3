//! A package, compiled for a target as `cargo build --release` does, without this machine's folders in it.

use std::fs;
use std::path::PathBuf;
use std::process::Stdio;

use super::contents::Contents;
use super::part;
use super::release::Release;
use super::sources::Sources;
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
    /// The workspace of the package.
    pub(super) sources: Sources,
    pub(super) target: &'static CrossTarget,
    pub(super) compiler: &'c DistributionCompiler,
}

impl Compilation<'_> {
    /// Runs cargo with these words, and passes these flags to the compiler for the package alone; returns its contents.
    ///
    /// # Errors
    /// [`Failure`] if it does not compile, or something in it has no licence that is good for us.
    pub(super) fn run(&self, release: &Release, words: &[&str], own: &[String]) -> Result<Contents, Failure> {
        let Self { package, kind, sources, target, compiler } = *self;
        let mut flags = remapping::flags(&[&release.root, &release.work]);
        flags.push(compiler.remapping());
        if target.is_windows() {
            // Otherwise the program would contain its link time.
            flags.push("-Clink-arg=-Wl,--no-insert-timestamp".to_owned());
        }
        let (root, work) = (sources.below(&release.root), self.folder(release));
        let arguments =
            [words, &["--release", "--locked", "--package", package, "--message-format", FORMAT]].concat();
        let mut cargo = target.cargo(compiler, "std,panic_unwind", &flags, (&root, &work), &arguments)?;
        cargo.envs(sources.variables().iter().copied());
        if !own.is_empty() {
            cargo.arg("--").args(own);
        }
        let messages = command::capture(cargo.stderr(Stdio::inherit()))?;
        let linked = Linked::of(&root, package, target.name)?;
        let mut parts = part::of_library(compiler, &messages, &linked)?;
        parts.extend(part::of_target(target)?);
        Ok(Contents { name: package, kind, sources, linked, parts })
    }

    /// The folder in which cargo builds.
    fn folder(&self, release: &Release) -> PathBuf {
        self.sources.below(&release.work)
    }

    /// A file that it has built.
    ///
    /// # Errors
    /// [`Failure::File`].
    pub(super) fn read(&self, release: &Release, name: &str) -> Result<Vec<u8>, Failure> {
        let path = self.target.folder(&self.folder(release), "release").join(name);
        fs::read(&path).map_err(|cause| Failure::File { path, cause })
    }
}

const FORMAT: &str = "json-render-diagnostics";
