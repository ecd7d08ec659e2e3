//! A misplaced secret is not repeated in messages.

use std::path::Path;

use consonance_server_config::ConfigSources;

use crate::tables;

#[test]
fn no_error_shows_a_secret() {
    for file in [
        "[joining]\npassword = [\"hunter2\"]",
        "[joining]\npassword = { is = \"hunter2\" }",
        "[joining]\npassword = \"hunter2",
        "[joining]\npassword = hunter2",
        "[joining]\npasswords = \"hunter2\"",
        "[joining]\npasswords = [\"hunter2\"]",
        "[joining]\npasswords = { session = \"main\", password = \"hunter2\" }",
        "[joining]\npasswords = [{ session = 5, password = \"hunter2\" }]",
        "[joining]\npasswords = [{ password = \"hunter2\" }]",
        "[joining]\npasswords = [{ session = \"main\", password = [\"hunter2\"] }]",
        "[web]\nturn_secret = [\"hunter2\"]",
    ] {
        let mut sources = ConfigSources::new(tables());
        sources.add_file(Path::new("/etc/consonance/voice.toml"), file);
        let problems = sources.load().unwrap_err();
        let told: Vec<_> = problems.problems().iter().map(ToString::to_string).collect();
        assert!(!told.is_empty() && !told.concat().contains("hunter2"), "{file}: {told:?}");
    }
}
