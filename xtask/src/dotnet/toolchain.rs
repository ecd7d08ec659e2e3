//! The compilers and runtimes that are available on this machine.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::ValueEnum;

use super::compilation::{NEW_LANGUAGE, OLD_LANGUAGE};
use super::core_clr::CoreClr;
use super::libraries::search_libraries_in;
use super::lock::{FolderLock, LOCK};
use super::mono::Mono;
use super::part::Part;
use super::roslyn::Roslyn;
use crate::command;
use crate::failure::Failure;
use crate::skips::Skips;

/// All compilers and runtimes that are available on this machine.
#[derive(Debug)]
pub(crate) struct Toolchain {
    mono: Mono,
    /// The runtime, with the compiler that runs on it.
    core_clr: Option<(CoreClr, Option<Roslyn>)>,
}

/// A compiler, and the assemblies that it compiles against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Build {
    /// Mono's, against .NET Framework 4.7.2, whose programs every runtime understands.
    Mcs,
    /// Roslyn, against the same.
    Roslyn,
    /// Roslyn, against `CoreCLR`'s own.
    RoslynForCoreClr,
}

/// What runs a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Runtime {
    /// Mono, compiled just in time.
    #[value(name = "mono")]
    Mono,
    /// Mono, compiled ahead of time.
    #[value(name = "aot")]
    MonoAot,
    /// `CoreCLR`.
    #[value(name = "coreclr")]
    CoreClr,
}

impl Toolchain {
    /// Finds the installed tools, and downloads others into `folder`; `None` without Mono. Tools that are not
    /// available are among the skips, since the suite is not tested with them.
    ///
    /// # Errors
    /// [`Failure::Digest`] where a download is not what it should be; [`Failure::File`].
    pub(crate) fn find(suite: &str, folder: &Path) -> Result<(Option<Self>, Skips), Failure> {
        let _lock = FolderLock::wait(folder, LOCK)?;
        let (mono, skips) = available(suite, Mono::find(folder))?;
        let Some(mono) = mono else { return Ok((None, skips)) };
        let (core_clr, without) =
            available(&format!("{suite} on CoreCLR and with Roslyn"), CoreClr::install(folder))?;
        let skips = skips.with(without);
        let Some(core_clr) = core_clr else {
            return Ok((Some(Self { mono, core_clr: None }), skips));
        };
        let (roslyn, without) = available(&format!("{suite} with Roslyn"), Roslyn::install(folder, &mono))?;
        let core_clr = Some((core_clr, roslyn));
        Ok((Some(Self { mono, core_clr }), skips.with(without)))
    }

    /// The pairs of compiler and runtime to test. A thorough choice has each compiler with each runtime, the other one
    /// has all compilers and all runtimes.
    pub(crate) fn runs(&self, is_thorough: bool) -> Vec<(Build, Runtime)> {
        let (has_core_clr, has_roslyn) =
            (self.core_clr.is_some(), matches!(self.core_clr, Some((_, Some(_)))));
        let mut runs = runs(has_roslyn, is_thorough).to_vec();
        runs.retain(|(_, runtime)| *runtime != Runtime::CoreClr || has_core_clr);
        runs
    }

    /// Whether both compilers are here.
    pub(crate) fn has_roslyn(&self) -> bool {
        matches!(self.core_clr, Some((_, Some(_))))
    }

    /// Compiles assemblies into a folder, each of which may refer to those before it, and to others that are there;
    /// ends at the first that fails.
    ///
    /// # Errors
    /// [`Failure::CommandFailed`] with the errors and warnings, [`Failure::File`] if options cannot be written.
    pub(crate) fn compile(&self, build: Build, folder: &Path, parts: &[Part]) -> Result<(), Failure> {
        let (language, api) = match (build, &self.core_clr) {
            (Build::Mcs, _) => (OLD_LANGUAGE, self.mono.api()),
            (Build::RoslynForCoreClr, Some((core_clr, _))) => (NEW_LANGUAGE, core_clr.api()?),
            _ => (NEW_LANGUAGE, self.mono.api()),
        };
        let options: Vec<PathBuf> =
            parts.iter().map(|part| part.write_options(folder, language, &api)).collect::<Result<_, _>>()?;
        match &self.core_clr {
            Some((core_clr, Some(roslyn))) if build != Build::Mcs => {
                let Some(first) = options.first() else { return Ok(()) };
                let list = first.with_file_name("assemblies.txt");
                let lines: Vec<String> = options.iter().map(|path| path.display().to_string()).collect();
                fs::write(&list, lines.join("\n"))
                    .map_err(|cause| Failure::File { path: list.clone(), cause })?;
                command::capture(&mut roslyn.compiler(core_clr, &list)).map(drop)
            }
            _ => options.iter().try_for_each(|path| command::capture(&mut Mono::compiler(path)).map(drop)),
        }
    }

