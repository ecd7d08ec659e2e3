//! The place where pieces are made, one after the other: packed, written, listed, tried.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::assembly::Assembly;
use super::c_library::CLibrary;
use super::contents::Contents;
use super::native::{MACHINES, Native};
use super::piece::Piece;
use super::program::Program;
use super::release::Release;
use super::sources::Sources;
use super::wheel::PythonModule;
use super::{archive, c_archive, crates, debian, digest, npm, nupkg, oci, part, sbom, trial, unity, wheel};
use crate::built::Built;
use crate::command;
use crate::cross_target::{CrossTarget, GLIBC};
use crate::distribution_compiler::DistributionCompiler;
use crate::dotnet::Toolchain;
use crate::failure::Failure;
use crate::licences::Linked;
use crate::skips::Skips;

/// Makes pieces and writes them to the release's folder.
pub(super) struct Workshop {
    release: Release,
    /// Everything is packed twice.
    twice: bool,
    /// The programs by target, since several pieces have the same program.
    programs: BTreeMap<&'static str, Rc<Program>>,
    /// The libraries for C by target, for the same reason.
    c_libraries: BTreeMap<&'static str, Rc<CLibrary>>,
}

impl Workshop {
    /// A workshop that has made nothing yet.
    pub(super) fn new(release: Release, twice: bool) -> Self {
        Self { release, twice, programs: BTreeMap::new(), c_libraries: BTreeMap::new() }
    }

    /// Makes a piece and tries it, if this machine has the tools for that.
    ///
    /// # Errors
    /// [`Failure`] if it cannot be made, does not do what it should, or is not the same twice.
    pub(super) fn make(&mut self, piece: Piece) -> Result<Skips, Failure> {
        let skipped = |missing: String| Skips::one(format_args!("{}, {missing}", piece.name()));
        if let Some(missing) = piece.missing() {
            return Ok(skipped(missing));
        }
        let target = match piece {
            Piece::Nupkg => return self.make_nupkg(),
            Piece::Unity => return self.make_unity(),
            Piece::Crates => return self.make_crates(),
            _ => piece.target(),
        };
        let Some(target) = target else { return self.make_npm(piece) };
        let compiler = match target.compiler() {
            Ok(compiler) => compiler,
            Err(missing) => return Ok(skipped(missing)),
        };
        if matches!(piece, Piece::CForLinux | Piece::CForLinuxOnArm | Piece::CForWindows) {
            return self.make_c_library(target, &compiler);
        }
        if matches!(piece, Piece::WheelForLinux | Piece::WheelForLinuxOnArm | Piece::WheelForWindows) {
            return self.make_wheel(target, &compiler);
        }
        let program = self.program(target, &compiler)?;
        let release = &self.release;
        match piece {
            Piece::Oci => {
                let name = self.hand_out(&program.contents, || oci::of(release, &program))?;
                trial::image(release, &program, &name)
            }
            Piece::Deb => {
                let name = self.hand_out(&program.contents, || debian::of(release, &program))?;
                trial::debian(release, &program, &name).map(|()| Skips::NONE)
            }
            _ => {
                let name = self.hand_out(&program.contents, || archive::of(release, &program))?;
                trial::archive(release, &program, &name)
            }
        }
    }

    /// Writes the digests of all files that are there.
    ///
    /// # Errors
    /// [`Failure::File`].
    pub(super) fn finish(&self) -> Result<(), Failure> {
        digest::write_sums(&self.release.out)?;
        println!("{}", self.release.out.join(digest::SUMS).display());
        Ok(())
    }

    fn program(
        &mut self,
        target: &'static CrossTarget,
        compiler: &DistributionCompiler,
    ) -> Result<Rc<Program>, Failure> {
        if let Some(program) = self.programs.get(target.name) {
            return Ok(Rc::clone(program));
        }
        let program = Rc::new(Program::build(&self.release, target, compiler)?);
        self.programs.insert(target.name, Rc::clone(&program));
        Ok(program)
    }

