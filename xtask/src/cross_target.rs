//! Machines other than this one: what builds programs for them, and what runs these programs here.

mod wine;

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command;
use crate::distribution_compiler::DistributionCompiler;
use crate::failure::Failure;

/// A machine, or a C library, that is not this one's.
pub(crate) struct CrossTarget {
    /// As rustc calls it.
    pub(crate) name: &'static str,
    /// What its programs end with.
    pub(crate) suffix: &'static str,
    /// Runs its programs: the command's words; none where this machine does so by itself.
    pub(crate) emulator: &'static [&'static str],
    /// Links programs for it.
    linker: &'static str,
    /// Debian's packages with all of them.
    packages: &'static str,
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
    packages: "gcc-mingw-w64-x86-64 wine64",
    prepare: wine::prepare,
};

/// Linux on 64-bit ARM, with glibc.
pub(crate) const ARM: CrossTarget = CrossTarget {
    name: "aarch64-unknown-linux-gnu",
    suffix: "",
    emulator: &["qemu-aarch64", "-L", "/usr/aarch64-linux-gnu"],
    linker: "aarch64-linux-gnu-gcc",
    packages: "gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user",
    prepare: |_| Ok(Vec::new()),
};

impl CrossTarget {
    /// The compiler for it, if everything is there that builds and runs its programs.
    ///
    /// # Errors
    /// What to install.
    pub(crate) fn compiler(&self) -> Result<DistributionCompiler, String> {
        let install = |packages: &str| format!("not installed: apt-get install {packages}");
        let compiler = DistributionCompiler::below(Path::new("/usr"))
            .ok_or_else(|| install("rustc-web rust-web-src"))?;
        let mut tools = self.emulator.iter().take(1).chain([&self.linker]);
        if tools.all(|tool| command::is_on_path(tool)) { Ok(compiler) } else { Err(install(self.packages)) }
    }

    /// cargo for it, which compiles these crates of the standard library, too; everything is built in `folder`.
    pub(crate) fn cargo(
        &self,
        compiler: &DistributionCompiler,
        library: &str,
        (root, folder): (&Path, &Path),
        arguments: &[&str],
    ) -> Command {
        let mut cargo = command::cargo(root, arguments.iter().copied());
        compiler.configure(&mut cargo, library);
        cargo.args(["--target", self.name]).env("CARGO_TARGET_DIR", folder);
        cargo.env(self.variable("LINKER"), self.linker);
        cargo.env(self.variable("RUNNER"), self.emulator.join(" "));
        cargo
    }

    /// Where a profile's program is that was built in `folder`.
    pub(crate) fn program(&self, folder: &Path, profile: &str, name: &str) -> PathBuf {
        folder.join(self.name).join(profile).join(format!("{name}{}", self.suffix))
    }

    /// The variables with which its programs run here; what they refer to is made in `folder`.
    ///
    /// # Errors
    /// [`Failure`] if that cannot be made.
    pub(crate) fn variables(&self, folder: &Path) -> Result<Variables, Failure> {
        (self.prepare)(folder)
    }

    fn variable(&self, what: &str) -> String {
        format!("CARGO_TARGET_{}_{what}", self.name.to_uppercase().replace('-', "_"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cargo(target: &CrossTarget) -> String {
        let compiler =
            DistributionCompiler { version: String::new(), rustc: "/r".into(), source: "/s".into() };
        let folders = (Path::new("."), Path::new("/f"));
        command::line(&target.cargo(&compiler, "std", folders, &["build"]))
    }

    #[test]
    fn cargo_links_for_the_target_and_runs_its_programs_in_the_emulator() {
        assert_eq!(
            cargo(&WINDOWS),
            "CARGO_TARGET_DIR='/f' CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER='x86_64-w64-mingw32-gcc' \
             CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER='wine' RUSTC='/r' RUSTC_BOOTSTRAP='1' \
             cargo build -Zbuild-std=std --target x86_64-pc-windows-gnu"
        );
    }

    #[test]
    fn a_program_has_its_machines_ending() {
        let program = |target: CrossTarget| target.program(Path::new("/f"), "release", "it");
        assert_eq!(program(WINDOWS), Path::new("/f/x86_64-pc-windows-gnu/release/it.exe"));
        assert_eq!(program(ARM), Path::new("/f/aarch64-unknown-linux-gnu/release/it"));
    }

    #[test]
    fn what_lacks_a_tool_says_what_installs_it() {
        let lacking = CrossTarget { linker: "consonance-no-such-linker", packages: "it-dev", ..ARM };
        let missing = lacking.compiler().unwrap_err();
        assert!(["it-dev", "rustc-web rust-web-src"].iter().any(|it| missing.ends_with(it)), "{missing}");
    }
}
