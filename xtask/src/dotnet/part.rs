//! The assemblies of a suite.

use std::path::{Path, PathBuf};

use super::compilation::files;
use crate::failure::Failure;

/// One assembly; it is compiled into the folder in which the parts that it refers to are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Part {
    /// Its file name; a program ends with `.exe`.
    pub(crate) output: String,
    pub(crate) sources: Vec<PathBuf>,
    /// The file names of other parts, which are beside it; those of the runtime need not be named.
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
