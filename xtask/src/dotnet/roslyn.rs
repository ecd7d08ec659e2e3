//! Roslyn 4.1, the compiler of C# that newer versions of Unity have.
//!
//! It comes as a library; a small program hands our options to it, and runs on `CoreCLR`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::compilation::OLD_LANGUAGE;
use super::core_clr::CoreClr;
use super::mono::Mono;
use super::part::Part;
use crate::command;
use crate::download::{Download, Package};
use crate::failure::Failure;

/// The compiler, unpacked and ready.
#[derive(Debug)]
pub(super) struct Roslyn {
    program: PathBuf,
}

impl Roslyn {
    /// Downloads it into a folder, where it is not there yet, and compiles the program that runs it.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] where it cannot be had; as [`Download::install`]; [`Failure::CommandFailed`] where
    /// that program does not compile.
    pub(super) fn install(folder: &Path, mono: &Mono) -> Result<Self, Failure> {
        let folder = folder.join("roslyn-4.1");
        LIBRARY.install(&folder)?;
        let (source, program) = (folder.join("Compiler.cs"), folder.join(PROGRAM_FILE));
        fs::write(&source, PROGRAM).map_err(|cause| Failure::File { path: source.clone(), cause })?;
        let mut references = mono.api();
        references.push(mono.api_of("Microsoft.CSharp"));
        let part = Part { output: PROGRAM_FILE.to_owned(), sources: vec![source], ..Part::default() };
        let options = part.write_options(&folder, OLD_LANGUAGE, &references)?;
        command::capture(&mut Mono::compiler(&options))?;
        Ok(Self { program })
    }

    /// Compiles some assemblies one after the other; a file lists the files with the options of each.
    pub(super) fn compiler(&self, core_clr: &CoreClr, list: &Path) -> Command {
        let mut command = core_clr.command(&self.program, &[]);
        command.arg(list);
        command
    }
}

/// The compiler's library is part of another tool's package, which is available from a registry that is used here.
const LIBRARY: Download = Download {
    what: "Roslyn",
    package: Package::Npm("@autorest/csharp@3.0.0-beta.20251203.1"),
    file: "autorest-csharp-3.0.0-beta.20251203.1.tgz",
    sha256: "d080d8f02bde85d4fda72758dc8072b5187e246319ba65c5c6eea518ff4621fc",
    contents: &[
        ("package/Microsoft.CodeAnalysis.dll", "Microsoft.CodeAnalysis.dll"),
        ("package/Microsoft.CodeAnalysis.CSharp.dll", "Microsoft.CodeAnalysis.CSharp.dll"),
    ],
};

const PROGRAM_FILE: &str = "Compiler.exe";
const PROGRAM: &str = include_str!("roslyn/Compiler.cs");
