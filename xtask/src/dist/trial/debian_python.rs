//! Debian's Python for 64-bit ARM, unpacked into a folder: nothing of it is installed here.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::unavailable::unavailable;
use crate::command;
use crate::dist::tree;
use crate::failure::Failure;

/// The root of its system in this folder, with what numpy needs; it is kept.
///
/// # Errors
/// [`Failure::Unavailable`] where there is no apt, or it brings nothing.
pub(super) fn prepare(kept: &Path) -> Result<PathBuf, Failure> {
    let root = kept.join("debian-arm64");
    if root.is_dir() {
        return Ok(root);
    }
    if !command::is_on_path("apt-get") || !command::is_on_path("dpkg-deb") {
        return Err(unavailable("no apt-get, which brings Debian's for ARM"));
    }
    let apt = Apt { folder: kept.join("apt-arm64") };
    apt.fetch().map_err(|failure| {
        let said = failure.to_string();
        unavailable(&format!("apt-get: {}", said.trim_end().lines().next_back().unwrap_or_default()))
    })?;
    let partial = root.with_extension("partial");
    tree::empty(&partial)?;
    for package in apt.packages()? {
        command::capture(Command::new("dpkg-deb").arg("--extract").arg(package).arg(&partial))?;
    }
    // Since Debian 13, the link is in a package that is not among these.
    if !partial.join("lib").exists() {
        command::capture(Command::new("ln").args(["-s", "usr/lib"]).arg(partial.join("lib")))?;
    }
    fs::rename(&partial, &root).map_err(|cause| Failure::File { path: partial, cause })?;
    Ok(root)
}

/// The interpreter below the root.
///
/// # Errors
/// [`Failure::Unavailable`] where there is none.
pub(super) fn program(root: &Path) -> Result<PathBuf, Failure> {
    let folder = root.join("usr/bin");
    let entries = fs::read_dir(&folder).map_err(|cause| Failure::File { path: folder, cause })?;
    let mut paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let program = paths.find(|path| path.file_name().is_some_and(|name| is_program(&name.to_string_lossy())));
    program.ok_or_else(|| unavailable("none in Debian's package"))
}

/// Whether this is the name of an interpreter, such as `python3.11`.
fn is_program(name: &str) -> bool {
    let minor = name.strip_prefix("python3.");
    minor.is_some_and(|minor| !minor.is_empty() && minor.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Lists and packages in a folder of its own, which know nothing of what is installed here.
struct Apt {
    folder: PathBuf,
}

impl Apt {
    fn fetch(&self) -> Result<(), Failure> {
        for folder in ["lists/partial", "cache/archives/partial", "packages"] {
            tree::empty(&self.folder.join(folder))?;
        }
        command::capture(self.command("apt-get").arg("update"))?;
        let mut ask = self.command("apt-cache");
        ask.args([
            "depends",
            "--recurse",
            "--no-recommends",
            "--no-suggests",
            "--no-conflicts",
            "--no-breaks",
        ]);
        ask.args(["--no-replaces", "--no-enhances", "python3-minimal", "libpython3-stdlib", "libstdc++6"]);
        let said = command::capture(&mut ask)?;
        let mut download = self.command("apt-get");
        download.current_dir(self.folder.join("packages")).arg("download").args(names(&said));
        command::capture(&mut download).map(drop)
    }

    fn packages(&self) -> Result<Vec<PathBuf>, Failure> {
        let folder = self.folder.join("packages");
        let entries = fs::read_dir(&folder).map_err(|cause| Failure::File { path: folder, cause })?;
        Ok(entries.filter_map(|entry| Some(entry.ok()?.path())).collect())
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        let folder = |name: &str, below: &str| format!("{name}={}", self.folder.join(below).display());
        for option in [
            "APT::Architecture=arm64".to_owned(),
            "APT::Architectures::=arm64".to_owned(),
            // apt's own user may lack write access to these folders.
            "APT::Sandbox::User=".to_owned(),
            folder("Dir::State::lists", "lists"),
            folder("Dir::Cache", "cache"),
            "Dir::State::status=/dev/null".to_owned(),
        ] {
            command.arg("-o").arg(option);
        }
        command
    }
}

/// The packages in what `apt-cache depends --recurse` says: the lines of others begin with spaces, and what is only
/// provided by others is in brackets. Of the interpreter, the scripts that run when it is installed are not needed.
fn names(text: &str) -> Vec<&str> {
    let is_package = |line: &&str| !line.starts_with([' ', '<', '|']) && !line.is_empty();
    let is_needed = |name: &&str| NOT_NEEDED.iter().all(|start| !name.starts_with(start));
    text.lines().filter(is_package).filter(is_needed).collect()
}

const NOT_NEEDED: [&str; 7] =
    ["debconf", "dpkg", "libperl", "mailcap", "media-types", "mime-support", "perl"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_those_of_the_first_column() {
        let text =
            "python3-minimal\n  Depends: dpkg\n |Depends: a\n  Depends: <virtual>\n<virtual>\ndpkg\nlibc6\n";
        assert_eq!(names(text), ["python3-minimal", "libc6"]);
    }

    #[test]
    fn the_interpreter_has_its_version_in_its_name() {
        assert!(is_program("python3.13") && !is_program("python3.13-config") && !is_program("py3compile"));
    }
}