    /// Runs a program that finds native libraries in this folder.
    ///
    /// # Errors
    /// [`Failure`] where the program cannot be compiled for the runtime.
    pub(crate) fn command(
        &self,
        runtime: Runtime,
        program: &Path,
        natives: &Path,
    ) -> Result<Command, Failure> {
        let mut command = match (runtime, &self.core_clr) {
            (Runtime::CoreClr, Some((core_clr, _))) => return Ok(core_clr.command(program, &[natives])),
            (Runtime::MonoAot, _) => self.mono.ahead_of_time(program)?,
            _ => Mono::just_in_time(program),
        };
        search_libraries_in(&[natives], &mut command);
        Ok(command)
    }
}

impl Build {
    /// The name of the folder for what it makes.
    pub(crate) fn folder(self) -> &'static str {
        match self {
            Self::Mcs => "mcs",
            Self::Roslyn => "roslyn",
            Self::RoslynForCoreClr => "roslyn-for-core-clr",
        }
    }
}

impl Runtime {
    /// The name on the command line.
    pub(crate) fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }
}

fn runs(has_roslyn: bool, is_thorough: bool) -> &'static [(Build, Runtime)] {
    match (has_roslyn, is_thorough) {
        (true, true) => &[
            (Build::Mcs, Runtime::Mono),
            (Build::Mcs, Runtime::MonoAot),
            (Build::Mcs, Runtime::CoreClr),
            (Build::Roslyn, Runtime::Mono),
            (Build::Roslyn, Runtime::MonoAot),
            (Build::RoslynForCoreClr, Runtime::CoreClr),
        ],
        (true, false) => &[
            (Build::Mcs, Runtime::Mono),
            (Build::Roslyn, Runtime::MonoAot),
            (Build::RoslynForCoreClr, Runtime::CoreClr),
        ],
        (false, _) => {
            &[(Build::Mcs, Runtime::Mono), (Build::Mcs, Runtime::MonoAot), (Build::Mcs, Runtime::CoreClr)]
        }
    }
}

/// The tool that was found, or a skip if it is not available.
fn available<T>(what: &str, found: Result<T, Failure>) -> Result<(Option<T>, Skips), Failure> {
    match found {
        Err(failure @ Failure::Unavailable { .. }) => {
            Ok((None, Skips::one(format_args!("{what}, {failure}"))))
        }
        found => found.map(|found| (Some(found), Skips::NONE)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_had_is_skipped_and_what_is_wrong_is_not() {
        let unavailable = || Failure::Unavailable { what: "Mono", why: "apt-get install it".to_owned() };
        let (found, skips) = available::<()>("all of C#", Err(unavailable())).unwrap();
        assert_eq!(found, None);
        assert_eq!(skips.to_string(), "skipped: all of C#, no Mono: apt-get install it");
        let wrong = Failure::Digest { path: PathBuf::new(), found: String::new(), expected: "" };
        assert!(available::<()>("all of C#", Err(wrong)).is_err());
    }

    #[test]
    fn every_compiler_and_every_runtime_has_a_run() {
        for has_roslyn in [true, false] {
            let quick = runs(has_roslyn, false);
            assert!(
                Runtime::value_variants().iter().all(|it| quick.iter().any(|(_, runtime)| runtime == it))
            );
            assert!(quick.iter().all(|run| runs(has_roslyn, true).contains(run)), "{quick:?}");
        }
        let of_roslyn = runs(true, true).iter().filter(|(build, _)| *build != Build::Mcs);
        assert_eq!(of_roslyn.count(), Runtime::value_variants().len());
    }
}
