//! `crates/browser-wasm`, compiled for pages and checked in, so that cargo alone builds a server with it.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use cargo_metadata::Message;

use crate::command;
use crate::failure::Failure;

/// Compiles it and writes it where the server's build finds it.
///
/// # Errors
/// [`Failure`] where it does not compile, the target is missing, or the file cannot be written.
pub(crate) fn write(root: &Path) -> Result<(), Failure> {
    if !has_target(root)? {
        return Err(Failure::Missing { what: TARGET, make: INSTALL });
    }
    let bytes = build(root)?;
    let path = root.join(CHECKED_IN);
    fs::write(&path, &bytes).map_err(|source| Failure::File { path, source })?;
    println!("{CHECKED_IN}: {} bytes", bytes.len());
    Ok(())
}

/// Compares what is checked in with what the sources make; says so and does nothing where the target is missing.
///
/// # Errors
/// [`Failure`] where it does not compile, a lint fails, or the two differ.
pub(crate) fn verify(root: &Path) -> Result<(), Failure> {
    if !has_target(root)? {
        println!("web: {CHECKED_IN} is not compared, {TARGET} is missing; `{INSTALL}` installs it");
        return Ok(());
    }
    command::run(&mut command::cargo(root, LINT.split(' ')))?;
    let path = root.join(CHECKED_IN);
    let checked_in = fs::read(&path).map_err(|source| Failure::File { path, source })?;
    if build(root)? == checked_in { Ok(()) } else { Err(Failure::Stale { path: CHECKED_IN, make: MAKE }) }
}

const TARGET: &str = "wasm32-unknown-unknown";
const CHECKED_IN: &str = "web/dist/consonance.wasm";
const INSTALL: &str = "rustup target add wasm32-unknown-unknown";
const MAKE: &str = "cargo xtask wasm";
const LINT: &str = "clippy --target wasm32-unknown-unknown -p consonance-browser-wasm -- -D warnings";
const BUILD: &str = "rustc --locked --target wasm32-unknown-unknown --profile page -p consonance-browser-wasm \
                     --crate-type cdylib --message-format json-render-diagnostics";

/// Whether this toolchain can compile for pages.
fn has_target(root: &Path) -> Result<bool, Failure> {
    let folder =
        command::capture(&mut command::rustc(root, ["--print", "target-libdir", "--target", TARGET]))?;
    Ok(Path::new(folder.trim()).is_dir())
}

/// The same bytes wherever the repository and cargo's own files are.
fn build(root: &Path) -> Result<Vec<u8>, Failure> {
    let mut cargo = command::cargo(root, BUILD.split_whitespace());
    let renamed =
        source_folders().into_iter().map(|folder| format!("--remap-path-prefix={}=", folder.display()));
    let flags: Vec<String> = renamed.chain([format!("--remap-path-prefix={}=", root.display())]).collect();
    cargo.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\x1f"));
    let messages = command::capture(&mut cargo)?;
    let path =
        product(&messages).ok_or(Failure::Missing { what: "a .wasm file of the build", make: MAKE })?;
    fs::read(&path).map_err(|source| Failure::File { path, source })
}

/// Where cargo keeps the sources of other crates: their paths are in messages of panics, and each machine has others.
fn source_folders() -> Vec<PathBuf> {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(env::home_dir()?.join(".cargo"))).unwrap_or_default();
    let Ok(registries) = fs::read_dir(home.join("registry/src")) else { return Vec::new() };
    let mut folders: Vec<PathBuf> = registries.flatten().map(|registry| registry.path()).collect();
    folders.sort();
    folders
}

/// The module among what cargo says in JSON, a line for each thing that it has made.
fn product(messages: &str) -> Option<PathBuf> {
    Message::parse_stream(messages.as_bytes()).flatten().find_map(|message| {
        let Message::CompilerArtifact(artifact) = message else { return None };
        artifact.filenames.iter().find(|file| file.extension() == Some("wasm")).map(Into::into)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_product_is_found_among_what_cargo_says() {
        let artifact = |file: &str| {
            let target =
                r#"{"name":"it","kind":["lib"],"crate_types":["lib"],"src_path":"/s","edition":"2024"}"#;
            let profile =
                r#"{"opt_level":"s","debug_assertions":false,"overflow_checks":false,"test":false}"#;
            format!(
                r#"{{"reason":"compiler-artifact","package_id":"it","manifest_path":"/m","target":{target},"profile":{profile},"features":[],"filenames":["{file}"],"executable":null,"fresh":false}}"#
            )
        };
        let messages = [artifact("/t/libopus.rlib"), artifact("/t/consonance_browser_wasm.wasm")].join("\n");
        assert_eq!(product(&messages), Some(PathBuf::from("/t/consonance_browser_wasm.wasm")));
        assert_eq!(product(""), None);
    }
}
