//! The page and its library: sources are type-checked and tested, and the checked-in products compared with a fresh
//! build.

mod page_compiler;
pub(crate) mod wasm;

use std::path::Path;
use std::process::Command;

use crate::command;
use crate::failure::Failure;
use crate::skips::Skips;

/// Compares the WebAssembly of `web/dist` with its sources, if pages can be compiled for. Then installs what the build
/// needs, checks the types, runs the tests, compares the rest of `web/dist` with a fresh build, tries the page's keys
/// and buttons and looks at it with axe-core where there is Chromium, and installs, type-checks and bundles the
/// package in a project of its own. Checks that this machine cannot run are among the skips: the WebAssembly without a
/// compiler for it, the rest without Node.js of at least version 20, since cargo does without both.
///
/// # Errors
/// [`Failure`] where one of them fails.
pub(crate) fn run(root: &Path) -> Result<Skips, Failure> {
    let skips = wasm::verify(root)?;
    Ok(skips.with(check_sources(root)?))
}

/// Does the same as [`run`], except for the comparison of the WebAssembly.
///
/// # Errors
/// [`Failure`] where one of them fails.
pub(crate) fn check_sources(root: &Path) -> Result<Skips, Failure> {
    if !has_node() {
        return Ok(Skips::one(format_args!("web, no Node.js {OLDEST_NODE} or later")));
    }
    for step in STEPS {
        let mut npm = npm(root, step);
        println!("{}", command::line(&npm));
        command::run(&mut npm)?;
    }
    Ok(Skips::NONE)
}

/// Whether a recent enough Node.js is here.
pub(crate) fn has_node() -> bool {
    let version = command::capture(Command::new("node").arg("--version"));
    version.is_ok_and(|version| is_recent(&version))
}

/// `npm` with these words, in the library's folder.
pub(crate) fn npm(root: &Path, words: &str) -> Command {
    let mut npm = Command::new(NPM);
    npm.current_dir(root.join("web")).args(words.split(' '));
    npm
}

/// The name of the program.
pub(crate) const NPM: &str = if cfg!(windows) { "npm.cmd" } else { "npm" };

const STEPS: [&str; 7] = [
    "ci",
    "run --silent check",
    "test --silent",
    "run --silent verify",
    "run --silent try",
    "run --silent axe",
    "run --silent package",
];

/// The oldest supported major version of Node.js.
pub(crate) const OLDEST_NODE: u32 = 20;

/// Whether a version is recent enough; `version` is the output of `node --version`, such as `v20.20.2`.
fn is_recent(version: &str) -> bool {
    let major = version.trim().trim_start_matches('v').split('.').next();
    major.and_then(|major| major.parse().ok()).is_some_and(|major: u32| major >= OLDEST_NODE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_of_version_20_or_later_is_recent() {
        for (version, recent) in
            [("v20.20.2\n", true), ("v26.0.0", true), ("v18.19.1\n", false), ("", false), ("node", false)]
        {
            assert_eq!(is_recent(version), recent, "{version}");
        }
    }
}
