//! How old the C library of a system may be.

use std::path::Path;
use std::process::Command;

use crate::command;
use crate::failure::Failure;

/// The oldest that a program has to start with, as docs/downloads.md promises: Ubuntu 22.04 and Debian 12 have later
/// ones.
const OLDEST: (u32, u32) = (2, 34);

/// # Errors
/// [`Failure::Trial`] if the program needs a later one.
pub(super) fn check(file: &str, program: &Path) -> Result<(), Failure> {
    let newest = needed_by(program)?;
    if newest.is_some_and(|newest| newest <= OLDEST) {
        return Ok(());
    }
    let why = format!("it needs glibc {newest:?}, expected at most {OLDEST:?}");
    Err(Failure::Trial { file: file.to_owned(), why })
}

/// The version that a program or a library needs.
///
/// # Errors
/// [`Failure`] if `readelf` cannot read it.
pub(super) fn needed_by(file: &Path) -> Result<Option<(u32, u32)>, Failure> {
    let needs = command::capture(Command::new("readelf").arg("--version-info").arg(file))?;
    Ok(newest(&needs))
}

/// The libraries that a program or a library asks for when it is loaded.
///
/// # Errors
/// [`Failure`] if `readelf` cannot read it.
pub(super) fn libraries_of(file: &Path) -> Result<Vec<String>, Failure> {
    let said = command::capture(Command::new("readelf").args(["--dynamic", "--wide"]).arg(file))?;
    Ok(libraries(&said))
}

fn libraries(text: &str) -> Vec<String> {
    let lines = text.lines().filter(|line| line.contains("(NEEDED)"));
    lines.filter_map(|line| Some(line.split_once('[')?.1.split_once(']')?.0.to_owned())).collect()
}

/// The newest version of glibc that one of a program's symbols has, in what `readelf` says.
fn newest(text: &str) -> Option<(u32, u32)> {
    let versions = text.split("Name: GLIBC_").skip(1).filter_map(|rest| {
        let mut numbers = rest.split_ascii_whitespace().next()?.split('.').map(|number| number.parse().ok());
        Some((numbers.next()??, numbers.next()??))
    });
    versions.max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_version_counts_and_what_has_none_does_not() {
        let text = "  Name: GLIBC_2.9  Flags: none\n  Name: GLIBC_2.34  Flags: none\n\
                    Name: GCC_4.2.0\n  Name: GLIBC_2.2.5  Flags\n  Name: GLIBC_PRIVATE";
        assert_eq!(newest(text), Some((2, 34)));
        assert_eq!(newest("No version information found in this file."), None);
    }

    #[test]
    fn what_a_file_needs_is_between_brackets() {
        let text = " 0x0000000000000001 (NEEDED)  Shared library: [libgcc_s.so.1]\n\
                    0x0000000000000001 (NEEDED) Shared library: [libc.so.6]\n\
                    0x000000000000000e (SONAME) Library soname: [it.so]";
        assert_eq!(libraries(text), ["libgcc_s.so.1", "libc.so.6"]);
    }
}
