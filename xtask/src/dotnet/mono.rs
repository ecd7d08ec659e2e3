//! Mono: a compiler, and a runtime that compiles just in time, or ahead of time.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command;
use crate::failure::Failure;

/// Mono as it is installed here.
#[derive(Debug)]
pub(super) struct Mono {
    /// Its own assemblies.
    assemblies: PathBuf,
    /// Those of .NET Framework 4.7.2, without bodies: what Unity 2018 has, and what all runtimes have in common.
    api: PathBuf,
    /// Where its assemblies are that are compiled ahead of time.
    compiled: PathBuf,
}

impl Mono {
    /// What is installed; `folder` is for what is compiled ahead of time.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] where there is no Mono, or not all of it.
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

    /// One of them, or another one of the same kind.
    pub(super) fn api_of(&self, name: &str) -> PathBuf {
        self.api.join(format!("{name}.dll"))
    }

    /// Its compiler, whose options are an argument.
    pub(super) fn compiler(options: &str) -> Command {
        let mut command = Command::new("mcs");
        command.args(["-noconfig", options]);
        command
    }

    /// Runs a program, compiled while it runs.
    pub(super) fn just_in_time(program: &Path) -> Command {
        let mut command = Command::new("mono");
        command.env_remove("MONO_PATH").arg(program);
        command
    }

    /// Compiles a program and the libraries beside it, in a folder of their own, and runs it without a compiler, as
    /// where a system forbids to write machine code.
    ///
    /// # Errors
    /// [`Failure`] where the compiler refuses, or a file cannot be copied.
    pub(super) fn ahead_of_time(&self, program: &Path) -> Result<Command, Failure> {
        self.compile_own()?;
        let beside = program.parent().unwrap_or(program);
        let folder = beside.join("ahead-of-time");
        make_empty(&folder)?;
        let assemblies = assemblies_in(beside)?;
        // Each is compiled with what it refers to at hand.
        for assembly in &assemblies {
            copy(assembly, &folder)?;
        }
        for assembly in &assemblies {
            self.compile(&folder, &folder.join(assembly.file_name().unwrap_or_default()))?;
        }
        let mut command = Command::new("mono");
        command.env("MONO_PATH", &self.compiled).arg("--full-aot");
        command.arg(folder.join(program.file_name().unwrap_or_default()));
        Ok(command)
    }

    /// Compiles its own assemblies, if they are not those that were compiled.
    fn compile_own(&self) -> Result<(), Failure> {
        let is_compiled = |name: &str| {
            let [own, copy] =
                [&self.assemblies, &self.compiled].map(|folder| folder.join(format!("{name}.dll")));
            copy.with_added_extension("so").exists()
                && fs::read(own).is_ok_and(|own| fs::read(copy).is_ok_and(|copy| copy == own))
        };
        if OWN.iter().all(|name| is_compiled(name)) {
            return Ok(());
        }
        make_empty(&self.compiled)?;
        for name in OWN {
            copy(&self.assemblies.join(format!("{name}.dll")), &self.compiled)?;
        }
        for name in OWN {
            println!("mono --aot=full {name}.dll");
            self.compile(&self.compiled, &self.compiled.join(format!("{name}.dll")))?;
        }
        Ok(())
    }

    fn compile(&self, folder: &Path, assembly: &Path) -> Result<(), Failure> {
        let path = env::join_paths([&self.compiled, folder]).unwrap_or_default();
        let mut command = Command::new("mono");
        command.env("MONO_PATH", path).arg("--aot=full").arg(assembly);
        command::capture(&mut command).map(drop)
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
