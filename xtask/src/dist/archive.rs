//! The program and its papers in one folder, as an archive of the kind that its system opens.

use super::program::Program;
use super::release::Release;
use super::tree::Tree;
use super::{tar, zip};
use crate::cross_target::CrossTarget;
use crate::failure::Failure;

/// The archive's name, and the archive.
///
/// # Errors
/// [`Failure`] if a file cannot be read.
pub(super) fn of(release: &Release, program: &Program) -> Result<(String, Vec<u8>), Failure> {
    let folder = folder(release, program);
    let tree = tree(release, program)?.inside(&folder);
    if program.target.is_windows() {
        return Ok((format!("{folder}.zip"), zip::of(&tree, release.moment)?));
    }
    Ok((format!("{folder}.tar.gz"), tar::gzip(&tar::of(&tree, release.moment)?)?))
}

/// The one folder in it.
pub(super) fn folder(release: &Release, program: &Program) -> String {
    format!("consonance-{}-{}", release.version, program.target.name)
}

fn tree(release: &Release, program: &Program) -> Result<Tree, Failure> {
    let mut tree = Tree::default();
    tree.program(&program.name(), &*program.bytes);
    let form = release.read_text("packaging/unpacked.txt")?;
    let text = readme(&form, &release.version, program.target);
    tree.file("README.txt", text);
    for (name, content) in program.contents.licence_files(release)? {
        tree.file(name, content);
    }
    if !program.target.is_windows() {
        let unit = release.read_text("packaging/consonance.service")?;
        tree.file("consonance.service", unit.replace("target/release/", "").replace("packaging/", ""));
    }
    Ok(tree)
}

fn readme(form: &str, version: &str, target: &CrossTarget) -> String {
    let (run, mut notes) = if target.is_windows() {
        (r".\consonance.exe", String::new())
    } else {
        ("./consonance", SERVICE.to_owned())
    };
    if target.is_static() {
        notes.push_str(SILENT);
    }
    let values = [
        ("{version}", version),
        ("{program}", run.trim_start_matches(['.', '/', '\\'])),
        ("{run}", run),
        ("{notes}", &notes),
    ];
    values.iter().fold(form.to_owned(), |text, (name, value)| text.replace(name, value))
}

const SERVICE: &str = "\nRun it as a service of systemd: the first lines of consonance.service say how.\n";
const SILENT: &str = "\nThis build has no sound devices: its players talk in a browser, or by the options --input and --output.\n";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cross_target::{ARM, GLIBC, MUSL, WINDOWS};

    #[test]
    fn the_text_says_what_to_run_on_its_system_and_has_no_gaps() {
        let form = Release::of_test("target/dist".into()).read_text("packaging/unpacked.txt").unwrap();
        for (target, command, is_service, is_silent) in [
            (&MUSL, "    ./consonance serve --config", true, true),
            (&GLIBC, "    ./consonance serve --config", true, false),
            (&ARM, "    ./consonance serve --config", true, false),
            (&WINDOWS, r"    .\consonance.exe serve --config", false, false),
        ] {
            let text = readme(&form, "1.2.3", target);
            assert!(text.starts_with("Consonance 1.2.3,") && text.contains(command), "{text}");
            assert!(!text.contains(['{', '}']), "{text}");
            assert_eq!(text.contains("consonance.service"), is_service, "{text}");
            assert_eq!(text.contains("no sound devices"), is_silent, "{text}");
        }
    }
}
