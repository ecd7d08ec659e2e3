//! Assembly definitions of the package: the sources that Unity compiles into each assembly, and the assemblies that
//! these can refer to.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::dotnet::{Part, files};
use crate::failure::Failure;

/// The contents of an `.asmdef` file, and the sources of its assembly.
#[derive(Debug, Default)]
pub(super) struct AssemblyDefinition {
    name: String,
    /// The names of other assemblies that it refers to.
    references: Vec<String>,
    /// Symbols that it requires, and symbols that it defines where a certain package is installed.
    symbols: Vec<String>,
    is_of_editor: bool,
    has_engine: bool,
    sources: Vec<PathBuf>,
}

impl AssemblyDefinition {
    /// All definitions of a package, each after those that it refers to.
    ///
    /// # Errors
    /// [`Failure::File`] if one cannot be read, [`Failure::Answer`] if it is not JSON.
    pub(super) fn all(package: &Path) -> Result<Vec<Self>, Failure> {
        // Unity does not compile sources below a folder whose name ends with a tilde.
        let is_compiled =
            |path: &PathBuf| !path.components().any(|part| part.as_os_str().to_string_lossy().ends_with('~'));
        let paths: Vec<PathBuf> = files(package, "asmdef")?.into_iter().filter(is_compiled).collect();
        let sources: Vec<PathBuf> = files(package, "cs")?.into_iter().filter(is_compiled).collect();
        let mut definitions = Vec::new();
        for path in &paths {
            let text =
                fs::read_to_string(path).map_err(|cause| Failure::File { path: path.clone(), cause })?;
            let mut definition = Self::parse(&text).map_err(|error| Failure::Answer {
                command: path.display().to_string(),
                why: error.to_string(),
            })?;
            definition.sources = sources
                .iter()
                .filter(|source| definition_of(source, &paths) == Some(path))
                .cloned()
                .collect();
            definitions.push(definition);
        }
        Ok(sorted(definitions))
    }

    fn parse(text: &str) -> serde_json::Result<Self> {
        let json: Value = serde_json::from_str(text)?;
        let texts = |value: &Value| -> Vec<String> {
            value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
        };
        let mut symbols = texts(&json["defineConstraints"]);
        // A constraint may also require that a symbol is not defined.
        symbols.retain(|symbol| !symbol.starts_with('!'));
        let of_packages = json["versionDefines"].as_array().into_iter().flatten();
        symbols.extend(of_packages.filter_map(|it| it["define"].as_str()).map(str::to_owned));
        let mut references = texts(&json["references"]);
        references.extend(texts(&json["precompiledReferences"]));
        Ok(Self {
            name: json["name"].as_str().unwrap_or_default().to_owned(),
            references,
            symbols,
            is_of_editor: texts(&json["includePlatforms"]) == ["Editor"],
            has_engine: json["noEngineReferences"] != true,
            sources: Vec::new(),
        })
    }

    pub(super) fn is(&self, name: &str) -> bool {
        self.name == name
    }

    /// Whether it has tests, which Unity's test runner runs.
    fn has_tests(&self) -> bool {
        self.symbols.iter().any(|symbol| symbol == "UNITY_INCLUDE_TESTS")
    }

    /// The assembly as a part of a suite, which may refer to the parts `before` it; one with tests is a program.
    pub(super) fn part(self, before: &[Part]) -> Part {
        let mut references = Vec::new();
        let mut refer = |name: &str| {
            let output = format!("{name}.dll");
            if before.iter().any(|part| part.output == output) && !references.contains(&output) {
                references.push(output);
            }
        };
        if self.has_engine {
            refer("UnityEngine");
        }
        for reference in &self.references {
            refer(stand_in_for(reference));
        }
        if self.is_of_editor {
            ["UnityEditor", "DissonanceEditor"].into_iter().for_each(&mut refer);
        }
        let suffix = if self.has_tests() { "exe" } else { "dll" };
        let mut defines: Vec<String> = SYMBOLS.map(str::to_owned).into();
        defines.extend(self.symbols);
        if self.is_of_editor {
            defines.push("UNITY_EDITOR".to_owned());
        }
        Part {
            output: format!("{}.{suffix}", self.name),
            sources: self.sources,
            references,
            defines,
            // Otherwise each override that the engine calls would need its own documentation.
            is_documented: false,
            ignored_warnings: &IGNORED_WARNINGS,
        }
    }
}

/// The symbols that the oldest Unity of the package's manifest defines for a game on Linux.
pub(super) const SYMBOLS: [&str; 6] = [
    "UNITY_5_3_OR_NEWER",
    "UNITY_2018_4_OR_NEWER",
    "UNITY_2019_4_OR_NEWER",
    "UNITY_STANDALONE",
    "UNITY_STANDALONE_LINUX",
    "ENABLE_LEGACY_INPUT_MANAGER",
];

