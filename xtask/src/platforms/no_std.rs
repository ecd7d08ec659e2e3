//! Whether a crate really does without the standard library, found out without another target's toolchain.
//!
//! A program may have one panic handler. The standard library brings one; so a crate that declares its own and uses
//! the crates in question compiles only if none of them, nor anything below them, pulls in the standard library.

use std::env;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process;

use cargo_metadata::{Message, TargetKind};

use crate::command;
use crate::failure::Failure;

/// Compiles the libraries of these packages with their optional features, and then the probe that uses them.
///
/// What they depend on comes along, except what only runs while they are compiled.
///
/// # Errors
/// [`Failure`] with the compiler's message where one of them does not compile or brings the standard library.
pub(crate) fn check(root: &Path, packages: &[&str], features: &[&str]) -> Result<(), Failure> {
    let mut arguments =
        vec!["check", "--quiet", "--locked", "--lib", "--message-format=json-render-diagnostics"];
    arguments.extend(packages.iter().flat_map(|name| ["--package", name]));
    arguments.extend(features.iter().flat_map(|name| ["--features", name]));
    let mut cargo = command::cargo(root, arguments);
    let messages = command::capture(&mut cargo)?;
    let libraries = libraries(&messages, packages);
    if libraries.len() != packages.len() {
        let why = format!("{} libraries for {} packages", libraries.len(), packages.len());
        return Err(Failure::Answer { command: command::line(&cargo), why });
    }
    let folder = env::temp_dir().join(format!("consonance-no-std-{}", process::id()));
    let result = probe(root, &folder, &libraries);
    // The result matters more than a few bytes left in the temporary folder.
    let _ = fs::remove_dir_all(&folder);
    result
}

/// A compiled library.
struct Library {
    crate_name: String,
    file: PathBuf,
}

/// The libraries of these packages among all that cargo has compiled.
fn libraries(messages: &str, packages: &[&str]) -> Vec<Library> {
    let is_asked_for = |name: &str| packages.iter().any(|package| package.replace('-', "_") == name);
    Message::parse_stream(messages.as_bytes())
        .filter_map(|message| match message {
            Ok(Message::CompilerArtifact(artifact))
                if artifact.target.is_kind(TargetKind::Lib) && is_asked_for(&artifact.target.name) =>
            {
                let file = artifact.filenames.into_iter().find(|file| file.extension() == Some("rmeta"))?;
                Some(Library { crate_name: artifact.target.name.clone(), file: file.into_std_path_buf() })
            }
            _ => None,
        })
        .collect()
}

/// Compiles the probe in `folder` against these libraries.
fn probe(root: &Path, folder: &Path, libraries: &[Library]) -> Result<(), Failure> {
    let unusable = |cause| Failure::File { path: folder.to_owned(), cause };
    fs::create_dir_all(folder).map_err(unusable)?;
    let mut source = PROBE.to_owned();
    for library in libraries {
        let _ = writeln!(source, "extern crate {} as _;", library.crate_name);
    }
    let file = folder.join("probe.rs");
    fs::write(&file, source).map_err(unusable)?;
    // Run in the root, where the toolchain is pinned.
    let mut rustc = command::rustc(root, ["--edition=2024", "--crate-type=lib", "--emit=metadata"]);
    rustc.arg(&file).arg("--out-dir").arg(folder);
    for library in libraries {
        rustc.arg("--extern").arg(format!("{}={}", library.crate_name, library.file.display()));
        if let Some(dependencies) = library.file.parent() {
            rustc.arg("-L").arg(format!("dependency={}", dependencies.display()));
        }
    }
    command::capture(&mut rustc).map(drop)
}

const PROBE: &str = "#![no_std]
extern crate alloc;
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}
";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace_root;

    /// Runs the probe against a crate with this source, and another crate that uses it.
    fn probed(name: &str, source: &str) -> Result<(), Failure> {
        let folder = env::temp_dir().join(format!("consonance-no-std-{}-{name}", process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("below.rs"), source).unwrap();
        fs::write(folder.join("above.rs"), "#![no_std]\nextern crate below;\npub use below::answer;\n")
            .unwrap();
        let root = workspace_root::find().unwrap();
        for file in ["below.rs", "above.rs"] {
            let mut rustc = command::rustc(&root, ["--edition=2024", "--crate-type=lib", "--emit=metadata"]);
            rustc.arg(folder.join(file)).arg("--out-dir").arg(&folder).arg("-L").arg(&folder);
            command::capture(&mut rustc).unwrap();
        }
        let above = Library { crate_name: "above".to_owned(), file: folder.join("libabove.rmeta") };
        let result = probe(&root, &folder, &[above]);
        fs::remove_dir_all(&folder).unwrap();
        result
    }

    #[test]
    fn core_and_alloc_are_enough() {
        let source =
            "#![no_std]\nextern crate alloc;\npub fn answer() -> alloc::vec::Vec<u8> { alloc::vec![42] }\n";
        probed("alloc", source).unwrap();
    }

    #[test]
    fn the_standard_library_is_noticed_even_below_and_behind_no_std() {
        for (name, first_line) in [("hidden", "#![no_std]\nextern crate std;\n"), ("open", "")] {
            let source = format!("{first_line}pub fn answer() -> u8 {{ 42 }}\n");
            let failure = probed(name, &source).unwrap_err().to_string();
            assert!(failure.contains("duplicate lang item `panic_impl`"), "{failure}");
            assert!(failure.contains("first defined in crate `std`"), "{failure}");
        }
    }

    #[test]
    fn the_libraries_asked_for_are_found_in_cargos_messages() {
        let message = r#"{"reason":"compiler-artifact","package_id":"a","manifest_path":"a","target":{"kind":["lib"],
            "crate_types":["lib"],"name":"a_b","src_path":"a.rs","edition":"2024"},"profile":{"opt_level":"0",
            "debug_assertions":true,"overflow_checks":true,"test":false},"features":[],
            "filenames":["deps/liba_b-1.rmeta"],"executable":null,"fresh":true}"#;
        let message = message.replace('\n', "");
        let other = message.replace("a_b", "proc_macro2");
        let messages = [other, message, r#"{"reason":"build-finished","success":true}"#.to_owned()];
        let found = libraries(&messages.join("\n"), &["a-b"]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].crate_name, "a_b");
        assert_eq!(found[0].file, Path::new("deps/liba_b-1.rmeta"));
    }
}
