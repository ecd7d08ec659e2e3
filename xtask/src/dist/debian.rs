//! A package for Debian and what descends from it, with the static program, by `dpkg-deb`.

use std::fs;
use std::process::Command;

use super::program::Program;
use super::release::Release;
use super::tar;
use super::tree::Tree;
use crate::command;
use crate::failure::Failure;

/// The package's name, and the package.
///
/// # Errors
/// [`Failure`] if a file cannot be read, or `dpkg-deb` fails.
pub(super) fn of(release: &Release, program: &Program) -> Result<(String, Vec<u8>), Failure> {
    let (folder, name) = (release.work.join("debian"), name(release));
    tree(release, program)?.write(&folder)?;
    let file = release.work.join(&name);
    let mut dpkg = Command::new("dpkg-deb");
    dpkg.args(["--root-owner-group", "-Zxz", "--build"]).arg(&folder).arg(&file);
    // The compressed bytes depend on the number of threads.
    dpkg.env("DPKG_DEB_THREADS_MAX", "1").env("SOURCE_DATE_EPOCH", release.moment.seconds().to_string());
    command::capture(&mut dpkg)?;
    let bytes = fs::read(&file).map_err(|cause| Failure::File { path: file, cause })?;
    Ok((name, bytes))
}

/// The package's name.
pub(super) fn name(release: &Release) -> String {
    format!("consonance_{}_amd64.deb", release.version)
}

/// The path of the installed program.
pub(super) const PROGRAM: &str = "usr/bin/consonance";
const SETTINGS: &str = "etc/consonance/voice.toml";
const PAPERS: &str = "usr/share/doc/consonance";

fn tree(release: &Release, program: &Program) -> Result<Tree, Failure> {
    let mut tree = Tree::default();
    tree.program(PROGRAM, &*program.bytes);
    let settings = command::capture(Command::new(&program.file).args(["serve", "--print-config"]))?;
    tree.file(SETTINGS, settings);
    let unit = release.read_text("packaging/consonance.service")?;
    tree.file("usr/lib/systemd/system/consonance.service", unit_of_package(&unit));
    let mut copyright = COPYRIGHT.to_owned();
    for (_, text) in program.contents.licence_files(release)? {
        copyright.push('\n');
        copyright.push_str(&String::from_utf8_lossy(&text));
    }
    tree.file(&format!("{PAPERS}/copyright"), copyright);
    let changes = release.read("CHANGELOG.md")?;
    tree.file(&format!("{PAPERS}/NEWS.md.gz"), tar::gzip(&changes)?);
    tree.file(&format!("{PAPERS}/changelog.gz"), tar::gzip(changelog(release).as_bytes())?);
    let size: usize = tree.entries().filter_map(|(_, entry)| entry.content.as_ref()).map(Vec::len).sum();
    tree.file("DEBIAN/control", control(&release.version, size.div_ceil(1024)));
    tree.file("DEBIAN/conffiles", format!("/{SETTINGS}\n"));
    for (name, script) in [("postinst", POSTINST), ("prerm", PRERM), ("postrm", POSTRM)] {
        tree.program(&format!("DEBIAN/{name}"), script);
    }
    Ok(tree)
}

/// The unit for the package's path, without the lines at its head that say how to install it.
fn unit_of_package(unit: &str) -> String {
    let unit = unit.replace("/usr/local/bin/", "/usr/bin/");
    unit.find("[Unit]").map_or_else(String::new, |at| unit[at..].to_owned())
}

/// The unit runs `/bin/kill`, which comes with `procps`.
fn control(version: &str, size_kib: usize) -> String {
    format!(
        "Package: consonance\nVersion: {version}\nArchitecture: amd64\nMaintainer: {MAINTAINER}\n\
         Installed-Size: {size_kib}\nSection: net\nPriority: optional\n\
         Recommends: procps\n\
         Homepage: https://github.com/consonance-voice/consonance\n\
         Description: voice chat for games\n \
         A server whose players talk in rooms and to each other, in a game or in a\n \
         browser, and tools that show which player heard which.\n"
    )
}

fn changelog(release: &Release) -> String {
    let (version, date) = (&release.version, release.moment.rfc2822());
    format!(
        "consonance ({version}) stable; urgency=medium\n\n  * NEWS.md.gz has what has changed.\n\n \
         -- {MAINTAINER}  {date}\n"
    )
}

const MAINTAINER: &str = "Consonance contributors <consonance-voice@users.noreply.github.com>";
const COPYRIGHT: &str = "Consonance: https://github.com/consonance-voice/consonance
Copyright (c) 2026 The Consonance contributors
Licensed under MIT or Apache-2.0, at your choice; both follow, and after them the licences of what is inside.
";

/// The operator decides when the service starts for the first time; a running one is restarted.
const POSTINST: &str = r#"#!/bin/sh
set -e
if [ "$1" = configure ] && [ -z "$DPKG_ROOT" ] && [ -d /run/systemd/system ]; then
    systemctl daemon-reload
    if [ -n "$2" ]; then systemctl try-restart consonance.service; fi
fi
"#;
const PRERM: &str = r#"#!/bin/sh
set -e
if [ "$1" = remove ] && [ -z "$DPKG_ROOT" ] && [ -d /run/systemd/system ]; then
    systemctl disable --now consonance.service
fi
"#;
const POSTRM: &str = r#"#!/bin/sh
set -e
if [ -z "$DPKG_ROOT" ] && [ -d /run/systemd/system ]; then systemctl daemon-reload; fi
"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unit_runs_what_the_package_brings_and_says_nothing_of_installing() {
        let file = crate::workspace_root::find().unwrap().join("packaging/consonance.service");
        let packaged = unit_of_package(&fs::read_to_string(file).unwrap());
        assert!(packaged.starts_with("[Unit]\n"));
        assert!(packaged.contains(&format!("\nExecStart=/{PROGRAM} serve --config /{SETTINGS}\n")));
        assert!(!packaged.contains("/usr/local/"));
    }

    #[test]
    fn the_control_file_has_the_version_and_a_description_of_one_paragraph() {
        let control = control("1.2.3", 40);
        assert!(control.contains("\nVersion: 1.2.3\n") && control.contains("\nInstalled-Size: 40\n"));
        let (_, description) = control.split_once("\nDescription: ").unwrap();
        assert!(description.lines().skip(1).all(|line| line.starts_with(' ')), "{description}");
    }
}
