//! The example does what it says.

use std::process::Command;

#[test]
fn bob_hears_carol_at_any_host() {
    let output = Command::new(env!("CARGO_BIN_EXE_made-up-room")).output().expect("it was built");
    let said = String::from_utf8_lossy(&output.stdout);
    let lines: Vec<&str> = said.lines().collect();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}{errors}");
    let expected = [
        "Alice has the voice server",
        "Bob hears Carol",
        "Alice leaves",
        "Bob has the voice server",
        "Bob hears Carol",
    ];
    assert_eq!(lines, expected);
}
