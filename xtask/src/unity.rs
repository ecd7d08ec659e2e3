//! `cargo xtask check unity`: the package for Unity, compiled and tested against stand-ins for the engine and the
//! editor.
//!
//! Its assemblies are those of the package's assembly definitions, so that a reference that lacks there is an error
//! here, as in Unity. Each folder of `unity/tests/PackageTests` is a program with tests, which run as those of
//! `cargo xtask check dotnet`.

mod assembly_definition;

use std::fs;
use std::path::Path;

use crate::dotnet::{self, Part, Plan, Suite, files};
use crate::failure::Failure;
use crate::skips::Skips;
use assembly_definition::AssemblyDefinition;

/// Compiles the package and its tests, and runs them against a server. The last line says what was left out.
///
/// # Errors
/// [`Failure`] where something does not compile, or a test fails.
pub(crate) fn run(root: &Path, plan: &Plan) -> Result<(), Failure> {
    dotnet::run_suite(root, &suite_of(root, &root.join(PACKAGE))?, plan)
}

/// The same as a step of `ci`.
///
/// # Errors
/// As [`run`].
pub(crate) fn verify(root: &Path) -> Result<Skips, Failure> {
    dotnet::verify_suite(root, &suite_of(root, &root.join(PACKAGE))?)
}

/// The package in this folder, with the tests of the checkout. Where it lacks the sources of the library for C#, those
/// of the checkout are taken.
///
/// # Errors
/// [`Failure`] where files cannot be read, or folders with sources are missing.
pub(crate) fn suite_of(root: &Path, package: &Path) -> Result<Suite, Failure> {
    let path = root.join(SERVER);
    let server = fs::read_to_string(&path).map_err(|cause| Failure::File { path, cause })?;
    let parts = parts(root, package)?;
    let variants = VARIANTS.map(|(name, symbols)| (name, variant(&parts, symbols))).into();
    Ok(Suite { name: "unity", parts, variants, is_thorough: false, longest: &LONGEST, server })
}

/// The package and its samples, without tests, where a game has other symbols than here.
fn variant(parts: &[Part], symbols: &[&str]) -> Vec<Part> {
    let is_of_games = |part: &&Part| !part.is_program() && !part.output.ends_with("Harness.dll");
    let mut parts: Vec<Part> = parts.iter().filter(is_of_games).cloned().collect();
    for part in parts.iter_mut().filter(|part| !part.defines.is_empty()) {
        part.defines.retain(|symbol| !assembly_definition::SYMBOLS.contains(&symbol.as_str()));
        part.defines.extend(symbols.iter().map(|symbol| (*symbol).to_owned()));
    }
    parts
}

/// Stand-ins, then the package with its own tests, then what uses it; each may refer to all before it.
fn parts(root: &Path, package: &Path) -> Result<Vec<Part>, Failure> {
    let mut parts = Vec::new();
    for (name, references) in STAND_INS {
        let folder = format!("unity/tests/{name}");
        let part = Part::new(format!("{name}.dll"), root, &[&folder])?;
        parts.push(part.with_references(references.iter().copied()));
    }
    for name in folders(&root.join(NETWORKS))? {
        let part = Part::new(format!("{name}.dll"), root, &[&format!("{NETWORKS}/{name}")])?;
        let others = NETWORKS_OF_OTHERS.iter().filter(|(user, _)| *user == name).map(|(_, used)| *used);
        parts.push(part.with_references(others.chain(["UnityEngine.dll"])));
    }
    let nunit = files(&root.join("unity/tests/NUnit"), "cs")?;
    if !nunit.is_empty() {
        add(&mut parts, Part { output: "nunit.framework.dll".to_owned(), sources: nunit, ..Part::default() });
    }
    for definition in AssemblyDefinition::all(package)? {
        let is_library = definition.is(LIBRARY);
        let mut part = definition.part(&parts);
        if is_library && part.sources.is_empty() {
            part.sources = files(&root.join("dotnet/Consonance"), "cs")?;
        }
        let runner = files(&root.join("unity/tests/TestRunner"), "cs")?;
        let can_run = !part.is_program() || !runner.is_empty();
        if part.is_program() {
            part.sources.extend(runner);
        }
        if can_run && !part.sources.is_empty() {
            parts.push(part);
        }
    }
    // A game's own scripts are in this assembly, and so are samples that it has imported.
    let samples = files(&package.join("Samples~"), "cs")?;
    if !samples.is_empty() {
        let output = "Assembly-CSharp.dll".to_owned();
        add(&mut parts, Part { output, sources: samples, ..Part::default() });
    }
    let harness = Part::new("Consonance.Harness.dll", root, &["dotnet/Harness"])?;
    parts.push(harness.with_references(["Consonance.dll"]));
    add(&mut parts, Part::new("Consonance.Unity.Harness.dll", root, &["unity/tests/PackageHarness"])?);
    add(&mut parts, Part::new("StubTests.exe", root, &["unity/tests/StubTests"])?);
    for name in folders(&root.join(TESTS))? {
        let output = format!("Consonance.Unity.{name}.Tests.exe");
        add(&mut parts, Part::new(output, root, &[&format!("{TESTS}/{name}")])?);
    }
    Ok(parts)
}

