//! Roslyn 4.1, the compiler of C# that newer versions of Unity have.
//!
//! It comes as a library; a small program hands our options to it, and runs on `CoreCLR`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::compilation::Compilation;
use super::core_clr::CoreClr;
use super::download::{Download, Package};
use super::mono::Mono;
use super::toolchain::{OLD_LANGUAGE, search_libraries_in};
use crate::command;
use crate::failure::Failure;

/// The compiler, unpacked and ready.
#[derive(Debug)]
pub(super) struct Roslyn {
    program: PathBuf,
    openssl: PathBuf,
}

impl Roslyn {
    /// Downloads it into a folder, where it is not there yet, and compiles the program that runs it.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] where it cannot be had; as [`Download::install`]; [`Failure::CommandFailed`] where
    /// that program does not compile.
    pub(super) fn install(folder: &Path, mono: &Mono) -> Result<Self, Failure> {
        let openssl = folder.join("openssl-1.1");
        OPENSSL.install(&openssl)?;
        let folder = folder.join("roslyn-4.1");
        LIBRARY.install(&folder)?;
        let (source, program) = (folder.join("Compiler.cs"), folder.join("Compiler.exe"));
        fs::write(&source, PROGRAM).map_err(|cause| Failure::File { path: source.clone(), cause })?;
        let mut references = mono.api();
        references.push(mono.api_of("Microsoft.CSharp"));
        let compilation = Compilation {
            sources: &[source],
            references: &[],
            defines: &[],
            is_documented: false,
            output: &program,
        };
        let options = compilation.write(OLD_LANGUAGE, &references)?;
        command::capture(&mut Mono::compiler(&options))?;
        Ok(Self { program, openssl })
    }

    /// Compiles; the options are an argument.
    pub(super) fn compiler(&self, core_clr: &CoreClr, options: &str) -> Command {
        let mut command = core_clr.command(&self.program);
        search_libraries_in(&self.openssl, &mut command);
        command.arg(options);
        command
    }
}

/// The compiler is among the tools of another one, for which this is the place where a registry that is used here has
/// it.
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

/// `CoreCLR` 3.1 computes digests, as the compiler does of each assembly that it reads, only with OpenSSL 1, which
/// distributions no longer have. The driver of a database brings it.
const OPENSSL: Download = Download {
    what: "OpenSSL 1.1",
    package: Package::Wheel(
        "psycopg2-binary==2.9.5",
        &[
            "--platform",
            "manylinux2014_x86_64",
            "--python-version",
            "3.11",
            "--implementation",
            "cp",
            "--abi",
            "cp311",
        ],
    ),
    file: "psycopg2_binary-2.9.5-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
    sha256: "bcda1c84a1c533c528356da5490d464a139b6e84eb77cc0b432e38c5c6dd7882",
    contents: &[
        ("psycopg2_binary.libs/libssl-3a880ada.so.1.1", "libssl.so.1.1"),
        ("psycopg2_binary.libs/libcrypto-2ade47cd.so.1.1", "libcrypto-2ade47cd.so.1.1"),
    ],
};

const PROGRAM: &str = include_str!("roslyn/Compiler.cs");
