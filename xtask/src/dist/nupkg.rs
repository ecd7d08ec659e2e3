//! The library for C# as a package of `NuGet`: the assembly, and the native library of each machine.
//!
//! Written by hand: a package is a zip archive in the Open Packaging Conventions (ECMA-376, part 2), which ask for a
//! type of each file and for the relations of two.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::assembly::Assembly;
use super::contents::Contents;
use super::native::Native;
use super::release::Release;
use super::tree::Tree;
use super::zip;
use crate::failure::Failure;

/// The package's name, and the package.
///
/// # Errors
/// [`Failure`] if a file cannot be read.
pub(super) fn of(
    release: &Release,
    assembly: &Assembly,
    natives: &[Native],
    contents: &Contents,
) -> Result<(String, Vec<u8>), Failure> {
    let mut tree = Tree::default();
    let manifest = release.read_text("packaging/nuget/Consonance.nuspec")?;
    tree.file(MANIFEST, manifest.replace("@VERSION@", &release.version));
    tree.file("README.md", release.read("packaging/nuget/README.md")?);
    for (name, content) in contents.licence_files(release)? {
        tree.file(name, content);
    }
    tree.file("lib/netstandard2.0/Consonance.dll", &*assembly.assembly);
    tree.file("lib/netstandard2.0/Consonance.xml", &*assembly.documents);
    Native::add_all(natives, &mut tree, place);
    add_conventions(&mut tree, release);
    Ok((name(release), zip::of_files(&tree, release.moment)?))
}

/// The path at which the runtime of a machine looks for its native library.
pub(super) fn place(native: &Native) -> String {
    format!("runtimes/{}/native/{}", native.machine, native.file_name())
}

/// The file name in the form that `NuGet` itself writes.
fn name(release: &Release) -> String {
    format!("consonance.{}.nupkg", release.version)
}

const MANIFEST: &str = "Consonance.nuspec";
const PROPERTIES: &str = "package/services/metadata/core-properties/consonance.psmdcp";

/// Adds the files that the Open Packaging Conventions require.
fn add_conventions(tree: &mut Tree, release: &Release) {
    tree.file(PROPERTIES, properties(release));
    tree.file("_rels/.rels", RELATIONS);
    let types = types(tree.entries().filter(|(_, entry)| entry.content.is_some()).map(|(path, _)| path));
    tree.file("[Content_Types].xml", types);
}

fn properties(release: &Release) -> String {
    let Release { version, moment, .. } = release;
    let time = moment.rfc3339();
    format!(
        r#"<?xml version="1.0" encoding="utf-8"?>
<coreProperties xmlns="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <dc:creator>The maintainers of Consonance</dc:creator>
  <dc:description>Voice chat for games</dc:description>
  <dc:identifier>Consonance</dc:identifier>
  <dcterms:created xsi:type="dcterms:W3CDTF">{time}</dcterms:created>
  <version>{version}</version>
</coreProperties>
"#
    )
}

const RELATIONS: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
  <Relationship Type="http://schemas.microsoft.com/packaging/2010/07/manifest" Target="/Consonance.nuspec" Id="manifest" />
  <Relationship Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="/package/services/metadata/core-properties/consonance.psmdcp" Id="properties" />
</Relationships>
"#;

/// The types by extension; a file without one has its own line.
fn types<'p>(paths: impl Iterator<Item = &'p str>) -> String {
    let mut lines = BTreeSet::new();
    for path in paths {
        let name = path.rsplit('/').next().unwrap_or(path);
        lines.insert(match name.rsplit_once('.') {
            Some((_, ending)) => {
                format!("  <Default Extension=\"{ending}\" ContentType=\"{}\" />\n", content_type(ending))
            }
            None => format!("  <Override PartName=\"/{path}\" ContentType=\"text/plain\" />\n"),
        });
    }
    let mut text = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
                    <Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\n"
        .to_owned();
    for line in lines {
        let _ = write!(text, "{line}");
    }
    text + "</Types>\n"
}

fn content_type(ending: &str) -> &'static str {
    match ending {
        "rels" => "application/vnd.openxmlformats-package.relationships+xml",
        "psmdcp" => "application/vnd.openxmlformats-package.core-properties+xml",
        // NuGet's type for all others.
        _ => "application/octet",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_file_has_a_type_and_relations_lead_to_files() {
        let release = Release::of_test("target/dist".into());
        let mut tree = Tree::default();
        for path in [MANIFEST, "LICENSE-MIT", "lib/netstandard2.0/Consonance.dll"] {
            tree.file(path, "");
        }
        add_conventions(&mut tree, &release);
        let text = |path: &str| {
            let (_, entry) = tree.entries().find(|(it, _)| *it == path).unwrap();
            String::from_utf8(entry.content.clone().unwrap()).unwrap()
        };
        let types = text("[Content_Types].xml");
        for part in [
            "Extension=\"nuspec\" ContentType=\"application/octet\"",
            "Extension=\"dll\" ContentType=\"application/octet\"",
            "Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"",
            "Extension=\"psmdcp\" ContentType=\"application/vnd.openxmlformats-package.core-properties+xml\"",
            "PartName=\"/LICENSE-MIT\" ContentType=\"text/plain\"",
        ] {
            assert!(types.contains(part), "{types}");
        }
        assert_eq!(types.lines().count(), 8, "{types}");
        let targets: Vec<String> = RELATIONS
            .split("Target=\"/")
            .skip(1)
            .filter_map(|rest| Some(rest.split_once('"')?.0.to_owned()))
            .collect();
        assert_eq!(targets, [MANIFEST, PROPERTIES]);
        assert!(text(PROPERTIES).contains("<version>0.1.0</version>"));
    }

    #[test]
    fn the_manifest_has_the_version_of_the_release() {
        let release = Release::of_test("target/dist".into());
        let manifest = release.read_text("packaging/nuget/Consonance.nuspec").unwrap();
        assert_eq!(manifest.matches("@VERSION@").count(), 1);
        assert!(manifest.contains("<id>Consonance</id>") && manifest.contains("<readme>README.md</readme>"));
        assert_eq!(name(&release), "consonance.0.1.0.nupkg");
    }
}
