//! The parts that link a static program: Debian's musl, its gcc, and the unwinder of LLVM, for panics.
//!
//! rustc looks for these files in a folder of its own, which a distribution's compiler lacks, and then in those that
//! `-L` names.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::command;
use crate::failure::Failure;

/// The C library.
pub(super) const LIBRARY: &str = "/usr/lib/x86_64-linux-musl/libc.a";

/// The static library, which Debian compiles for glibc: `glibc_names.c` adds what it expects of that.
pub(super) const UNWINDER: &str = "/usr/lib/llvm-19/lib/libunwind.a";

/// Flags for a static program at a random address, whose parts are in a folder below this one.
///
/// # Errors
/// [`Failure`] if the folder cannot be written, or a tool fails.
pub(super) fn flags(folder: &Path) -> Result<Vec<String>, Failure> {
    let folder = folder.join("musl");
    let failed = |path: &Path| {
        let path = path.to_owned();
        |cause| Failure::File { path, cause }
    };
    fs::create_dir_all(&folder).map_err(failed(&folder))?;
    let library = STARTS.iter().map(|name| Path::new(LIBRARY).with_file_name(name));
    let compiler =
        COMPILER.iter().map(|name| super::MUSL.linked_file(name)).collect::<Result<Vec<_>, _>>()?;
    for path in library.chain([LIBRARY.into(), UNWINDER.into()]).chain(compiler) {
        let copy = folder.join(path.file_name().unwrap_or_default());
        fs::copy(&path, copy).map_err(failed(&path))?;
    }
    let [source, object] = ["glibc_names.c", "glibc_names.o"].map(|name| folder.join(name));
    fs::write(&source, include_str!("glibc_names.c")).map_err(failed(&source))?;
    command::run(Command::new("musl-gcc").args(["-O2", "-c", "-o"]).arg(&object).arg(&source))?;
    // The archive leaves out the object's time and owner.
    command::run(Command::new("ar").arg("rsD").arg(folder.join("libunwind.a")).arg(&object))?;
    Ok(vec![
        "-Ctarget-feature=+crt-static".to_owned(),
        "-Clink-self-contained=yes".to_owned(),
        format!("-Lnative={}", folder.display()),
    ])
}

/// Files beside the library.
const STARTS: &[&str] = &["rcrt1.o", "crti.o", "crtn.o"];
const COMPILER: &[&str] = &["crtbeginS.o", "crtendS.o", "libgcc.a"];