    /// Makes a library for C, which is tried with a player of this machine.
    fn make_c_library(
        &mut self,
        target: &'static CrossTarget,
        compiler: &DistributionCompiler,
    ) -> Result<Skips, Failure> {
        let command = self.program(&GLIBC, compiler)?;
        let library = self.c_library(target, compiler)?;
        let release = &self.release;
        let name = self.hand_out(&library.contents, || c_archive::of(release, &library))?;
        trial::c_library(release, &library, &command, &name)
    }

    /// Makes a wheel, which is tried with a server and a player of this machine.
    fn make_wheel(
        &mut self,
        target: &'static CrossTarget,
        compiler: &DistributionCompiler,
    ) -> Result<Skips, Failure> {
        let release = &self.release;
        let module = PythonModule::build(release, target, compiler)?;
        let name = self.hand_out(&module.contents, || wheel::of(release, &module))?;
        trial::wheel(release, &module, &self.any_command()?, &name)
    }

    /// This machine's command: the one of this run, or else the debug build of the tests, which compiles sooner.
    fn any_command(&self) -> Result<PathBuf, Failure> {
        if let Some(program) = self.programs.get(GLIBC.name) {
            return Ok(program.file.clone());
        }
        let root = &self.release.root;
        command::run(&mut command::cargo(root, ["build", "--quiet", "--package", "consonance-cli"]))?;
        Ok(Built::debug(root)?.program("consonance"))
    }

    /// Makes the crates. They are sources and have no bill of materials: a game compiles them according to its own
    /// lock file.
    fn make_crates(&self) -> Result<Skips, Failure> {
        let release = &self.release;
        let made = crates::pack(release)?;
        if self.twice && crates::pack(release)? != made {
            return Err(Failure::NotReproducible(made.names().join(" or ")));
        }
        for (name, bytes) in made.files() {
            self.write(name, bytes)?;
        }
        trial::crates(release, &made).map(|()| Skips::NONE)
    }

    fn c_library(
        &mut self,
        target: &'static CrossTarget,
        compiler: &DistributionCompiler,
    ) -> Result<Rc<CLibrary>, Failure> {
        if let Some(library) = self.c_libraries.get(target.name) {
            return Ok(Rc::clone(library));
        }
        let library = Rc::new(CLibrary::build(&self.release, target, compiler)?);
        self.c_libraries.insert(target.name, Rc::clone(&library));
        Ok(library)
    }

    /// The parts of packages with C#, and the tools that try them; `None` where this machine lacks one.
    fn parts_of_c_sharp(&mut self, piece: Piece) -> Result<(Option<PartsOfCSharp>, Skips), Failure> {
        let compilers: Result<Vec<_>, String> =
            MACHINES.iter().map(|(_, target)| target.compiler()).collect();
        let compilers = match compilers {
            Ok(compilers) => compilers,
            Err(missing) => return Ok((None, Skips::one(format_args!("{}, {missing}", piece.name())))),
        };
        let mut natives = Vec::new();
        for ((machine, target), compiler) in MACHINES.into_iter().zip(&compilers) {
            natives.push(Native { machine, library: self.c_library(target, compiler)? });
        }
        let folder = Built::debug(&self.release.root)?.beside("dotnet");
        let (toolchain, skips) = Toolchain::find(&piece.name(), &folder)?;
        let toolchain = toolchain.filter(Toolchain::has_roslyn);
        Ok((toolchain.map(|toolchain| PartsOfCSharp { toolchain, natives }), skips))
    }

    fn make_nupkg(&mut self) -> Result<Skips, Failure> {
        let (parts, skips) = self.parts_of_c_sharp(Piece::Nupkg)?;
        let Some(PartsOfCSharp { toolchain, natives }) = parts else { return Ok(skips) };
        let release = &self.release;
        let contents = Native::contents(&natives, release)?;
        let assembly = Assembly::build(release, &toolchain)?;
        if self.twice && Assembly::build(release, &toolchain)? != assembly {
            return Err(Failure::NotReproducible("Consonance.dll".to_owned()));
        }
        let name = self.hand_out(&contents, || nupkg::of(release, &assembly, &natives, &contents))?;
        trial::nupkg(release, &toolchain, &natives, &name).map(|()| skips)
    }

