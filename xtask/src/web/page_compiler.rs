//! A compiler for pages: this toolchain where it has the target, or a distribution's, which brings the source of the
//! standard library.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command;
use crate::distribution_compiler::DistributionCompiler;
use crate::failure::Failure;

#[derive(Debug)]
pub(super) struct PageCompiler {
    /// The first line of its version information.
    pub(super) version: String,
    /// Compiles the standard library with the page; `None` where the toolchain has it already.
    pub(super) library: Option<Library>,
}

/// The compiler and the linker that build the standard library, too.
#[derive(Debug)]
pub(super) struct Library {
    compiler: DistributionCompiler,
    linker: PathBuf,
}

impl PageCompiler {
    /// The compiler of this version; where that is not installed, the first that can compile for pages.
    ///
    /// # Errors
    /// [`Failure`] where the toolchain's own compiler cannot be asked.
    pub(super) fn find(root: &Path, version: &str) -> Result<Option<Self>, Failure> {
        let mut installed: Vec<Self> =
            Self::of_toolchain(root)?.into_iter().chain(Self::of_distribution(Path::new("/usr"))).collect();
        Ok(position_of(installed.iter().map(|compiler| &*compiler.version), version)
            .map(|place| installed.swap_remove(place)))
    }

    /// The toolchain's own compiler, if it has the target.
    fn of_toolchain(root: &Path) -> Result<Option<Self>, Failure> {
        let own = |arguments: &[&'static str]| {
            command::capture(&mut command::rustc(root, arguments.iter().copied()))
        };
        let folder = own(&["--print", "target-libdir", "--target", "wasm32-unknown-unknown"])?;
        if !Path::new(folder.trim()).is_dir() {
            return Ok(None);
        }
        Ok(Some(Self { version: own(&["--version"])?.trim().to_owned(), library: None }))
    }

    /// The compiler that a distribution installs below this folder.
    fn of_distribution(prefix: &Path) -> Option<Self> {
        let linker = Some(prefix.join("bin/wasm-ld-19")).filter(|linker| linker.is_file())?;
        let compiler = DistributionCompiler::below(prefix)?;
        Some(Self { version: compiler.version.clone(), library: Some(Library { compiler, linker }) })
    }

    /// Configures cargo to use it, and returns the flags that rustc needs besides.
    pub(super) fn configure(&self, cargo: &mut Command) -> Vec<String> {
        let Some(Library { compiler, linker }) = &self.library else { return Vec::new() };
        compiler.configure(cargo, "std,panic_abort");
        vec![compiler.remapping(), format!("-Clinker={}", linker.display()), "-Clinker-flavor=wasm-ld".into()]
    }
}

/// The index of the wanted version in the list, or the first index where it is missing; `None` for an empty list.
fn position_of<'v>(mut versions: impl ExactSizeIterator<Item = &'v str>, wanted: &str) -> Option<usize> {
    let first = (versions.len() > 0).then_some(0);
    versions.position(|version| version == wanted).or(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_compiler_that_made_the_file_takes_precedence() {
        let find = |versions: &[&'static str]| position_of(versions.iter().copied(), "rustc 2");
        assert_eq!(find(&["rustc 1", "rustc 2"]), Some(1));
        assert_eq!(find(&["rustc 1"]), Some(0));
        assert_eq!(find(&[]), None);
    }

    #[test]
    fn where_nothing_is_installed_there_is_no_compiler_of_the_distribution() {
        assert!(PageCompiler::of_distribution(Path::new("/nowhere")).is_none());
    }

    #[test]
    fn a_toolchain_with_the_target_needs_no_flags_and_one_without_brings_the_library() {
        let mut cargo = Command::new("cargo");
        let own = PageCompiler { version: "rustc 1".into(), library: None };
        assert_eq!(own.configure(&mut cargo), [""; 0]);
        assert_eq!((cargo.get_args().count(), cargo.get_envs().count()), (0, 0));
        let [rustc, source, linker] = ["/r", "/s", "/l"].map(PathBuf::from);
        let compiler = DistributionCompiler { version: "rustc 2".into(), rustc, source };
        let with_library =
            PageCompiler { version: "rustc 2".into(), library: Some(Library { compiler, linker }) };
        let flags = with_library.configure(&mut cargo);
        assert_eq!(flags, ["--remap-path-prefix=/s=/library", "-Clinker=/l", "-Clinker-flavor=wasm-ld"]);
        assert_eq!(command::line(&cargo), "RUSTC='/r' RUSTC_BOOTSTRAP='1' cargo -Zbuild-std=std,panic_abort");
    }
}
