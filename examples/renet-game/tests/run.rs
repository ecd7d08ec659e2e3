//! The example does what it says.

use std::process::Command;

#[test]
fn bob_hears_alice_from_her_first_word_to_her_last() {
    let output = Command::new(env!("CARGO_BIN_EXE_renet-game")).output().expect("it was built");
    let said = String::from_utf8_lossy(&output.stdout);
    let lines: Vec<&str> = said.lines().collect();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}{errors}");
    assert_eq!(lines, ["Bob is in", "Alice is in", "Bob hears Alice", "Bob hears Alice no more"]);
}
