//! The feature `libopus`, which the default build does without because it needs cmake.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;

use crate::command;
use crate::failure::Failure;
use crate::skips::Skips;

/// How to look at it.
#[derive(Args)]
pub(crate) struct Plan {
    /// Lets sanitizers watch the tests: of addresses in Rust and in C, of undefined behaviour in
    /// C. Needs a nightly toolchain.
    #[arg(long)]
    sanitize: bool,
}

/// Lints and tests what the feature changes, or lets sanitizers watch the tests.
///
/// # Errors
/// [`Failure`] where a lint or a test fails.
pub(crate) fn run(root: &Path, plan: &Plan) -> Result<(), Failure> {
    if plan.sanitize { sanitize(root) } else { check(root).map(drop) }
}

/// Lints and tests what the feature changes; says so and does nothing where there is no cmake.
///
/// # Errors
/// [`Failure`] where a lint or a test fails.
pub(crate) fn check(root: &Path) -> Result<Skips, Failure> {
    if command::capture(Command::new("cmake").arg("--version")).is_err() {
        return Ok(Skips::one("libopus, no cmake"));
    }
    for arguments in [LINT, TEST] {
        command::run(&mut command::cargo(root, arguments.split(' ')))?;
    }
    Ok(Skips::NONE)
}

/// The only crate that calls unsafe functions, and the C library that it calls, under that crate's tests.
fn sanitize(root: &Path) -> Result<(), Failure> {
    let about = command::capture(&mut command::rustc(root, ["-vV"]))?;
    let host = about.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or_default();
    // With a target that is named, build scripts and macros are not watched; they could not be loaded.
    let arguments = ["run", "nightly", "cargo"].into_iter().chain(TEST_CODEC.split(' ')).chain([host]);
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let mut test = command::rustup(root, arguments);
    test.env("CARGO_TARGET_DIR", target.join("sanitize"));
    command::run(test.env("RUSTFLAGS", "-Zsanitizer=address").env("CFLAGS", SANITIZERS_OF_C))
}

const TEST_CODEC: &str =
    "test -p consonance-libopus --features consonance-libopus/link --test codec --target";

const SANITIZERS_OF_C: &str =
    "-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer";

const LINT: &str = "clippy -p consonance-libopus -p consonance-cli -p consonance-bench --features consonance-libopus/link,libopus \
                    --all-targets -- -D warnings";

const TEST: &str = "test -p consonance-libopus -p consonance-audio --features consonance-audio/libopus \
                    --test codec --test engine --test allocations";
