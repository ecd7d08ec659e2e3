//! The modules of `crates/browser`, compiled for pages and checked in, so that cargo alone builds a server
//! with them.

use std::fs;
use std::path::{Path, PathBuf};

use cargo_metadata::Message;
use clap::Args;

use super::page_compiler::PageCompiler;
use crate::command;
use crate::failure::Failure;
use crate::remapping;
use crate::skips::Skips;

/// What to do with it; without options, it is written.
#[derive(Args)]
pub(crate) struct Plan {
    /// Writes nothing, and compares what is checked in with what the sources make.
    #[arg(long)]
    verify: bool,
}

/// # Errors
/// As [`write()`] and [`verify()`].
pub(crate) fn run(root: &Path, plan: &Plan) -> Result<(), Failure> {
    if plan.verify { verify(root).map(drop) } else { write(root) }
}

/// Compiles the modules and writes them where the server's build finds them, with the version of the compiler.
///
/// # Errors
/// [`Failure`] where it does not compile, there is no compiler for pages, or a file cannot be read or written.
fn write(root: &Path) -> Result<(), Failure> {
    let compiler =
        PageCompiler::find(root, &made_by(root)?)?.ok_or(Failure::Missing { what: TARGET, make: INSTALL })?;
    let save = |name: &str, content: &[u8]| {
        let path = root.join(name);
        fs::write(&path, content).map_err(|cause| Failure::File { path, cause })
    };
    for module in MODULES {
        let bytes = build(root, &compiler, module)?;
        save(module.checked_in, &bytes)?;
        println!("{}: {} bytes by {}", module.checked_in, bytes.len(), compiler.version);
    }
    save(MADE_BY, format!("{}\n", compiler.version).as_bytes())
}

/// Compares what is checked in with what the sources make. Left out where there is no compiler for pages, or another
/// one than made the file: two compilers make different bytes of the same sources.
///
/// # Errors
/// [`Failure`] where it does not compile, a lint fails, or the two differ.
pub(crate) fn verify(root: &Path) -> Result<Skips, Failure> {
    let made_by = made_by(root)?;
    let Some(compiler) = PageCompiler::find(root, &made_by)? else {
        return Ok(Skips::one(format_args!(
            "comparison of WebAssembly, no compiler for {TARGET} ({INSTALL})"
        )));
    };
    if compiler.version != made_by {
        let version = &compiler.version;
        return Ok(Skips::one(format_args!(
            "comparison of WebAssembly, made by {made_by}, here is {version}"
        )));
    }
    if compiler.library.is_none() {
        for module in MODULES {
            let lint = format!(
                "clippy --target {TARGET} -p {PACKAGE} --no-default-features --features {} -- -D warnings",
                module.feature
            );
            command::run(&mut command::cargo(root, lint.split(' ')))?;
        }
    }
    for module in MODULES {
        if build(root, &compiler, module)? != read(root, module.checked_in)? {
            return Err(Failure::Stale { path: module.checked_in, make: MAKE });
        }
    }
    Ok(Skips::NONE)
}

/// A module and where it is checked in.
struct PageModule {
    feature: &'static str,
    checked_in: &'static str,
}

const PACKAGE: &str = "consonance-browser";

const MODULES: &[PageModule] = &[
    PageModule { feature: "wasm-voice", checked_in: "web/dist/consonance.wasm" },
    PageModule { feature: "wasm-encryption", checked_in: "web/dist/e2ee.wasm" },
];

/// The version of the compiler that made the checked-in modules.
fn made_by(root: &Path) -> Result<String, Failure> {
    Ok(String::from_utf8_lossy(&read(root, MADE_BY)?).trim().to_owned())
}

fn read(root: &Path, name: &str) -> Result<Vec<u8>, Failure> {
    let path = root.join(name);
    fs::read(&path).map_err(|cause| Failure::File { path, cause })
}

const TARGET: &str = "wasm32-unknown-unknown";
/// The file with the version of the compiler that made them.
const MADE_BY: &str = "crates/browser/made-by.txt";
const INSTALL: &str =
    "rustup target add wasm32-unknown-unknown, or Debian's rustc-web, rust-web-src and lld-19";
const MAKE: &str = "cargo xtask write wasm";
const BUILD: &str = "rustc --locked --target wasm32-unknown-unknown --profile page --crate-type cdylib \
                     --message-format json-render-diagnostics --no-default-features";

/// Builds a module, with the same bytes wherever the repository and cargo's own files are.
fn build(root: &Path, compiler: &PageCompiler, module: &PageModule) -> Result<Vec<u8>, Failure> {
    let of_module = ["-p", PACKAGE, "--features", module.feature];
    let mut cargo = command::cargo(root, BUILD.split_whitespace().chain(of_module));
    let mut flags = remapping::flags(&[root]);
    flags.extend(compiler.configure(&mut cargo));
    cargo.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\x1f"));
    let messages = command::capture(&mut cargo)?;
    let path =
        product(&messages).ok_or(Failure::Missing { what: "a .wasm file of the build", make: MAKE })?;
    fs::read(&path).map_err(|cause| Failure::File { path, cause })
}

/// The path of the module in cargo's JSON messages, of which there is one for each product.
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
        let messages = [artifact("/t/libopus.rlib"), artifact("/t/consonance_browser.wasm")].join("\n");
        assert_eq!(product(&messages), Some(PathBuf::from("/t/consonance_browser.wasm")));
        assert_eq!(product(""), None);
    }
}
