//! The repository as the rules see it: its files with their texts, and the packages of its workspace.

use std::fs;
use std::path::Path;

use cargo_metadata::MetadataCommand;

use super::tracked_files;
use crate::command;
use crate::failure::Failure;
use crate::workspace;

/// Everything that the rules look at, in memory.
pub(crate) struct Repository {
    /// All files, sorted by path.
    pub(crate) files: Vec<TrackedFile>,
    /// The members of the workspace, by name.
    pub(crate) packages: Vec<Package>,
}

impl Repository {
    /// Reads the repository at `root`.
    ///
    /// # Errors
    /// [`Failure`] where a file cannot be read, or Git or Cargo fail.
    pub(crate) fn load(root: &Path) -> Result<Self, Failure> {
        let read = |path: String| {
            let full = root.join(&path);
            let bytes = fs::read(&full).map_err(|cause| Failure::File { path: full, cause })?;
            Ok(TrackedFile::new(path, bytes))
        };
        let files = tracked_files::list(root)?.into_iter().map(read).collect::<Result<_, _>>()?;
        Ok(Self { files, packages: load_packages(root)? })
    }

    /// The text of the file at `path`; `None` where there is no such file or it is not text.
    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        self.file(path)?.text.as_deref()
    }

    /// The file at `path`.
    pub(crate) fn file(&self, path: &str) -> Option<&TrackedFile> {
        self.files.iter().find(|file| file.path == path)
    }

    /// Whether there is a file or a folder at `path`.
    pub(crate) fn exists(&self, path: &str) -> bool {
        let below =
            |file: &TrackedFile| file.path.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'));
        path.is_empty() || self.files.iter().any(|file| file.path == path || below(file))
    }

    /// All Rust files that parse.
    pub(crate) fn rust_files(&self) -> impl Iterator<Item = (&TrackedFile, &syn::File)> {
        self.files.iter().filter_map(|file| Some((file, file.syntax.as_ref()?.as_ref().ok()?)))
    }

    /// All text files whose name ends in one of `endings`.
    pub(crate) fn texts(&self, endings: &[&str]) -> impl Iterator<Item = (&TrackedFile, &str)> {
        self.files.iter().filter_map(move |file| {
            let wanted = endings.iter().any(|ending| file.path.ends_with(ending));
            Some((file, file.text.as_deref().filter(|_| wanted)?))
        })
    }
}

/// A file of the repository.
pub(crate) struct TrackedFile {
    /// The path from the root of the repository, with `/` between its parts.
    pub(crate) path: String,
    /// The size in bytes.
    pub(crate) size: usize,
    /// Its first bytes, at most eight, which tell binary formats apart.
    pub(crate) head: Vec<u8>,
    /// The text, where the file is UTF-8 without NUL.
    pub(crate) text: Option<String>,
    /// The syntax of a Rust file, or the error of its parser; `None` where the file is not Rust.
    pub(crate) syntax: Option<syn::Result<syn::File>>,
}

impl TrackedFile {
    /// A file with this content.
    pub(crate) fn new(path: String, bytes: Vec<u8>) -> Self {
        let size = bytes.len();
        let head = bytes[..size.min(8)].to_vec();
        let text = String::from_utf8(bytes).ok().filter(|text| !text.contains('\0'));
        let is_rust = path.rsplit('.').next() == Some("rs");
        let syntax = text.as_deref().filter(|_| is_rust).map(syn::parse_file);
        Self { path, size, head, text, syntax }
    }

    /// The number of lines of its text.
    pub(crate) fn lines(&self) -> usize {
        self.text.as_deref().map_or(0, |text| text.lines().count())
    }
}

/// A member of the workspace.
pub(crate) struct Package {
    /// The name in its manifest.
    pub(crate) name: String,
    /// The path of its folder from the root of the repository; empty for a package at the root.
    pub(crate) folder: String,
    /// Whether it goes to a package registry: its manifest does not have `publish = false`.
    pub(crate) is_published: bool,
    /// The direct dependencies in its manifest.
    pub(crate) dependencies: Vec<Dependency>,
}

impl Package {
    /// The path of its `Cargo.toml`.
    pub(crate) fn manifest(&self) -> String {
        self.below("Cargo.toml")
    }

