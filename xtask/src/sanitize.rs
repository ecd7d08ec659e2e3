//! The crates that call libraries in C, and these libraries, under the crates' own tests and the eyes of sanitizers.

use std::env;
use std::path::{Path, PathBuf};

use crate::command;
use crate::failure::Failure;

/// Lets sanitizers watch the tests: of addresses in Rust and in C, of undefined behaviour in C. Needs a nightly
/// toolchain, and cmake for libopus.
///
/// # Errors
/// [`Failure`] where a test fails, or a sanitizer finds something.
pub(crate) fn run(root: &Path) -> Result<(), Failure> {
    let about = command::capture(&mut command::rustc(root, ["-vV"]))?;
    let host = about.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or_default();
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    for tests in TESTS {
        // With a target that is named, build scripts and macros are not watched; they could not be loaded.
        let arguments = ["run", "nightly", "cargo", "test"].into_iter().chain(tests.split(' '));
        let mut test = command::rustup(root, arguments.chain(["--target", host]));
        test.env("CARGO_TARGET_DIR", target.join("sanitize"));
        test.env("RUSTFLAGS", "-Zsanitizer=address").env("CFLAGS", SANITIZERS_OF_C);
        command::run(&mut test)?;
    }
    Ok(())
}

const TESTS: &[&str] = &[
    "-p consonance-miniaudio --lib --test null",
    "-p consonance-libopus --features consonance-libopus/link --test codec",
];

const SANITIZERS_OF_C: &str =
    "-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer";
