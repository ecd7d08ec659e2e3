//! The command, with the system's allocator.

use std::process::ExitCode;

fn main() -> ExitCode {
    consonance_cli::main()
}
