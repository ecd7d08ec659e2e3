//! Machines other than this one: the tools that build programs for them, and that run these programs here.

mod musl;
mod wine;

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command;
use crate::distribution_compiler::DistributionCompiler;
use crate::failure::Failure;
pub(crate) use wine::{library as wine_library, path as wine_path};

/// A machine, or a C library, that is not this one's.
pub(crate) struct CrossTarget {
    /// The target's name in rustc.
    pub(crate) name: &'static str,
    /// The file name suffix of its programs.
    pub(crate) suffix: &'static str,
    /// The words of the command that runs its programs; empty where this machine runs them by itself.
    pub(crate) emulator: &'static [&'static str],
    /// Links programs for it.
    linker: &'static str,
    /// Requirements besides linker and emulator: programs on the PATH, and files.
    needs: &'static [&'static str],
    /// Debian's packages with all of them.
    packages: &'static str,
    /// Parts that the linker adds to each program, besides system libraries: name, licence, and one of the part's
    /// files, as a path or as a name that the linker finds.
    pub(crate) linked_parts: &'static [(&'static str, &'static str, &'static str)],
    /// The compiler's flags; what they refer to is made below a folder, where everything is built.
    flags: fn(&Path) -> Result<Vec<String>, Failure>,
    /// The variables with which the emulator runs programs; what they refer to is made below that folder.
    prepare: fn(&Path) -> Result<Variables, Failure>,
}