    fn make_unity(&mut self) -> Result<Skips, Failure> {
        let (parts, skips) = self.parts_of_c_sharp(Piece::Unity)?;
        let Some(PartsOfCSharp { toolchain, natives }) = parts else { return Ok(skips) };
        let command = match GLIBC.compiler() {
            Ok(compiler) => self.program(&GLIBC, &compiler)?,
            Err(missing) => return Ok(Skips::one(format_args!("{}, {missing}", Piece::Unity.name()))),
        };
        let release = &self.release;
        let contents = Native::contents(&natives, release)?;
        let name = self.hand_out(&contents, || unity::of(release, &natives, &contents))?;
        trial::unity(release, &toolchain, &natives, &command, &name).map(|()| skips)
    }

    fn make_npm(&self, piece: Piece) -> Result<Skips, Failure> {
        let release = &self.release;
        // Its WebAssembly contains the standard library, whose licences come with the source.
        if DistributionCompiler::below(Path::new("/usr")).is_none() {
            let missing = "not installed: apt-get install rustc-web rust-web-src";
            return Ok(Skips::one(format_args!("{}, {missing}", piece.name())));
        }
        let linked = Linked::with_features(
            &release.root,
            WASM,
            "wasm-encryption,wasm-voice",
            "wasm32-unknown-unknown",
        )?;
        let made_by = release.read_text("crates/browser/made-by.txt")?;
        let contents = Contents {
            name: WASM,
            kind: "library",
            sources: Sources::Main,
            linked,
            parts: vec![part::library(&made_by)],
        };
        let files = npm::build(release)?;
        let name = self.hand_out(&contents, || npm::of(release, &files, &contents))?;
        trial::npm(release, &name).map(|()| Skips::NONE)
    }

    /// Packs a piece, writes it with its bill of materials, and returns its name.
    fn hand_out(
        &self,
        contents: &Contents,
        pack: impl Fn() -> Result<(String, Vec<u8>), Failure>,
    ) -> Result<String, Failure> {
        let (name, bytes) = pack()?;
        let bill = sbom::of(&self.release, &name, contents)?;
        if self.twice {
            if pack()?.1 != bytes || sbom::of(&self.release, &name, contents)? != bill {
                return Err(Failure::NotReproducible(name));
            }
            println!("{name}: packed twice, the same bytes");
        }
        self.write(&name, &bytes)?;
        self.write(&format!("{name}.cdx.json"), &bill)?;
        Ok(name)
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), Failure> {
        let path = self.release.out.join(name);
        fs::write(&path, bytes).map_err(|cause| Failure::File { path, cause })?;
        println!("{name}: {} bytes", bytes.len());
        Ok(())
    }
}

/// Compilers and runtimes, and the native libraries of all machines.
struct PartsOfCSharp {
    toolchain: Toolchain,
    natives: Vec<Native>,
}

/// The package of the library's WebAssembly.
const WASM: &str = "consonance-browser";

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::{env, process};

    use super::*;
    use crate::workspace_root;

    #[test]
    fn what_is_not_the_same_twice_is_refused_and_not_written() {
        let out = env::temp_dir().join(format!("consonance-workshop-{}", process::id()));
        fs::create_dir_all(&out).unwrap();
        let root = workspace_root::find().unwrap();
        let linked = Linked::of(&root, "consonance-wire", &command::host(&root).unwrap()).unwrap();
        let contents = Contents {
            name: "consonance-wire",
            kind: "library",
            sources: Sources::Main,
            linked,
            parts: Vec::new(),
        };
        let workshop = Workshop::new(Release::of_test(out.clone()), true);
        let clock = Cell::new(0_u8);
        let dated = || Ok(("it.tar".to_owned(), vec![clock.replace(clock.get() + 1)]));
        let refused = workshop.hand_out(&contents, dated).unwrap_err().to_string();
        assert!(refused.starts_with("it.tar was made twice"), "{refused}");
        assert!(!out.join("it.tar").exists());
        assert_eq!(workshop.hand_out(&contents, || Ok(("it.tar".to_owned(), vec![7]))).unwrap(), "it.tar");
        assert_eq!(fs::read(out.join("it.tar")).unwrap(), [7]);
        assert!(out.join("it.tar.cdx.json").exists());
        fs::remove_dir_all(out).unwrap();
    }
}
