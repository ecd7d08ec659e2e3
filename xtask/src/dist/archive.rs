//! The program and its papers in one folder, as an archive of the kind that its system opens.

use super::program::Program;
use super::release::Release;
use super::tree::Tree;
use super::{tar, zip};
use crate::failure::Failure;

/// The archive's name, and the archive.
///
/// # Errors
/// [`Failure`] if a file cannot be read.
pub(super) fn of(release: &Release, program: &Program) -> Result<(String, Vec<u8>), Failure> {
    let folder = folder(release, program);
    let tree = tree(release, program)?.inside(&folder);
    if is_for_windows(program) {
        return Ok((format!("{folder}.zip"), zip::of(&tree, release.moment)?));
    }
    Ok((format!("{folder}.tar.gz"), tar::gzip(&tar::of(&tree, release.moment)?)?))
}

/// The one folder in it.
pub(super) fn folder(release: &Release, program: &Program) -> String {
    format!("consonance-{}-{}", release.version, program.target.name)
}

/// Of the program.
pub(super) fn is_for_windows(program: &Program) -> bool {
    program.target.name.contains("windows")
}

fn tree(release: &Release, program: &Program) -> Result<Tree, Failure> {
    let mut tree = Tree::default();
    tree.program(&program.name(), &*program.bytes);
    let text = readme(&release.read_text("packaging/unpacked.txt")?, &release.version, program);
    tree.file("README.txt", text);
    for (name, content) in program.contents.licence_files(release)? {
        tree.file(name, content);
    }
    if !is_for_windows(program) {
        let unit = release.read_text("packaging/consonance.service")?;
        tree.file("consonance.service", unit.replace("target/release/", "").replace("packaging/", ""));
    }
    Ok(tree)
}

fn readme(form: &str, version: &str, program: &Program) -> String {
    let (run, mut notes) = if is_for_windows(program) {
        (r".\consonance.exe", String::new())
    } else {
        ("./consonance", SERVICE.to_owned())
    };
    if program.target.name.contains("musl") {
        notes.push_str(SILENT);
    }
    let values =
        [("{version}", version), ("{program}", &program.name()), ("{run}", run), ("{notes}", &notes)];
    values.iter().fold(form.to_owned(), |text, (name, value)| text.replace(name, value))
}

const SERVICE: &str = "\nRun it as a service of systemd: the first lines of consonance.service say how.\n";
const SILENT: &str = "\nThis build has no sound devices: its players talk in a browser, or by the options --input and --output.\n";
