//! The files of a crate, and which ones each of them uses.

use std::collections::{BTreeMap, BTreeSet};

use syn::{Item, ItemUse, UseTree, Visibility};

use crate::tidy::repository::Repository;
use crate::tidy::test_code::{self, TestFiles};

/// The segments of a module's path; none for the crate's root.
type ModulePath = Vec<String>;

/// The modules of one crate that are files of their own.
pub(super) struct Modules<'r> {
    files: BTreeMap<ModulePath, &'r str>,
    uses: BTreeMap<ModulePath, BTreeSet<ModulePath>>,
}

/// A name in a module; none for the module itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Named {
    module: ModulePath,
    name: Option<String>,
}

/// A path of a `use` line, and the name that it has in its file.
struct Import {
    segments: Vec<String>,
    alias: String,
}

impl<'r> Modules<'r> {
    /// Those of the crate whose sources are in this folder, without tests.
    pub(super) fn of(repository: &'r Repository, sources: &str, test_files: &TestFiles) -> Self {
        let files: Vec<_> = repository
            .rust_files()
            .filter(|(file, _)| !test_files.contains(&file.path))
            .filter_map(|(file, syntax)| Some((module_path(file.path.strip_prefix(sources)?)?, file, syntax)))
            .collect();
        let mut modules = Self {
            files: files.iter().map(|(path, file, _)| (path.clone(), &*file.path)).collect(),
            uses: BTreeMap::new(),
        };
        let mut exports = BTreeMap::new();
        for (path, _, syntax) in &files {
            for import in imports(&syntax.items, |it| !matches!(it.vis, Visibility::Inherited)) {
                if let Some(found) = modules.find(path, &import.segments).filter(|it| it.module != *path) {
                    exports.insert(Named { module: path.clone(), name: Some(import.alias) }, found);
                }
            }
        }
        for (path, _, syntax) in &files {
            let private = imports(&syntax.items, |it| matches!(it.vis, Visibility::Inherited));
            let found = private.iter().filter_map(|import| modules.find(path, &import.segments));
            let used = found.map(|named| definer(&exports, named)).filter(|module| module != path);
            let used = used.collect();
            modules.uses.insert(path.clone(), used);
        }
        modules
    }

    /// The files that use each other, directly or by way of others: each set of them that has more than one.
    pub(super) fn cycles(&self) -> Vec<Vec<&'r str>> {
        let reached: BTreeMap<_, _> = self.files.keys().map(|path| (path, self.reached_from(path))).collect();
        let mut seen = BTreeSet::new();
        let mut cycles = Vec::new();
        for (path, reaches) in &reached {
            let returns = |other: &&&ModulePath| reached[**other].contains(path);
            let cycle: Vec<&&ModulePath> = reaches.iter().filter(returns).collect();
            if cycle.len() > 1 && cycle.iter().all(|it| !seen.contains(**it)) {
                seen.extend(cycle.iter().map(|it| **it));
                cycles.push(cycle.iter().map(|it| self.files[**it]).collect());
            }
        }
        cycles
    }

    fn reached_from(&self, path: &ModulePath) -> BTreeSet<&ModulePath> {
        let mut reached = BTreeSet::new();
        let mut next: Vec<&ModulePath> = self.uses.get(path).into_iter().flatten().collect();
        while let Some(path) = next.pop() {
            if reached.insert(path) {
                next.extend(self.uses.get(path).into_iter().flatten());
            }
        }
        reached
    }

    /// What a path means in a file; `None` for what is of another crate.
    fn find(&self, of: &ModulePath, segments: &[String]) -> Option<Named> {
        let mut rest = segments;
        let mut module = match rest.first()?.as_str() {
            "crate" => Vec::new(),
            "self" | "super" => of.clone(),
            first if self.files.contains_key(&child(of, first)) => of.clone(),
            _ => return None,
        };
        while let Some(first) = rest.first().filter(|it| ["crate", "self", "super"].contains(&it.as_str())) {
            if first == "super" {
                module.pop()?;
            }
            rest = &rest[1..];
        }
        while let Some(first) = rest.first().filter(|it| self.files.contains_key(&child(&module, it))) {
            module.push(first.clone());
            rest = &rest[1..];
        }
        self.files.contains_key(&module).then(|| Named { module, name: rest.first().cloned() })
    }
}

/// The module that defines a name, which others may export again.
fn definer(exports: &BTreeMap<Named, Named>, mut named: Named) -> ModulePath {
    let mut seen = BTreeSet::new();
    while let Some(next) = exports.get(&named).filter(|_| seen.insert(named.clone())) {
        named = next.clone();
    }
    named.module
}

fn child(module: &ModulePath, name: &str) -> ModulePath {
    module.iter().map(String::as_str).chain([name]).map(str::to_owned).collect()
}

/// The module of a file; `None` for programs beside the crate.
fn module_path(below_sources: &str) -> Option<ModulePath> {
    let path = below_sources.strip_prefix('/')?.strip_suffix(".rs")?;
    let mut segments: ModulePath = path.split('/').map(str::to_owned).collect();
    match segments.first()?.as_str() {
        "bin" => return None,
        "lib" | "main" if segments.len() == 1 => segments.clear(),
        _ => {}
    }
    if segments.last().is_some_and(|last| last == "mod") {
        segments.pop();
    }
    Some(segments)
}

fn imports(items: &[Item], is_wanted: impl Fn(&ItemUse) -> bool) -> Vec<Import> {
    let mut imports = Vec::new();
    for item in items {
        if let Item::Use(item) = item
            && !test_code::is_test(&item.attrs)
            && is_wanted(item)
        {
            collect(&item.tree, &mut Vec::new(), &mut imports);
        }
    }
    imports
}

fn collect(tree: &UseTree, before: &mut Vec<String>, imports: &mut Vec<Import>) {
    let mut import = |name: &syn::Ident, alias: &syn::Ident| {
        let segments = before.iter().cloned().chain([name.to_string()]).collect();
        imports.push(Import { segments, alias: alias.to_string() });
    };
    match tree {
        UseTree::Path(path) => {
            before.push(path.ident.to_string());
            collect(&path.tree, before, imports);
            before.pop();
        }
        UseTree::Name(name) => import(&name.ident, &name.ident),
        UseTree::Rename(rename) => import(&rename.ident, &rename.rename),
        UseTree::Glob(_) => imports.push(Import { segments: before.clone(), alias: "*".to_owned() }),
        UseTree::Group(group) => group.items.iter().for_each(|tree| collect(tree, before, imports)),
    }
}