/// The name of an assembly, and what it refers to.
const STAND_INS: [(&str, &[&str]); 5] = [
    ("UnityEngine", &[]),
    ("Unity.InputSystem", &["UnityEngine.dll"]),
    ("UnityEditor", &["UnityEngine.dll"]),
    ("Dissonance", &["UnityEngine.dll"]),
    ("DissonanceEditor", &["UnityEngine.dll", "UnityEditor.dll", "Dissonance.dll"]),
];

/// Variants in which parts of the package differ: the symbols that `#if` checks there.
const VARIANTS: [(&str, &[&str]); 3] = [
    ("webgl", &["UNITY_2019_4_OR_NEWER", "UNITY_WEBGL", "ENABLE_LEGACY_INPUT_MANAGER"]),
    ("ios", &["UNITY_2019_4_OR_NEWER", "UNITY_IOS", "ENABLE_LEGACY_INPUT_MANAGER"]),
    (
        "unity-6",
        &[
            "UNITY_2019_4_OR_NEWER",
            "UNITY_2021_2_OR_NEWER",
            "UNITY_2023_1_OR_NEWER",
            "UNITY_6000_0_OR_NEWER",
            "UNITY_STANDALONE",
            "ENABLE_INPUT_SYSTEM",
        ],
    ),
];

const PACKAGE: &str = "unity/com.consonance.voice";
/// Each folder has the name of the assembly that it replaces.
const NETWORKS: &str = "unity/tests/Networks";
/// Networks of several assemblies: one that refers to the other.
const NETWORKS_OF_OTHERS: [(&str, &str); 2] =
    [("PhotonUnityNetworking", "PhotonRealtime.dll"), ("Unity.Netcode.Runtime", "Unity.Collections.dll")];
const TESTS: &str = "unity/tests/PackageTests";
/// They wait for timeouts: servers that sleep, or never answer.
const LONGEST: [&str; 2] = ["Consonance.Unity.Original.Tests.exe", "Consonance.Unity.Outages.Tests.exe"];
const SERVER: &str = "unity/tests/server.toml";
/// The assembly that `cargo xtask dist` adds the sources of the library for C# to.
const LIBRARY: &str = "Consonance";

/// Adds a part that refers to all libraries before it.
fn add(parts: &mut Vec<Part>, mut part: Part) {
    let libraries = parts.iter().filter(|part| !part.is_program());
    part.references = libraries.map(|part| part.output.clone()).collect();
    part.defines = assembly_definition::SYMBOLS.map(str::to_owned).into();
    part.ignored_warnings = &assembly_definition::IGNORED_WARNINGS;
    parts.push(part);
}

/// The names of the folders with sources in a folder, sorted; none where there is no such folder.
fn folders(folder: &Path) -> Result<Vec<String>, Failure> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let unreadable = |cause| Failure::File { path: folder.to_owned(), cause };
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        if !files(&entry.path(), "cs")?.is_empty() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace_root;

    #[test]
    fn every_part_refers_only_to_parts_before_it() {
        let root = workspace_root::find().unwrap();
        let parts = parts(&root, &root.join(PACKAGE)).unwrap();
        for (place, part) in parts.iter().enumerate() {
            let is_before = |name: &String| parts[..place].iter().any(|part| part.output == *name);
            assert!(part.references.iter().all(is_before), "{}: {:?}", part.output, part.references);
        }
    }

    /// The real ones do not have it.
    #[test]
    fn the_package_uses_nothing_that_only_stand_ins_have() {
        let root = workspace_root::find().unwrap();
        let sources = files(&root.join(PACKAGE), "cs").unwrap();
        assert!(sources.len() > 50, "{} sources", sources.len());
        for source in sources {
            let text = fs::read_to_string(&source).unwrap();
            let mut words = text.split(|c: char| !(c.is_alphanumeric() || c == '_'));
            let of_stand_ins = words.find(|word| word.contains("Stub"));
            assert_eq!(of_stand_ins, None, "{}", source.display());
        }
    }

    #[test]
    fn each_symbol_that_sources_ask_for_is_that_of_a_variant_or_of_the_tests() {
        let root = workspace_root::find().unwrap();
        let parts = parts(&root, &root.join(PACKAGE)).unwrap();
        let known: Vec<&str> = VARIANTS
            .iter()
            .flat_map(|(_, symbols)| *symbols)
            .copied()
            .chain(assembly_definition::SYMBOLS)
            .collect();
        let sources = parts.iter().flat_map(|part| part.sources.iter().map(move |source| (part, source)));
        for (part, source) in sources {
            let text = fs::read_to_string(source).unwrap();
            let conditions = text.lines().filter(|line| line.trim_start().starts_with("#if"));
            for symbol in conditions.flat_map(|line| line.split(|c: char| !(c.is_alphanumeric() || c == '_')))
            {
                let is_known = ["", "if", "UNITY_EDITOR"].contains(&symbol)
                    || known.contains(&symbol)
                    || part.defines.iter().any(|define| define == symbol);
                assert!(is_known, "{}: {symbol}", source.display());
            }
        }
    }

    #[test]
    fn the_library_the_components_and_their_tests_are_among_the_parts() {
        let root = workspace_root::find().unwrap();
        let parts = parts(&root, &root.join(PACKAGE)).unwrap();
        for name in ["Consonance.dll", "Consonance.Unity.dll", "Consonance.Unity.Components.Tests.exe"] {
            let part = parts.iter().find(|part| part.output == name).expect(name);
            assert!(!part.sources.is_empty(), "{name}");
        }
    }
}
