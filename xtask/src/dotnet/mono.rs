//! Mono: a compiler, and a runtime that compiles just in time, or ahead of time.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::lock::{FolderLock, LOCK};
use crate::command;
use crate::failure::Failure;

/// Mono as it is installed here.
#[derive(Debug)]
pub(super) struct Mono {
    /// Its own assemblies.
    assemblies: PathBuf,
    /// The assemblies of .NET Framework 4.7.2, without bodies: the API of Unity 2018, and the common part of all
    /// runtimes.
    api: PathBuf,
    /// The folder of its assemblies that are compiled ahead of time.
    compiled: PathBuf,
}

impl Mono {
    /// Finds the installed Mono; `folder` is for assemblies that are compiled ahead of time.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] where Mono, or a part of it, is missing.
    pub(super) fn find(folder: &Path) -> Result<Self, Failure> {
        let missing = || Failure::Unavailable { what: "Mono", why: format!("apt-get install {PACKAGE}") };
        let path = env::var_os("PATH").unwrap_or_default();
        let library = env::split_paths(&path)
            .filter(|folder| folder.join("mono").is_file() && folder.join("mcs").is_file())
            .map(|folder| folder.with_file_name("lib").join("mono"))
            .find(|library| library.join(API).is_dir())
            .ok_or_else(missing)?;
        let compiled = folder.join("mono-compiled");
        Ok(Self { assemblies: library.join("4.5"), api: library.join(API), compiled })
    }

    /// The assemblies that sources are compiled against.
    pub(super) fn api(&self) -> Vec<PathBuf> {
        ["mscorlib", "System", "System.Core"].map(|name| self.api_of(name)).into()
    }

    /// The path of one of these assemblies, or of another one of the same kind.
    pub(super) fn api_of(&self, name: &str) -> PathBuf {
        self.api.join(format!("{name}.dll"))
    }

    /// Its compiler, whose options are in a file.
    pub(super) fn compiler(options: &Path) -> Command {
        let mut command = Command::new("mcs");
        command.arg("-noconfig").arg(format!("@{}", options.display()));
        command
    }

    /// Runs a program, compiled while it runs.
    pub(super) fn just_in_time(program: &Path) -> Command {
        let mut command = Command::new("mono");
        command.env_remove("MONO_PATH").arg(program);
        command
    }

    /// Compiles a program and the libraries beside it, in a folder of their own, and runs it without a compiler, as on
    /// systems that forbid machine code generated at run time.
    ///
    /// # Errors
    /// [`Failure`] where the compiler refuses, or a file cannot be copied.
    pub(super) fn ahead_of_time(&self, program: &Path) -> Result<Command, Failure> {
        self.compile_own()?;
        let beside = program.parent().unwrap_or(program);
        let folder = beside.join("ahead-of-time");
        self.compile_beside(beside, &folder)?;
        let mut command = Command::new("mono");
        command.env("MONO_PATH", &self.compiled).arg("--full-aot");
        command.arg(folder.join(program.file_name().unwrap_or_default()));
        Ok(command)
    }

    /// Compiles all assemblies in one folder into another one, unless those are there already.
    fn compile_beside(&self, beside: &Path, folder: &Path) -> Result<(), Failure> {
        let assemblies = assemblies_in(beside)?;
        if assemblies.iter().all(|assembly| is_compiled(assembly, folder)) {
            return Ok(());
        }
        make_empty(folder)?;
        // Each assembly is compiled with those that it refers to beside it.
        for assembly in &assemblies {
            copy(assembly, folder)?;
        }
        for assembly in &assemblies {
            let said = self.compile(folder, &folder.join(assembly.file_name().unwrap_or_default()))?;
            // A method that was left out would fail only when it is called.
            if !is_complete(&said) {
                return Err(Failure::Answer {
                    command: format!("mono --aot=full {}", assembly.display()),
                    why: said,
                });
            }
        }
        Ok(())
    }

    /// Compiles its own assemblies, if they are not those that were compiled.
    fn compile_own(&self) -> Result<(), Failure> {
        let _lock = FolderLock::wait(self.compiled.parent().unwrap_or(&self.compiled), LOCK)?;
        let own = OWN.map(|name| self.assemblies.join(format!("{name}.dll")));
        if own.iter().all(|assembly| is_compiled(assembly, &self.compiled)) {
            return Ok(());
        }
        make_empty(&self.compiled)?;
        for assembly in &own {
            copy(assembly, &self.compiled)?;
        }
        for name in OWN {
            println!("mono --aot=full {name}.dll");
            self.compile(&self.compiled, &self.compiled.join(format!("{name}.dll")))?;
        }
        Ok(())
    }

    /// The output of the ahead-of-time compiler for an assembly.
    fn compile(&self, folder: &Path, assembly: &Path) -> Result<String, Failure> {
        let path = env::join_paths([&self.compiled, folder]).unwrap_or_default();
        let mut command = Command::new("mono");
        command.env("MONO_PATH", path).arg("--aot=full").arg(assembly);
        command::capture(&mut command)
    }
}

const PACKAGE: &str = "mono-devel";
const API: &str = "4.7.2-api";

/// The library of the runtime with all that it refers to. A program that needs another one ends at once.
const OWN: [&str; 8] = [
    "mscorlib",
    "System",
    "System.Core",
    "System.Xml",
    "System.Configuration",
    "System.Security",
    "System.Numerics",
    "Mono.Security",
];

/// Whether a folder has the compiled form of this very assembly.
fn is_compiled(assembly: &Path, folder: &Path) -> bool {
    let copy = folder.join(assembly.file_name().unwrap_or_default());
    copy.with_added_extension("so").exists()
        && fs::read(assembly).is_ok_and(|assembly| fs::read(copy).is_ok_and(|copy| copy == assembly))
}

/// Whether all methods were compiled, in words such as `Compiled: 203/203`.
fn is_complete(said: &str) -> bool {
    let counts = said.lines().find_map(|line| line.strip_prefix("Compiled: ")?.split_once('/'));
    counts.is_some_and(|(compiled, all)| compiled == all.trim())
}

fn assemblies_in(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let failed = |cause| Failure::File { path: folder.to_owned(), cause };
    let mut assemblies = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|extension| extension == "dll" || extension == "exe") {
            assemblies.push(path);
        }
    }
    assemblies.sort();
    Ok(assemblies)
}

fn copy(file: &Path, folder: &Path) -> Result<(), Failure> {
    let path = folder.join(file.file_name().unwrap_or_default());
    fs::copy(file, &path).map(drop).map_err(|cause| Failure::File { path, cause })
}

/// Makes a folder, or empties it.
///
/// # Errors
/// [`Failure::File`].
pub(super) fn make_empty(folder: &Path) -> Result<(), Failure> {
    let failed = |cause| Failure::File { path: folder.to_owned(), cause };
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(failed)?;
    }
    fs::create_dir_all(folder).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_that_was_left_out_is_noticed() {
        assert!(is_complete("AOTID 1\nCompiled: 203/203\nJIT time: 1 ms"));
        assert!(!is_complete("Compiled: 202/203\n"));
        assert!(!is_complete("AOTID 1\n"));
    }
}
