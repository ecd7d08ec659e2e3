//! The package for Unity: what is in the repository, the sources of the library for C#, and the native library of each
//! machine, all with their `.meta`, as the tarball of npm that Unity's package manager takes.

use std::fmt::Write as _;

use super::assembly;
use super::contents::Contents;
use super::native::Native;
use super::release::Release;
use super::tar;
use super::tree::Tree;
use crate::failure::Failure;
use crate::tidy::tracked_files;
use crate::unity_package::{FOLDER, UnityPackage};

/// The package's name, and the package.
///
/// # Errors
/// [`Failure`] if a file cannot be read.
pub(super) fn of(
    release: &Release,
    natives: &[Native],
    contents: &Contents,
) -> Result<(String, Vec<u8>), Failure> {
    let mut tree = checked_in(release)?;
    add_library(release, &mut tree)?;
    tree.file("LICENSE.md", licence(release)?);
    tree.file("Third Party Notices.md", format!("{NOTICES}```text\n{}```\n", contents.notices()?));
    Native::add_all(natives, &mut tree, place);
    add_metas(&mut tree);
    Ok((name(release), tar::gzip(&tar::of(&tree.inside(INSIDE), release.moment)?)?))
}

/// The path of the native library of a machine.
pub(super) fn place(native: &Native) -> String {
    format!("Runtime/Plugins/{}/{}", native.machine, native.file_name())
}

/// The one folder in it.
pub(super) const INSIDE: &str = "package";

fn name(release: &Release) -> String {
    format!("com.consonance.voice-{}.tgz", release.version)
}

/// The title of the notices; the rest is plain text.
const NOTICES: &str = "# Third party notices\n\n";

fn checked_in(release: &Release) -> Result<Tree, Failure> {
    let mut tree = Tree::default();
    for path in tracked_files::list(&release.root)? {
        if let Some(inside) = path.strip_prefix(FOLDER).and_then(|rest| rest.strip_prefix('/')) {
            tree.file(inside, release.read(&path)?);
        }
    }
    Ok(tree)
}

/// Unity compiles it with the game, for each machine and by IL2CPP, too.
fn add_library(release: &Release, tree: &mut Tree) -> Result<(), Failure> {
    let folder = release.root.join(assembly::FOLDER);
    for source in assembly::sources(&release.root)? {
        let inside = source.strip_prefix(&folder).unwrap_or(&source).to_string_lossy().replace('\\', "/");
        tree.file(
            &format!("Runtime/Library/{inside}"),
            release.read(&format!("{}/{inside}", assembly::FOLDER))?,
        );
    }
    Ok(())
}

/// Unity's package manager shows one file.
fn licence(release: &Release) -> Result<String, Failure> {
    let mut text = release.read_text(&format!("{FOLDER}/LICENSE.md"))?;
    for (title, file) in [("MIT", "LICENSE-MIT"), ("Apache 2.0", "LICENSE-APACHE")] {
        let _ = write!(text, "\n## {title}\n\n```text\n{}\n```\n", release.read_text(file)?.trim_end());
    }
    Ok(text)
}

fn add_metas(tree: &mut Tree) {
    let files: Vec<(String, Option<String>)> = tree
        .entries()
        .filter_map(|(path, entry)| Some((path.to_owned(), String::from_utf8(entry.content.clone()?).ok())))
        .collect();
    let package = UnityPackage::new(files.iter().map(|(path, text)| (&**path, text.as_deref())));
    for (path, text) in package.missing_metas() {
        tree.file(&path, text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_library_is_among_the_sources_and_everything_has_a_meta() {
        let release = Release::of_test("target/dist".into());
        let mut tree = checked_in(&release).unwrap();
        add_library(&release, &mut tree).unwrap();
        tree.program("Runtime/Plugins/linux-x64/libconsonance.so", [0x7f, 0xff]);
        add_metas(&mut tree);
        let paths: Vec<&str> = tree.entries().map(|(path, _)| path).collect();
        for path in [
            "Runtime/Library/VoiceChat.cs",
            "Runtime/Library/VoiceChat.cs.meta",
            "Runtime/Library/Native.meta",
            "Runtime/Library/Native/NativeMethods.cs.meta",
            "Runtime/Plugins/linux-x64/libconsonance.so.meta",
            "package.json.meta",
        ] {
            assert!(paths.contains(&path), "{path}");
        }
        let text = licence(&release).unwrap();
        assert!(text.contains("Permission is hereby granted") && text.contains("Apache License"), "{text}");
    }
}
