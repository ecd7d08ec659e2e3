//! The package for Unity as a set of files: whether each has a `.meta`, and whether all fit together.
//!
//! Unity ignores a file of an installed package that has no `.meta`, and tells files apart by the GUID in there alone.
//! So these are checked in, and never change.

mod assembly_definitions;
mod assets;
mod guid;
mod manifest;
mod meta;
mod plugin;
mod references;
mod yaml;

use std::collections::BTreeMap;

use crate::tidy::finding::Finding;

/// Its folder in the repository.
pub(crate) const FOLDER: &str = "unity/com.consonance.voice";

/// All files of the package, or of an archive of it.
#[derive(Debug, Default)]
pub(crate) struct UnityPackage<'p> {
    /// The text of each file, by its path from the package's folder; `None` for a file that is not text.
    files: BTreeMap<&'p str, Option<&'p str>>,
}

impl<'p> UnityPackage<'p> {
    /// A package of these files: paths from the package's folder, and their texts.
    pub(crate) fn new(files: impl IntoIterator<Item = (&'p str, Option<&'p str>)>) -> Self {
        Self { files: files.into_iter().collect() }
    }

    /// The `.meta` of each file and folder that has none yet: path and text.
    pub(crate) fn missing_metas(&self) -> Vec<(String, String)> {
        let missing = assets::of(self.files.keys().copied()).into_iter();
        let missing = missing.filter(|asset| !self.files.contains_key(&*meta::path(asset)));
        missing.map(|asset| (meta::path(asset), self.meta(asset))).collect()
    }

    /// The faults of the package, whose version must be `version`; paths are from the package's folder.
    pub(crate) fn check(&self, version: &str) -> Vec<Finding> {
        let mut findings = self.without_meta();
        let (guids, wrong) = references::guids(&self.files);
        findings.extend(wrong);
        findings.extend(references::check(&self.files, &guids));
        findings.extend(assembly_definitions::check(&self.files, &guids));
        findings.extend(manifest::check(&self.files, version));
        findings
    }

    fn meta(&self, asset: &str) -> String {
        let is_folder = !self.files.contains_key(asset);
        meta::text(asset, is_folder, self.icon(asset).as_deref())
    }

    /// The GUID of a component's icon, which has the component's name.
    fn icon(&self, asset: &str) -> Option<String> {
        let name = asset.rsplit('/').next()?.strip_suffix(".cs")?;
        let icon = format!("{ICONS}/{name}.png");
        self.files.contains_key(&*icon).then(|| {
            let meta = self.files.get(&*meta::path(&icon)).copied().flatten();
            meta.and_then(guid::of_meta).unwrap_or_else(|| guid::of_path(&icon))
        })
    }

    fn without_meta(&self) -> Vec<Finding> {
        let assets = assets::of(self.files.keys().copied());
        let missing = self.missing_metas().into_iter().map(|(path, _)| {
            let asset = path.trim_end_matches(meta::ENDING);
            Finding::new(asset, 1, "has no .meta, so Unity ignores it", "run `cargo xtask write metas`")
        });
        let orphans = self.files.keys().filter_map(|path| {
            let asset = path.strip_suffix(meta::ENDING)?;
            let what = || Finding::new(path, 1, "is of no file and no folder", "remove or rename it");
            (!assets.contains(asset)).then(what)
        });
        missing.chain(orphans).collect()
    }
}

/// The folder of the components' icons for the inspector.
const ICONS: &str = "Editor/Icons";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::fixture::lines;

    /// A package with all metas that are missing.
    fn complete(files: &[(&str, &str)]) -> Vec<(String, String)> {
        let mut all: Vec<(String, String)> =
            files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        let package = UnityPackage::new(files.iter().map(|(path, text)| (*path, Some(*text))));
        all.extend(package.missing_metas());
        all
    }

    fn found(files: &[(String, String)]) -> Vec<String> {
        let package = UnityPackage::new(files.iter().map(|(path, text)| (&**path, Some(&**text))));
        lines(&package.check("1.2.3"))
    }

    const MANIFEST: (&str, &str) = ("package.json", r#"{"version": "1.2.3", "samples": []}"#);

    #[test]
    fn what_metas_are_written_for_has_them_afterwards() {
        let files = complete(&[MANIFEST, ("Runtime/One.cs", ""), ("Docs~/a.md", ""), (".gitignore", "")]);
        let metas: Vec<&str> =
            files.iter().map(|(path, _)| &**path).filter(|path| path.ends_with(meta::ENDING)).collect();
        assert_eq!(metas, ["Runtime.meta", "Runtime/One.cs.meta", "package.json.meta"]);
        assert_eq!(found(&files), [""; 0]);
    }

    #[test]
    fn a_file_without_a_meta_and_a_meta_without_a_file_are_found() {
        let mut files = complete(&[MANIFEST, ("Runtime/One.cs", "")]);
        let place = files.iter().position(|(path, _)| path == "Runtime/One.cs.meta").unwrap();
        files[place].0 = "Runtime/Two.cs.meta".to_owned();
        assert_eq!(
            found(&files),
            [
                "Runtime/One.cs:1: has no .meta, so Unity ignores it — run `cargo xtask write metas`",
                "Runtime/Two.cs.meta:1: is of no file and no folder — remove or rename it",
            ]
        );
    }

    #[test]
    fn a_component_has_the_icon_of_its_name() {
        let files = complete(&[("Runtime/One.cs", ""), ("Runtime/Two.cs", ""), ("Editor/Icons/One.png", "")]);
        let meta = |path: &str| &files.iter().find(|(it, _)| it == path).unwrap().1;
        let icon = guid::of_meta(meta("Editor/Icons/One.png.meta")).unwrap();
        assert!(
            meta("Runtime/One.cs.meta")
                .contains(&format!("icon: {{fileID: 2800000, guid: {icon}, type: 3}}"))
        );
        assert!(meta("Runtime/Two.cs.meta").contains("icon: {instanceID: 0}"));
    }
}
