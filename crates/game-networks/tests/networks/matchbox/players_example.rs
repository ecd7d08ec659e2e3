//! The example runs and prints what its documentation promises. It opens matchbox's sockets, so `cargo xtask check
//! matchbox` runs it.

use std::env;
use std::process::Command;

#[test]
#[ignore = "it needs a network namespace: cargo xtask check matchbox"]
fn bob_is_host_and_hears_alice_from_her_first_word_to_her_last() {
    // Cargo builds examples into a folder beside that of the tests, and does not pass their path.
    let test = env::current_exe().expect("this is a program");
    let example = test.ancestors().nth(2).expect("it is in a folder of a folder").join("examples/players");
    let output = Command::new(&example).output().expect("it was built with the tests");
    let said = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}{errors}");
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(
        lines,
        ["Bob is host", "Bob is in", "Alice is in", "Bob hears Alice", "Bob hears Alice no more"]
    );
}
