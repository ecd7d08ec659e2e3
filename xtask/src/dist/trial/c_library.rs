//! The library for C is unpacked; programs are compiled with it as its users do, and talk.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::archive::unpack;
use super::c_exports::exports;
use super::conversation::Conversation;
use crate::command;
use crate::cross_target::Variables;
use crate::dist::c_archive::{STATIC, folder, shared};
use crate::dist::c_library::CLibrary;
use crate::dist::glibc;
use crate::dist::program::Program;
use crate::dist::release::Release;
use crate::dist::tree;
use crate::failure::Failure;
use crate::skips::Skips;

/// Tries the archive of this name: by pkg-config, with the shared library and with the static one, two chats of a
/// process talk, and a program talks with a player of this machine's `command` at a server of it; by `CMake`, the
/// example starts with either.
///
/// # Errors
/// [`Failure::Trial`], or another one if the archive cannot be unpacked, or a program not compiled.
pub(in crate::dist) fn c_library(
    release: &Release,
    library: &CLibrary,
    command: &Program,
    name: &str,
) -> Result<Skips, Failure> {
    let place = release.work.join("trial").join(format!("c-{}", library.target.name));
    tree::empty(&place)?;
    unpack(&release.out.join(name), &place)?;
    let unpacked = place.join(folder(release, library));
    let variables = library.target.variables(&release.work)?;
    let trial = Trial { release, library, name, place, unpacked, variables };
    trial.check_shared()?;
    trial.leave_static_only()?;
    for linkage in [Linkage::Shared, Linkage::Static] {
        trial.talk(&trial.compile("talk", linkage)?)?;
    }
    trial.join(&trial.compile("join", Linkage::Shared)?, command)?;
    if !command::is_on_path("cmake") {
        return Ok(Skips::one(format_args!("{name}: by CMake (apt-get install cmake make)")));
    }
    for linkage in [Linkage::Shared, Linkage::Static] {
        trial.start(&trial.build_example(linkage)?)?;
    }
    Ok(Skips::NONE)
}

/// The library that a program is linked with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Linkage {
    Shared,
    Static,
}

/// An unpacked archive.
struct Trial<'t> {
    release: &'t Release,
    library: &'t CLibrary,
    name: &'t str,
    /// The folder for everything that is made.
    place: PathBuf,
    /// The folder of the archive.
    unpacked: PathBuf,
    variables: Variables,
}

