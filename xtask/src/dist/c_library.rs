//! The library for C, compiled for a target: shared and static, under the names that its users link.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::c_header::CHeader;
use super::compilation::Compilation;
use super::contents::Contents;
use super::release::Release;
use super::sources::Sources;
use crate::command;
use crate::cross_target::CrossTarget;
use crate::distribution_compiler::DistributionCompiler;
use crate::failure::Failure;

/// Both libraries, and what is in them.
pub(super) struct CLibrary {
    pub(super) target: &'static CrossTarget,
    pub(super) header: CHeader,
    pub(super) shared: Vec<u8>,
    pub(super) fixed: Vec<u8>,
    /// For Windows: the file that programs are linked with instead of the shared library.
    pub(super) import: Option<ImportLibrary>,
    /// System libraries that programs with the static library are linked with, as flags of the linker.
    pub(super) system: Vec<String>,
    pub(super) contents: Contents,
}

/// The files with which programs for Windows are linked to a shared library.
pub(super) struct ImportLibrary {
    /// The list of functions, from which other linkers make their own import library.
    pub(super) definitions: String,
    /// The import library for MinGW.
    pub(super) library: Vec<u8>,
}

impl CLibrary {
    /// Compiles both.
    ///
    /// # Errors
    /// As [`Compilation::run`].
    pub(super) fn build(
        release: &Release,
        target: &'static CrossTarget,
        compiler: &DistributionCompiler,
    ) -> Result<Self, Failure> {
        let header = CHeader::of(release)?;
        let work = release.work.join("c").join(target.name);
        fs::create_dir_all(&work).map_err(failed(&work))?;
        let system = work.join("system-libraries.txt");
        let flags =
            [name_flag(target, &header, &work)?, format!("--print=native-static-libs={}", system.display())];
        let compilation =
            Compilation { package: PACKAGE, kind: "library", sources: Sources::Main, target, compiler };
        let contents = compilation.run(release, &WORDS, &flags)?;
        let made = |name: &str| compilation.read(release, name);
        let (shared, import) = if target.is_windows() {
            (made("consonance_ffi.dll")?, Some(ImportLibrary::make(target, &header, &work)?))
        } else {
            (made("libconsonance_ffi.so")?, None)
        };
        let fixed = made("libconsonance_ffi.a")?;
        let system = system_libraries(&String::from_utf8_lossy(&read(&system)?));
        Ok(Self { target, header, shared, fixed, import, system, contents })
    }

    /// The name of the shared library, which programs ask for when they start.
    ///
    /// On Linux, it ends with the number of the ABI: a program is started with any later library of the same number,
    /// since functions and fields of structs are only added, and never with one of another number.
    pub(super) fn shared_name(&self) -> String {
        shared_name(self.target, &self.header)
    }
}

impl ImportLibrary {
    fn make(target: &CrossTarget, header: &CHeader, work: &Path) -> Result<Self, Failure> {
        let functions = header.functions.join("\n    ");
        let definitions = format!("{}EXPORTS\n    {functions}\n", library_line(target, header));
        let (list, library) = (work.join("consonance.def"), work.join("libconsonance.dll.a"));
        fs::write(&list, &definitions).map_err(failed(&list))?;
        let mut dlltool = Command::new("x86_64-w64-mingw32-dlltool");
        dlltool
            .arg("--deterministic-libraries")
            .arg("--input-def")
            .arg(&list)
            .arg("--output-lib")
            .arg(&library);
        command::run(&mut dlltool)?;
        Ok(Self { definitions, library: read(&library)? })
    }
}

/// The package.
const PACKAGE: &str = "consonance-ffi";
const WORDS: [&str; 4] = ["rustc", "--lib", "--crate-type", "cdylib,staticlib"];

fn shared_name(target: &CrossTarget, header: &CHeader) -> String {
    if target.is_windows() { "consonance.dll".to_owned() } else { format!("libconsonance.so.{}", header.abi) }
}

/// The flag that gives the shared library its name, which cargo would derive from the package.
fn name_flag(target: &CrossTarget, header: &CHeader, work: &Path) -> Result<String, Failure> {
    if !target.is_windows() {
        return Ok(format!("-Clink-arg=-Wl,-soname,{}", shared_name(target, header)));
    }
    let file = work.join("name.def");
    fs::write(&file, library_line(target, header)).map_err(failed(&file))?;
    Ok(format!("-Clink-arg={}", file.display()))
}

fn library_line(target: &CrossTarget, header: &CHeader) -> String {
    format!("LIBRARY {}\n", shared_name(target, header))
}

/// The libraries under the names that all compilers know, in the order of their last occurrence, since linkers look
/// forward only.
fn system_libraries(text: &str) -> Vec<String> {
    // The crate `winapi` contains copies of MinGW's import libraries, under names of its own.
    let names = text.split_whitespace().map(|name| name.replacen("-lwinapi_", "-l", 1));
    let mut rest = names.collect::<Vec<_>>().into_iter();
    let mut kept = Vec::new();
    while let Some(name) = rest.next() {
        if !rest.as_slice().contains(&name) {
            kept.push(name);
        }
    }
    kept
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(failed(path))
}

fn failed(path: &Path) -> impl FnOnce(std::io::Error) -> Failure {
    let path: PathBuf = path.to_owned();
    |cause| Failure::File { path, cause }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cross_target::{GLIBC, WINDOWS};

    #[test]
    fn the_name_that_programs_ask_for_changes_with_the_abi_where_names_have_numbers() {
        let header = CHeader { abi: 7, functions: Vec::new() };
        assert_eq!(shared_name(&GLIBC, &header), "libconsonance.so.7");
        assert_eq!(shared_name(&WINDOWS, &header), "consonance.dll");
    }

    #[test]
    fn of_a_library_that_is_named_twice_the_last_place_counts() {
        assert_eq!(system_libraries("-lc -lm -lc -lpthread\n"), ["-lm", "-lc", "-lpthread"]);
        assert_eq!(system_libraries("-lwinapi_advapi32 -lbcrypt -ladvapi32"), ["-lbcrypt", "-ladvapi32"]);
    }
}
