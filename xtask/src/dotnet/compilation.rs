//! The options of a C# compilation. Both compilers take those of `csc`.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// The version of C# 7 that `mcs` supports.
pub(super) const OLD_LANGUAGE: &str = "7";
/// The version that Unity 2018 compiles.
pub(super) const NEW_LANGUAGE: &str = "7.3";

/// One assembly, of some sources. A warning counts as an error.
#[derive(Debug)]
pub(crate) struct Compilation<'c> {
    pub(crate) sources: &'c [PathBuf],
    /// Assemblies besides those of the runtime.
    pub(crate) references: &'c [PathBuf],
    /// Symbols for `#if`.
    pub(crate) defines: &'c [String],
    /// Whether a public item without a document is an error.
    pub(crate) is_documented: bool,
    /// The numbers of warnings that do not count.
    pub(crate) ignored_warnings: &'c [&'c str],
    /// A program where it ends with `.exe`, otherwise a library.
    pub(crate) output: &'c Path,
}

impl Compilation<'_> {
    /// Writes the options to a file beside the output, and returns its path.
    ///
    /// # Errors
    /// [`Failure::File`].
    pub(super) fn write(&self, language: &str, runtime: &[PathBuf]) -> Result<PathBuf, Failure> {
        let path = self.output.with_extension("rsp");
        fs::write(&path, self.options(language, runtime))
            .map_err(|cause| Failure::File { path: path.clone(), cause })?;
        Ok(path)
    }

    /// One option a line: a command line of its own would be too long to show. `runtime` are the assemblies that the
    /// language itself needs.
    fn options(&self, language: &str, runtime: &[PathBuf]) -> String {
        let is_program = self.output.extension().is_some_and(|extension| extension == "exe");
        let target = if is_program { "exe" } else { "library" };
        let mut text = format!(
            "-nostdlib\n-langversion:{language}\n-warnaserror+\n-optimize+\n-deterministic+\n-target:{target}\n"
        );
        let mut line = |option: &str, path: &Path| {
            let _ = writeln!(text, "{option}\"{}\"", path.display());
        };
        line("-out:", self.output);
        if !self.ignored_warnings.is_empty() {
            line("-nowarn:", Path::new(&self.ignored_warnings.join(",")));
        }
        if self.is_documented {
            line("-doc:", &self.output.with_extension("xml"));
        }
        for reference in runtime.iter().chain(self.references) {
            line("-r:", reference);
        }
        for define in self.defines {
            line("-define:", Path::new(define));
        }
        for source in self.sources {
            line("", source);
        }
        text
    }
}

/// All files in a folder and below that end with `.` and the extension, sorted; none where there is no such folder.
///
/// # Errors
/// [`Failure::File`].
pub(crate) fn files(folder: &Path, extension: &str) -> Result<Vec<PathBuf>, Failure> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let unreadable = |cause| Failure::File { path: folder.to_owned(), cause };
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.is_dir() {
            found.extend(files(&path, extension)?);
        } else if path.extension().is_some_and(|found| found == extension) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::{env, process};

    use super::*;

    fn options(output: &str, is_documented: bool, ignored_warnings: &[&str]) -> String {
        let compilation = Compilation {
            sources: &["a b/One.cs".into()],
            references: &["out/Consonance.dll".into()],
            defines: &["UNITY_EDITOR".to_owned()],
            is_documented,
            ignored_warnings,
            output: Path::new(output),
        };
        compilation.options("7.3", &["api/mscorlib.dll".into()])
    }

    #[test]
    fn a_program_is_named_by_its_suffix_and_refers_to_the_runtime_first() {
        assert_eq!(
            options("out/Tests.exe", false, &[]),
            "-nostdlib\n-langversion:7.3\n-warnaserror+\n-optimize+\n-deterministic+\n-target:exe\n-out:\"out/Tests.exe\"\n\
             -r:\"api/mscorlib.dll\"\n-r:\"out/Consonance.dll\"\n-define:\"UNITY_EDITOR\"\n\"a b/One.cs\"\n"
        );
    }

    #[test]
    fn documents_are_checked_where_they_are_written_and_some_warnings_do_not_count() {
        let options = options("out/Consonance.Unity.dll", true, &["0169", "0649"]);
        assert!(options.contains("-target:library\n"), "{options}");
        assert!(options.contains("-doc:\"out/Consonance.Unity.xml\"\n"), "{options}");
        assert!(options.contains("-nowarn:\"0169,0649\"\n"), "{options}");
    }

    #[test]
    fn files_are_all_below_a_folder_and_a_missing_folder_has_none() {
        let folder = env::temp_dir().join(format!("consonance-files-{}", process::id()));
        fs::create_dir_all(folder.join("b")).unwrap();
        for name in ["c.cs", "b/a.cs", "b/notes.md"] {
            fs::write(folder.join(name), "").unwrap();
        }
        assert_eq!(files(&folder, "cs").unwrap(), [folder.join("b/a.cs"), folder.join("c.cs")]);
        assert!(files(&folder.join("none"), "cs").unwrap().is_empty());
        fs::remove_dir_all(folder).unwrap();
    }
}
