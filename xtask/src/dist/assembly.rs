//! The library for C#, compiled so that every runtime loads it, and the same sources give the same bytes.

use std::fs;
use std::path::{Path, PathBuf};

use super::release::Release;
use super::tree;
use crate::dotnet::{Build, Part, Toolchain, files};
use crate::failure::Failure;

/// The assembly, and what editors show about it.
#[derive(PartialEq, Eq)]
pub(super) struct Assembly {
    pub(super) assembly: Vec<u8>,
    /// The documentation, as XML.
    pub(super) documents: Vec<u8>,
}

impl Assembly {
    /// Compiles it by Roslyn.
    ///
    /// # Errors
    /// [`Failure`] if it does not compile.
    pub(super) fn build(release: &Release, toolchain: &Toolchain) -> Result<Self, Failure> {
        let work = release.work.join("assembly");
        tree::empty(&work)?;
        let names = work.join("AssemblyInfo.cs");
        let text =
            release.read_text("packaging/nuget/AssemblyInfo.cs")?.replace("@VERSION@", &release.version);
        fs::write(&names, text).map_err(|cause| Failure::File { path: names.clone(), cause })?;
        let mut sources = sources(&release.root)?;
        sources.push(names);
        let part = Part { output: "Consonance.dll".to_owned(), sources, ..Part::default() }.documented();
        let output = work.join(&part.output);
        toolchain.compile(Build::Roslyn, &work, &[part])?;
        let read =
            |path: &Path| fs::read(path).map_err(|cause| Failure::File { path: path.to_owned(), cause });
        Ok(Self { assembly: read(&output)?, documents: read(&output.with_extension("xml"))? })
    }
}

/// The sources of the library.
///
/// # Errors
/// [`Failure::File`].
pub(super) fn sources(root: &Path) -> Result<Vec<PathBuf>, Failure> {
    files(&root.join(FOLDER), "cs")
}

/// Their folder in the repository.
pub(super) const FOLDER: &str = "dotnet/Consonance";
