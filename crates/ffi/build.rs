//! Gives the shared library the name that the downloads have, so that a program linked with one runs with the other.

use std::io::{self, Write as _};
use std::path::Path;
use std::{env, fs};

/// Systems whose shared libraries carry a name that programs note.
const ELF: [&str; 3] = ["linux", "android", "freebsd"];

fn main() -> io::Result<()> {
    let header = Path::new("include/consonance.h");
    let mut cargo = io::stdout();
    writeln!(cargo, "cargo::rerun-if-changed={}", header.display())?;
    let system = env::var("CARGO_CFG_TARGET_OS").unwrap_or_default();
    let text = fs::read_to_string(header)?;
    let number = text.lines().find_map(|line| line.strip_prefix("#define CONSONANCE_ABI "));
    if let Some(number) = number.filter(|_| ELF.contains(&&*system)) {
        writeln!(cargo, "cargo::rustc-cdylib-link-arg=-Wl,-soname,libconsonance.so.{}", number.trim())?;
    }
    Ok(())
}
