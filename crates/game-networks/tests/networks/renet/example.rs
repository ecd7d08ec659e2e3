//! The example runs and prints what its documentation promises.

use std::env;
use std::process::Command;

#[test]
fn bob_hears_alice_from_her_first_word_to_her_last() {
    // Cargo builds examples into a folder beside that of the tests, and does not pass their path.
    let test = env::current_exe().expect("this is a program");
    let folder = test.ancestors().nth(2).expect("it is in a folder of a folder").join("examples");
    let example = folder.join("renet_game").with_extension(env::consts::EXE_EXTENSION);
    let output = Command::new(&example).output().expect("it was built with the tests");
    let said = String::from_utf8_lossy(&output.stdout);
    let lines: Vec<&str> = said.lines().collect();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}{errors}");
    assert_eq!(lines, ["Bob is in", "Alice is in", "Bob hears Alice", "Bob hears Alice no more"]);
}
