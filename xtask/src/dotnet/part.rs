//! The assemblies of a suite.

use std::path::{Path, PathBuf};

use super::compilation::{Compilation, files};
use crate::failure::Failure;

/// One assembly.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Part {
    /// Its file name; a program ends with `.exe`.
    pub(crate) output: String,
    pub(crate) sources: Vec<PathBuf>,
    /// The file names of other parts.
    pub(crate) references: Vec<String>,
    /// Symbols for `#if`.
    pub(crate) defines: Vec<String>,
    /// Whether a public item without a document is an error.
    pub(crate) is_documented: bool,
    /// The numbers of warnings that do not count.
    pub(crate) ignored_warnings: &'static [&'static str],
}

impl Part {
    /// A part made of all sources in these folders of the checkout, and below.
    ///
    /// # Errors
    /// [`Failure::NoSources`] where one of them has none: it has moved away.
    pub(crate) fn new(output: impl Into<String>, root: &Path, folders: &[&str]) -> Result<Self, Failure> {
        let mut sources = Vec::new();
        for folder in folders {
            let path = root.join(folder);
            let here = files(&path, "cs")?;
            if here.is_empty() {
                return Err(Failure::NoSources(path));
            }
            sources.extend(here);
        }
        Ok(Self { output: output.into(), sources, ..Self::default() })
    }

    /// Adds references to these parts.
    pub(crate) fn with_references<'n>(mut self, names: impl IntoIterator<Item = &'n str>) -> Self {
        self.references.extend(names.into_iter().map(str::to_owned));
        self
    }

    /// Public items need documents.
    pub(crate) fn documented(mut self) -> Self {
        self.is_documented = true;
        self
    }

    /// Whether it is run.
    pub(crate) fn is_program(&self) -> bool {
        Path::new(&self.output).extension().is_some_and(|extension| extension == "exe")
    }

    /// The paths of its output and of its references in this folder.
    pub(super) fn paths(&self, folder: &Path) -> PartPaths {
        let references = self.references.iter().map(|name| folder.join(name)).collect();
        PartPaths { output: folder.join(&self.output), references }
    }

    /// The compilation with these paths.
    pub(super) fn compilation<'c>(&'c self, paths: &'c PartPaths) -> Compilation<'c> {
        Compilation {
            sources: &self.sources,
            references: &paths.references,
            defines: &self.defines,
            is_documented: self.is_documented,
            ignored_warnings: self.ignored_warnings,
            output: &paths.output,
        }
    }
}

/// The files of a part in a folder.
#[derive(Debug)]
pub(super) struct PartPaths {
    pub(super) output: PathBuf,
    references: Vec<PathBuf>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace_root;

    #[test]
    fn a_folder_that_has_moved_away_is_an_error() {
        let root = workspace_root::find().unwrap();
        let part = Part::new("it.dll", &root, &["xtask/src/dotnet"]).unwrap();
        assert_eq!(part.sources, [root.join("xtask/src/dotnet/roslyn/Compiler.cs")]);
        let failure = Part::new("it.dll", &root, &["xtask/src/dotnet", "xtask/src/nowhere"]).unwrap_err();
        assert!(matches!(failure, Failure::NoSources(_)), "{failure}");
    }
}
