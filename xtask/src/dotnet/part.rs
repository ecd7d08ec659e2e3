//! The assemblies of a suite.

use std::path::{Path, PathBuf};

use super::compilation::{Compilation, sources};
use super::toolchain::{Build, Toolchain};
use crate::failure::Failure;

/// One assembly.
#[derive(Debug)]
pub(crate) struct Part {
    /// Its file name; a program ends with `.exe`.
    pub(crate) output: &'static str,
    /// All sources in these folders of the checkout, and below.
    pub(crate) folders: &'static [&'static str],
    /// Other parts that it refers to.
    pub(crate) references: &'static [&'static str],
    /// Symbols for `#if`.
    pub(crate) defines: &'static [&'static str],
    /// Whether a public item without a document is an error.
    pub(crate) is_documented: bool,
}

impl Part {
    /// Compiles it into a folder, where its references are already, and gives its path.
    ///
    /// # Errors
    /// [`Failure::NoSources`]; as [`Toolchain::compile`].
    pub(super) fn compile(
        &self,
        toolchain: &Toolchain,
        build: Build,
        root: &Path,
        folder: &Path,
    ) -> Result<PathBuf, Failure> {
        let references: Vec<PathBuf> = self.references.iter().map(|name| folder.join(name)).collect();
        let output = folder.join(self.output);
        let compilation = Compilation {
            sources: &self.sources(root)?,
            references: &references,
            defines: self.defines,
            is_documented: self.is_documented,
            output: &output,
        };
        toolchain.compile(build, &compilation)?;
        Ok(output)
    }

    fn sources(&self, root: &Path) -> Result<Vec<PathBuf>, Failure> {
        let mut found = Vec::new();
        for folder in self.folders {
            let path = root.join(folder);
            let here = sources(&path)?;
            if here.is_empty() {
                return Err(Failure::NoSources(path));
            }
            found.extend(here);
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace_root;

    #[test]
    fn a_folder_that_has_moved_away_is_an_error() {
        let root = workspace_root::find().unwrap();
        let part =
            |folders| Part { output: "it.dll", folders, references: &[], defines: &[], is_documented: false };
        assert_eq!(part(&["xtask/src/dotnet"]).sources(&root).unwrap().len(), 1);
        let failure = part(&["xtask/src/dotnet", "xtask/src/no-such-folder"]).sources(&root).unwrap_err();
        assert!(matches!(failure, Failure::NoSources(_)), "{failure}");
    }
}
