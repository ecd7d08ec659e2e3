//! The example runs and prints what its documentation promises.

use std::env;
use std::process::Command;

#[test]
fn bob_hears_carol_at_any_host() {
    // Cargo builds examples into a folder beside that of the tests, and does not pass their path.
    let test = env::current_exe().expect("this is a program");
    let folder = test.ancestors().nth(2).expect("it is in a folder of a folder").join("examples");
    let example = folder.join("made_up_room").with_extension(env::consts::EXE_EXTENSION);
    let output = Command::new(&example).output().expect("it was built with the tests");
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
