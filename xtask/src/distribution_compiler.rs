//! The compiler that a distribution packages together with the source of the standard library, which it then compiles
//! for any target: Debian's `rustc-web` and `rust-web-src`.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command;

/// The compiler, and the source that belongs to it.
#[derive(Clone, Debug)]
pub(crate) struct DistributionCompiler {
    /// The first line of its version information.
    pub(crate) version: String,
    pub(crate) rustc: PathBuf,
    /// The folder with the library's source.
    pub(crate) source: PathBuf,
}

impl DistributionCompiler {
    /// The compiler that is installed below a folder, usually `/usr`.
    pub(crate) fn below(prefix: &Path) -> Option<Self> {
        let rustc = prefix.join("bin/rustc");
        let source = prefix.join("lib/rustlib/src/rust");
        if !source.join("library/std/Cargo.toml").is_file() {
            return None;
        }
        let version = command::capture(Command::new(&rustc).arg("--version")).ok()?.trim().to_owned();
        // The path is a link, and panic messages would contain its target.
        let source = source.canonicalize().ok()?;
        Some(Self { version, rustc, source })
    }

    /// Has cargo use it, and compile these crates of the library, too.
    pub(crate) fn configure(&self, cargo: &mut Command, library: &str) {
        // Building the standard library with cargo is not stable yet.
        cargo.env("RUSTC", &self.rustc).env("RUSTC_BOOTSTRAP", "1").arg(format!("-Zbuild-std={library}"));
    }

    /// The flag that names the library's source as it is called everywhere.
    pub(crate) fn remapping(&self) -> String {
        format!("--remap-path-prefix={}=/library", self.source.display())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_nothing_is_installed_there_is_no_compiler_of_the_distribution() {
        assert!(DistributionCompiler::below(Path::new("/nowhere")).is_none());
    }
}
