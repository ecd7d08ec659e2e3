//! The options of a C# compilation. Both compilers take those of `csc`.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use super::part::Part;
use crate::failure::Failure;

/// The version of C# 7 that `mcs` supports.
pub(super) const OLD_LANGUAGE: &str = "7";
/// The version that Unity 2018 compiles.
pub(super) const NEW_LANGUAGE: &str = "7.3";

impl Part {
    /// Writes the options of its compilation to a file beside the output, and returns its path.
    ///
    /// # Errors
    /// [`Failure::File`].
    pub(super) fn write_options(
        &self,
        folder: &Path,
        language: &str,
        runtime: &[PathBuf],
    ) -> Result<PathBuf, Failure> {
        let path = folder.join(&self.output).with_extension("rsp");
        fs::write(&path, self.options(folder, language, runtime))
            .map_err(|cause| Failure::File { path: path.clone(), cause })?;
        Ok(path)
    }

    /// One option a line: a command line of its own would be too long to show. `runtime` are the assemblies that the
    /// language itself needs. A warning counts as an error.
    fn options(&self, folder: &Path, language: &str, runtime: &[PathBuf]) -> String {
        let output = folder.join(&self.output);
        let target = if self.is_program() { "exe" } else { "library" };
        let mut text = format!(
            "-nostdlib\n-langversion:{language}\n-warnaserror+\n-optimize+\n-deterministic+\n-target:{target}\n"
        );
        let mut line = |option: &str, path: &Path| {
            let _ = writeln!(text, "{option}\"{}\"", path.display());
        };
        line("-out:", &output);
        if !self.ignored_warnings.is_empty() {
            line("-nowarn:", Path::new(&self.ignored_warnings.join(",")));
        }
        if self.is_documented {
            line("-doc:", &output.with_extension("xml"));
        }
        for assembly in runtime {
            line("-r:", assembly);
        }
        for name in &self.references {
            line("-r:", &folder.join(name));
        }
        for define in &self.defines {
            line("-define:", Path::new(define));
        }
        for source in &self.sources {
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

    fn options(output: &str, is_documented: bool, ignored_warnings: &'static [&'static str]) -> String {
        let part = Part {
            output: output.to_owned(),
            sources: vec!["a b/One.cs".into()],
            references: vec!["Consonance.dll".to_owned()],
            defines: vec!["UNITY_EDITOR".to_owned()],
            is_documented,
            ignored_warnings,
        };
        part.options(Path::new("out"), "7.3", &["api/mscorlib.dll".into()])
    }

    #[test]
    fn a_program_is_named_by_its_suffix_and_refers_to_the_runtime_first() {
        assert_eq!(
            options("Tests.exe", false, &[]),
            "-nostdlib\n-langversion:7.3\n-warnaserror+\n-optimize+\n-deterministic+\n-target:exe\n-out:\"out/Tests.exe\"\n\
             -r:\"api/mscorlib.dll\"\n-r:\"out/Consonance.dll\"\n-define:\"UNITY_EDITOR\"\n\"a b/One.cs\"\n"
        );
    }

    #[test]
    fn documents_are_checked_where_they_are_written_and_some_warnings_do_not_count() {
        let options = options("Consonance.Unity.dll", true, &["0169", "0649"]);
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
