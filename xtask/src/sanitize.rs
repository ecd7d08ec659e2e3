//! The crates that call libraries in C, and these libraries, under the crates' own tests and the eyes of sanitizers.

use std::path::Path;

use crate::built::Built;
use crate::command;
use crate::failure::Failure;

/// Lets sanitizers watch the tests: of addresses in Rust and in C, of undefined behaviour in C. Needs a nightly
/// toolchain, and cmake for libopus.
///
/// # Errors
/// [`Failure`] where a test fails, or a sanitizer finds something.
pub(crate) fn run(root: &Path) -> Result<(), Failure> {
    let host = command::host(root)?;
    let folder = Built::debug(root)?.beside("sanitize");
    for tests in TESTS {
        // With an explicit target, build scripts and macros are not instrumented: they could not be loaded otherwise.
        let arguments = ["run", "nightly", "cargo", "test"].into_iter().chain(tests.split(' '));
        let mut test = command::rustup(root, arguments.chain(["--target", &*host]));
        test.env("CARGO_TARGET_DIR", &folder);
        test.env("RUSTFLAGS", "-Zsanitizer=address").env("CFLAGS", SANITIZERS_OF_C);
        command::run(&mut test)?;
    }
    Ok(())
}

const TESTS: &[&str] = &["-p consonance-native --features miniaudio,libopus --lib --test native"];

const SANITIZERS_OF_C: &str =
    "-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer";