    /// The path of a file in its folder.
    pub(crate) fn below(&self, path: &str) -> String {
        if self.folder.is_empty() { path.to_owned() } else { format!("{}/{path}", self.folder) }
    }

    /// The line of its manifest that starts with the name of `dependency`; 1 where there is none.
    pub(crate) fn line_of(&self, repository: &Repository, dependency: &str) -> usize {
        let starts = |line: &str| {
            let rest = line.trim_start().strip_prefix(dependency);
            rest.is_some_and(|rest| rest.starts_with(['.', ' ', '=', ']']))
        };
        let manifest = repository.text(&self.manifest()).unwrap_or_default();
        manifest.lines().position(starts).map_or(1, |index| index + 1)
    }
}

/// A direct dependency of a package.
#[derive(Clone)]
pub(crate) struct Dependency {
    /// The name of the package that it refers to.
    pub(crate) name: String,
    /// The name of the crate in sources.
    pub(crate) identifier: String,
    /// The section of the manifest that it is in.
    pub(crate) kind: DependencyKind,
    /// Whether it is another member of the workspace.
    pub(crate) internal: bool,
    /// Whether it is an optional dependency, which only a feature turns on.
    pub(crate) optional: bool,
}

/// The part of a package that needs a dependency.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum DependencyKind {
    /// The package itself.
    Normal,
    /// Its build script.
    Build,
    /// Its tests, examples and benches.
    Development,
}

fn load_packages(root: &Path) -> Result<Vec<Package>, Failure> {
    let mut cargo = command::cargo(root, ["metadata", "--format-version", "1", "--no-deps"]);
    let answer = command::capture(&mut cargo)?;
    let metadata = MetadataCommand::parse(&answer)
        .map_err(|error| Failure::Answer { command: command::line(&cargo), why: error.to_string() })?;
    let mut packages: Vec<Package> = metadata
        .workspace_packages()
        .into_iter()
        .map(|package| {
            let folder = package.manifest_path.parent().map_or("", |folder| folder.as_str());
            let folder = folder.strip_prefix(metadata.workspace_root.as_str()).unwrap_or(folder);
            Package {
                name: package.name.to_string(),
                folder: folder.replace('\\', "/").trim_start_matches('/').to_owned(),
                is_published: workspace::is_published(package),
                dependencies: package.dependencies.iter().map(dependency).collect(),
            }
        })
        .collect();
    packages.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(packages)
}

fn dependency(dependency: &cargo_metadata::Dependency) -> Dependency {
    let kind = match dependency.kind {
        cargo_metadata::DependencyKind::Development => DependencyKind::Development,
        cargo_metadata::DependencyKind::Build => DependencyKind::Build,
        // Cargo has no fourth kind; if it gets one, the strict rules apply.
        _ => DependencyKind::Normal,
    };
    let called = dependency.rename.as_ref().unwrap_or(&dependency.name);
    Dependency {
        name: dependency.name.clone(),
        identifier: called.replace('-', "_"),
        kind,
        internal: dependency.path.is_some(),
        optional: dependency.optional,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace_root;

    #[test]
    fn packages_of_the_real_workspace_have_folders_and_kinds() {
        let packages = load_packages(&workspace_root::find().unwrap()).unwrap();
        let session = packages.iter().find(|package| package.name == "consonance-session").unwrap();
        assert_eq!(session.folder, "crates/session");
        assert!(session.is_published);
        assert!(packages.iter().any(|package| package.name == "xtask" && !package.is_published));
        let wire =
            session.dependencies.iter().find(|dependency| dependency.name == "consonance-wire").unwrap();
        assert!(wire.internal);
        assert_eq!(wire.kind, DependencyKind::Normal);
        let test = session.dependencies.iter().find(|dependency| dependency.name == "proptest").unwrap();
        assert!(!test.internal);
        assert_eq!(test.kind, DependencyKind::Development);
    }

    #[test]
    fn bytes_with_a_nul_are_no_text() {
        assert!(TrackedFile::new("a.bin".to_owned(), vec![b'a', 0]).text.is_none());
        assert!(TrackedFile::new("a.bin".to_owned(), vec![0xff]).text.is_none());
    }
}