/// Names and values.
pub(crate) type Variables = Vec<(&'static str, String)>;

/// Windows, with the C library of MinGW.
pub(crate) const WINDOWS: CrossTarget = CrossTarget {
    name: "x86_64-pc-windows-gnu",
    suffix: ".exe",
    emulator: &["wine"],
    linker: "x86_64-w64-mingw32-gcc",
    needs: &[],
    packages: "gcc-mingw-w64-x86-64 wine wine64",
    linked_parts: &[("mingw-w64", "ZPL-2.1", "libmingw32.a"), ("libgcc", LIBGCC_LICENCE, "libgcc.a")],
    flags: |_| Ok(Vec::new()),
    prepare: wine::prepare,
};

/// Linux on x86-64, with glibc.
pub(crate) const GLIBC: CrossTarget = CrossTarget {
    name: "x86_64-unknown-linux-gnu",
    suffix: "",
    emulator: &[],
    linker: "gcc",
    needs: &[],
    packages: "gcc",
    linked_parts: &[("libgcc", LIBGCC_LICENCE, "libgcc.a")],
    flags: |_| Ok(Vec::new()),
    prepare: |_| Ok(Vec::new()),
};

/// Linux on 64-bit ARM, with glibc.
pub(crate) const ARM: CrossTarget = CrossTarget {
    name: "aarch64-unknown-linux-gnu",
    suffix: "",
    emulator: &["qemu-aarch64", "-L", "/usr/aarch64-linux-gnu"],
    linker: "aarch64-linux-gnu-gcc",
    needs: &[],
    packages: "gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user",
    linked_parts: &[("libgcc", LIBGCC_LICENCE, "libgcc.a")],
    flags: |_| Ok(Vec::new()),
    prepare: |_| Ok(Vec::new()),
};

/// Linux on x86-64 without a library of its own: everything is in the program.
pub(crate) const MUSL: CrossTarget = CrossTarget {
    name: "x86_64-unknown-linux-musl",
    suffix: "",
    emulator: &[],
    linker: "gcc",
    needs: &["musl-gcc", "ar", musl::LIBRARY, musl::UNWINDER],
    packages: "gcc musl-tools libunwind-19-dev",
    linked_parts: &[
        ("musl", "MIT", musl::LIBRARY),
        ("libunwind", "Apache-2.0 WITH LLVM-exception", musl::UNWINDER),
        ("libgcc", LIBGCC_LICENCE, "libgcc.a"),
    ],
    flags: musl::flags,
    prepare: |_| Ok(Vec::new()),
};

/// The exception lets a program with it have any licence.
const LIBGCC_LICENCE: &str = "GPL-3.0-or-later WITH GCC-exception-3.1";

impl CrossTarget {
    /// The compiler for it, if everything is there that builds and runs its programs.
    ///
    /// # Errors
    /// The command that installs the missing packages.
    pub(crate) fn compiler(&self) -> Result<DistributionCompiler, String> {
        let install = |packages: &str| format!("not installed: apt-get install {packages}");
        let compiler = DistributionCompiler::below(Path::new("/usr"))
            .ok_or_else(|| install("rustc-web rust-web-src"))?;
        let mut needs = self.needs.iter().chain([&self.linker]).chain(self.emulator.first());
        let is_there = |need: &&str| Path::new(need).is_file() || command::is_on_path(need);
        if needs.all(is_there) { Ok(compiler) } else { Err(install(self.packages)) }
    }

    /// cargo for it, which compiles these crates of the standard library, too, with these flags besides; everything
    /// is built in `folder`.
    ///
    /// # Errors
    /// [`Failure`] if what the linker needs cannot be made.
    pub(crate) fn cargo(
        &self,
        compiler: &DistributionCompiler,
        library: &str,
        further_flags: &[String],
        (root, folder): (&Path, &Path),
        arguments: &[&str],
    ) -> Result<Command, Failure> {
        let mut cargo = command::cargo(root, arguments.iter().copied());
        compiler.configure(&mut cargo, library);
        cargo.args(["--target", self.name]).env("CARGO_TARGET_DIR", folder);
        cargo.env(self.variable("LINKER"), self.linker);
        if !self.emulator.is_empty() {
            cargo.env(self.variable("RUNNER"), self.emulator.join(" "));
        }
        let flags = [&(self.flags)(folder)?[..], further_flags].concat();
        if !flags.is_empty() {
            cargo.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\x1f"));
        }
        Ok(cargo)
    }

    /// The path of a program that was built with a profile in `folder`.
    pub(crate) fn program(&self, folder: &Path, profile: &str, name: &str) -> PathBuf {
        self.folder(folder, profile).join(format!("{name}{}", self.suffix))
    }

    /// The folder of everything that was built with a profile in `folder`.
    pub(crate) fn folder(&self, folder: &Path, profile: &str) -> PathBuf {
        folder.join(self.name).join(profile)
    }

    /// The compiler for C; it also links.
    pub(crate) fn c_compiler(&self) -> &'static str {
        self.linker
    }

    /// A command that runs such a program here; the variables come besides.
    pub(crate) fn start(&self, program: &Path) -> Command {
        let [emulator, words @ ..] = self.emulator else { return Command::new(program) };
        let mut command = Command::new(emulator);
        command.args(words).arg(program);
        command
    }

    /// The command as words, separated by spaces.
    pub(crate) fn words(&self, program: &Path) -> String {
        let program = program.display().to_string();
        self.emulator.iter().copied().chain([&*program]).collect::<Vec<_>>().join(" ")
    }

    /// Whether its programs need no library of the system.
    pub(crate) fn is_static(&self) -> bool {
        self.name.ends_with("-musl")
    }

    /// Whether its programs need the system's glibc.
    pub(crate) fn is_linux_with_glibc(&self) -> bool {
        self.name.ends_with("-linux-gnu")
    }

    /// Whether its programs are Windows'.
    pub(crate) fn is_windows(&self) -> bool {
        self.name.contains("-windows-")
    }

    /// The variables with which its programs run here; what they refer to is made in `folder`.
    ///
    /// # Errors
    /// [`Failure`] if that cannot be made.
    pub(crate) fn variables(&self, folder: &Path) -> Result<Variables, Failure> {
        (self.prepare)(folder)
    }

    /// The path of a file that the linker reads, given by its name.
    ///
    /// # Errors
    /// [`Failure`] if the linker cannot be asked.
    pub(crate) fn linked_file(&self, name: &str) -> Result<PathBuf, Failure> {
        let path = command::capture(Command::new(self.linker).arg(format!("-print-file-name={name}")))?;
        let path = Path::new(path.trim());
        path.canonicalize().map_err(|cause| Failure::File { path: path.to_owned(), cause })
    }

    fn variable(&self, what: &str) -> String {
        format!("CARGO_TARGET_{}_{what}", self.name.to_uppercase().replace('-', "_"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cargo(target: &CrossTarget, flags: &[String]) -> String {
        let compiler =
            DistributionCompiler { version: String::new(), rustc: "/r".into(), source: "/s".into() };
        let folders = (Path::new("."), Path::new("/f"));
        command::line(&target.cargo(&compiler, "std", flags, folders, &["build"]).unwrap())
    }

    #[test]
    fn cargo_links_for_the_target_and_runs_its_programs_in_the_emulator() {
        assert_eq!(
            cargo(&WINDOWS, &[]),
            "CARGO_TARGET_DIR='/f' CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER='x86_64-w64-mingw32-gcc' \
             CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER='wine' RUSTC='/r' RUSTC_BOOTSTRAP='1' \
             cargo build -Zbuild-std=std --target x86_64-pc-windows-gnu"
        );
        assert!(cargo(&ARM, &["-O".to_owned()]).contains("CARGO_ENCODED_RUSTFLAGS='-O'"));
    }

    #[test]
    fn a_program_has_its_machines_ending() {
        let program = |target: CrossTarget| target.program(Path::new("/f"), "release", "it");
        assert_eq!(program(WINDOWS), Path::new("/f/x86_64-pc-windows-gnu/release/it.exe"));
        assert_eq!(program(MUSL), Path::new("/f/x86_64-unknown-linux-musl/release/it"));
    }

    #[test]
    fn what_lacks_a_tool_says_what_installs_it() {
        let lacking = CrossTarget { needs: &["/nowhere/it"], packages: "it-dev", ..ARM };
        let missing = lacking.compiler().unwrap_err();
        assert!(["it-dev", "rustc-web rust-web-src"].iter().any(|it| missing.ends_with(it)), "{missing}");
    }
}