/// Warnings about fields that only the inspector sets; Unity leaves them out as well.
pub(super) const IGNORED_WARNINGS: [&str; 2] = ["0169", "0649"];

/// The name of the assembly that stands in for one that is not the package's.
fn stand_in_for(name: &str) -> &str {
    if name == "DissonanceVoip" { "Dissonance" } else { name.strip_suffix(".dll").unwrap_or(name) }
}

/// The definition that a source belongs to: the one in the nearest folder above.
fn definition_of<'p>(source: &Path, definitions: &'p [PathBuf]) -> Option<&'p PathBuf> {
    let above =
        definitions.iter().filter(|path| path.parent().is_some_and(|folder| source.starts_with(folder)));
    above.max_by_key(|path| path.components().count())
}

/// The definitions, each after those that it refers to. A circle of references stays where it was, and does not
/// compile.
fn sorted(mut rest: Vec<AssemblyDefinition>) -> Vec<AssemblyDefinition> {
    let mut sorted: Vec<AssemblyDefinition> = Vec::new();
    while !rest.is_empty() {
        let is_ready =
            |it: &AssemblyDefinition| !rest.iter().any(|other| it.references.contains(&other.name));
        let place = rest.iter().position(is_ready).unwrap_or(0);
        sorted.push(rest.remove(place));
    }
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> AssemblyDefinition {
        AssemblyDefinition::parse(text).unwrap()
    }

    #[test]
    fn an_assembly_refers_to_what_its_definition_names_and_to_the_engine() {
        let before = ["UnityEngine", "UnityEditor", "Dissonance", "Consonance"]
            .map(|name| Part { output: format!("{name}.dll"), ..Part::default() });
        let runtime = parsed(
            r#"{"name": "A", "references": ["Consonance", "DissonanceVoip", "Elsewhere"],
                "defineConstraints": ["HAS_IT", "!UNITY_SERVER"], "versionDefines": [{"define": "HAS_THAT"}]}"#,
        );
        let part = runtime.part(&before);
        assert_eq!(part.references, ["UnityEngine.dll", "Consonance.dll", "Dissonance.dll"]);
        assert_eq!(part.defines[SYMBOLS.len()..], ["HAS_IT", "HAS_THAT"]);
        let editor =
            parsed(r#"{"name": "B", "references": [], "includePlatforms": ["Editor"]}"#).part(&before);
        assert_eq!(editor.references, ["UnityEngine.dll", "UnityEditor.dll"]);
        assert_eq!(editor.defines[SYMBOLS.len()..], ["UNITY_EDITOR"]);
        let alone = parsed(r#"{"name": "C", "noEngineReferences": true}"#).part(&before);
        assert_eq!(alone.references, [""; 0]);
    }

    #[test]
    fn a_source_belongs_to_the_nearest_definition_above() {
        let definitions = ["p/Runtime/A.asmdef", "p/Runtime/Links/B.asmdef"].map(PathBuf::from);
        let of = |source: &str| {
            definition_of(Path::new(source), &definitions).map(|path| path.display().to_string())
        };
        assert_eq!(of("p/Runtime/Links/x/One.cs").as_deref(), Some("p/Runtime/Links/B.asmdef"));
        assert_eq!(of("p/Runtime/LinksOf/One.cs").as_deref(), Some("p/Runtime/A.asmdef"));
        assert_eq!(of("p/Editor/One.cs"), None);
    }

    #[test]
    fn what_is_referred_to_comes_first() {
        let definition = |name: &str, references: &[&str]| AssemblyDefinition {
            name: name.to_owned(),
            references: references.iter().map(|&it| it.to_owned()).collect(),
            ..AssemblyDefinition::default()
        };
        let names =
            |definitions| -> Vec<String> { sorted(definitions).into_iter().map(|it| it.name).collect() };
        assert_eq!(
            names(vec![definition("a", &["b", "x"]), definition("c", &["a"]), definition("b", &[])]),
            ["b", "a", "c"]
        );
        assert_eq!(names(vec![definition("a", &["b"]), definition("b", &["a"])]), ["a", "b"]);
    }

    #[test]
    fn an_assembly_with_tests_of_unitys_runner_is_a_program() {
        let before = [Part { output: "nunit.framework.dll".to_owned(), ..Part::default() }];
        let tests = parsed(
            r#"{"name": "A", "defineConstraints": ["UNITY_INCLUDE_TESTS"],
                "precompiledReferences": ["nunit.framework.dll"]}"#,
        );
        let part = tests.part(&before);
        assert_eq!(part.output, "A.exe");
        assert_eq!(part.references, ["nunit.framework.dll"]);
    }
}
