//! The declarations in Python and TypeScript, where a choice is a word: `not-in-room` for `NotInRoom`.

use std::fmt::Write;

use super::lines::{WIDTH, hanging, words, wrapped};
use super::model::{BadDeclaration, Declarations, Enum, kebab};

/// The choices of Python: the name in Rust, the name in Python, and the variants that it does not have.
const PYTHON: &[(&str, &str, &[&str])] = &[
    ("Activation", "Activation", &[]),
    ("EncryptionPolicy", "EncryptionPolicy", &[]),
    ("EncryptionState", "EncryptionState", &[]),
    ("EncryptionEvent", "EncryptionWarningKind", &["Other", "State"]),
    ("ModeratorAction", "ModeratorAction", &[]),
    ("ModeratorAnswer", "ModeratorAnswer", &[]),
    ("OperatorDecision", "OperatorDecisionKind", &["Restricted", "Lifted"]),
    ("Problem", "ProblemKind", &[]),
    ("Quality", "Quality", &[]),
    ("Restriction", "Restriction", &[]),
];

/// The choices of pages. A list of members has only the others, so `local` does not occur.
const TYPE_SCRIPT: &[(&str, &str, &[&str])] = &[
    ("AccountProof", "AccountProof", &[]),
    ("Activation", "Activation", &[]),
    ("EncryptionState", "EncryptionState", &[]),
    ("ModeratorAnswer", "ModerationResult", &[]),
    ("Priority", "Priority", &[]),
    ("Recognition", "Recognition", &["Local"]),
];

/// `_declarations.py`.
///
/// # Errors
/// [`BadDeclaration`] if one of the choices is not declared.
pub(crate) fn python(all: &Declarations) -> Result<String, BadDeclaration> {
    let mut text = "\"\"\"Choices, in words.\"\"\"\n\n# Made from crates/ffi by `cargo xtask write declarations`; do not edit.\n\
                    \nfrom typing import Literal\n"
        .to_owned();
    for (rust, name, left_out) in PYTHON {
        let declared = all.enum_named(rust)?;
        let quoted: Vec<_> = choices(declared, left_out).iter().map(|word| format!("\"{word}\"")).collect();
        let one_line = format!("{name} = Literal[{}]", quoted.join(", "));
        let lines = if one_line.len() <= WIDTH {
            one_line
        } else {
            format!("{name} = Literal[\n    {},\n]", quoted.join(",\n    "))
        };
        let docs = docs(declared, left_out, "``", "");
        let _ = write!(text, "\n{lines}\n\"\"\"{docs}\"\"\"\n");
    }
    Ok(text)
}

/// `declarations.ts`.
///
/// # Errors
/// [`BadDeclaration`] if one of the choices is not declared.
pub(crate) fn type_script(all: &Declarations) -> Result<String, BadDeclaration> {
    let mut text =
        "// Choices, in words. Made from crates/ffi by `cargo xtask write declarations`; do not edit.\n"
            .to_owned();
    for (rust, name, left_out) in TYPE_SCRIPT {
        let declared = all.enum_named(rust)?;
        let quoted: Vec<_> = choices(declared, left_out).iter().map(|word| format!("\"{word}\"")).collect();
        let one_line = format!("export type {name} = {};", quoted.join(" | "));
        let lines = if one_line.len() <= 100 {
            one_line
        } else {
            format!("export type {name} =\n  | {};", quoted.join("\n  | "))
        };
        let docs = docs(declared, left_out, "`", " * ");
        let _ = write!(text, "\n/**\n{docs} */\n{lines}\n");
    }
    Ok(text)
}

/// The docs of a choice and of each of its words, in lines with this before them.
fn docs(declared: &Enum, left_out: &[&str], mark: &str, before: &str) -> String {
    let mut text = wrapped(&words(&declared.doc), before);
    let _ = writeln!(text, "{}", before.trim_end());
    for variant in declared.variants.iter().filter(|variant| !left_out.contains(&variant.name.as_str())) {
        let sentence = format!("{mark}{}{mark}: {}", kebab(&variant.name), variant.doc);
        text.push_str(&hanging(&words(&sentence), &format!("{before}- "), &format!("{before}  ")));
    }
    text
}

fn choices(declared: &Enum, left_out: &[&str]) -> Vec<String> {
    let kept = declared.variants.iter().filter(|variant| !left_out.contains(&variant.name.as_str()));
    kept.map(|variant| kebab(&variant.name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_a_word_in_python_and_typescript() {
        let mut all = Declarations::default();
        let mut source = String::new();
        let names = PYTHON.iter().chain(TYPE_SCRIPT).map(|(rust, ..)| rust);
        for name in names.collect::<std::collections::BTreeSet<_>>() {
            let variants = "Local = 0,\n/// Not there.\nNotInRoom = 1";
            let _ = writeln!(source, "/// Of {name}.\n#[repr(i32)] pub enum C{name} {{ {variants} }}");
        }
        all.read("a.rs", &source).unwrap();
        let python = python(&all).unwrap();
        let quality = "\nQuality = Literal[\"local\", \"not-in-room\"]\n\"\"\"Of Quality.\n\n- ``local``:\n";
        assert!(python.contains(quality), "{python}");
        assert!(python.contains("\n- ``not-in-room``: Not there.\n\"\"\"\n"), "{python}");
        let script = type_script(&all).unwrap();
        let recognition = "/**\n * Of Recognition.\n *\n * - `not-in-room`: Not there.\n */\n\
                           export type Recognition = \"not-in-room\";\n";
        assert!(script.contains(recognition), "{script}");
        assert!(script.contains("export type Priority = \"local\" | \"not-in-room\";\n"), "{script}");
    }

    #[test]
    fn a_choice_that_is_not_declared_is_an_error() {
        assert!(python(&Declarations::default()).is_err());
    }
}