impl Trial<'_> {
    /// The shared library offers what the header declares, no more and no less, on systems that are old enough.
    fn check_shared(&self) -> Result<(), Failure> {
        let (target, file) = (self.library.target, self.unpacked.join(shared(self.library)));
        if target.is_linux_with_glibc() {
            glibc::check(self.name, &file)?;
        }
        let (offered, declared) = (exports(target, &file)?, &self.library.header.functions);
        let differs = |name: &&String| !(offered.contains(name) && declared.contains(name));
        let differing: Vec<&String> = offered.iter().chain(declared).filter(differs).collect();
        if differing.is_empty() {
            return Ok(());
        }
        Err(self.failed(format!("the header and the library differ: {differing:?}")))
    }

    /// Copies the files elsewhere without the shared library, which linkers would choose.
    fn leave_static_only(&self) -> Result<(), Failure> {
        for path in ["include/consonance.h", STATIC, "lib/pkgconfig/consonance.pc"] {
            let (from, to) = (self.unpacked.join(path), self.place.join(STATIC_ONLY).join(path));
            let made = to.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::copy(&from, &to));
            made.map_err(|cause| Failure::File { path: from, cause })?;
        }
        Ok(())
    }

    /// A program of the library's own tests, with what pkg-config says.
    fn compile(&self, source: &str, linkage: Linkage) -> Result<PathBuf, Failure> {
        let (with, words) = match linkage {
            Linkage::Shared => (self.unpacked.clone(), "--cflags --libs consonance"),
            Linkage::Static => (self.place.join(STATIC_ONLY), "--cflags --libs --static consonance"),
        };
        let mut pkg_config = Command::new("pkg-config");
        pkg_config.env("PKG_CONFIG_LIBDIR", with.join("lib/pkgconfig"));
        let found = command::capture(pkg_config.args(words.split(' ')))?;
        let target = self.library.target;
        let program = self.program_folder(source, linkage)?.join(format!("{source}{}", target.suffix));
        let sources = self.release.root.join("crates/ffi/tests/c");
        let mut compiler = Command::new("sh");
        // The shell interprets the quoting in pkg-config's output.
        compiler.args(["-c", &format!("\"$@\" {} -lm", found.trim()), "sh", target.c_compiler()]);
        compiler.args(FLAGS).arg("-I").arg(&sources).arg(sources.join(format!("{source}.c")));
        compiler.arg(format!("-Wl,-rpath,{}", with.join("lib").display())).arg("-o").arg(&program);
        command::run(&mut compiler)?;
        Ok(program)
    }

    /// The example, by `CMake`.
    fn build_example(&self, linkage: Linkage) -> Result<PathBuf, Failure> {
        let target = self.library.target;
        let (sources, build) = (self.place.join("example"), self.program_folder("hello", linkage)?);
        tree::empty(&sources)?;
        for name in ["hello.c", "CMakeLists.txt"] {
            let (from, to) = (self.unpacked.join("example").join(name), sources.join(name));
            let text = fs::read_to_string(&from).map_err(|cause| Failure::File { path: from, cause })?;
            let text = match linkage {
                Linkage::Shared => text,
                // As the comment in that file says.
                Linkage::Static => text.replace("Consonance::consonance", "Consonance::static"),
            };
            fs::write(&to, text).map_err(|cause| Failure::File { path: to, cause })?;
        }
        let mut configure = Command::new("cmake");
        configure.arg("-S").arg(&sources).arg("-B").arg(&build);
        configure.arg(format!("-DCMAKE_PREFIX_PATH={}", self.unpacked.display()));
        configure.arg(format!("-DCMAKE_C_COMPILER={}", target.c_compiler()));
        if !target.emulator.is_empty() {
            let system = if target.is_windows() { "Windows" } else { "Linux" };
            configure.arg(format!("-DCMAKE_SYSTEM_NAME={system}"));
        }
        command::capture(&mut configure)?;
        command::capture(Command::new("cmake").arg("--build").arg(&build))?;
        Ok(build.join(format!("hello{}", target.suffix)))
    }

    /// A new folder for a program, with what has to be beside it.
    fn program_folder(&self, name: &str, linkage: Linkage) -> Result<PathBuf, Failure> {
        let folder = self.place.join(format!("{name} {linkage:?}"));
        tree::empty(&folder)?;
        if linkage == Linkage::Shared && self.library.target.is_windows() {
            let (from, to) =
                (self.unpacked.join(shared(self.library)), folder.join(self.library.shared_name()));
            fs::copy(&from, to).map_err(|cause| Failure::File { path: from, cause })?;
        }
        Ok(folder)
    }

    /// Two chats of one process.
    fn talk(&self, program: &Path) -> Result<(), Failure> {
        let mut talk = self.run(program);
        command::capture(talk.current_dir(&self.place).arg("recorded")).map(drop)
    }

    /// A chat, and a player of another program.
    fn join(&self, program: &Path, command: &Program) -> Result<(), Failure> {
        let mut server = Command::new(&command.file);
        server.arg("serve");
        let conversation = Conversation {
            file: self.name,
            server,
            player: &|| Command::new(&command.file),
            speech: self.release.root.join("assets/speech/austen-1.wav"),
            folder: &self.place,
            can_interrupt: true,
        };
        conversation.hold_with(self.run(program))
    }

    /// The example without a server meets the player that repeats what is said.
    fn start(&self, example: &Path) -> Result<(), Failure> {
        let said = command::capture(self.run(example).args(["offline:", "Alice"]))?;
        if said.contains("Loopback is here") {
            return Ok(());
        }
        Err(self.failed(format!("the example says {said:?}")))
    }

    fn run(&self, program: &Path) -> Command {
        let mut command = self.library.target.start(program);
        command.envs(self.variables.clone());
        command
    }

    fn failed(&self, why: String) -> Failure {
        Failure::Trial { file: self.name.to_owned(), why }
    }
}

const STATIC_ONLY: &str = "static only";
const FLAGS: [&str; 5] = ["-std=c99", "-D_POSIX_C_SOURCE=200809L", "-Wall", "-Wextra", "-Werror"];
