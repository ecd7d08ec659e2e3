//! The `consonance` command.
fn main() {}
