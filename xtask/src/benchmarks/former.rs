//! A `consonance` program of version 0.1, whose benches are run in turn with ours.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command;
use crate::failure::Failure;

/// The program and its version.
pub(super) struct Former {
    pub(super) program: PathBuf,
    pub(super) version: String,
}

impl Former {
    /// # Errors
    /// If the program does not print its version.
    pub(super) fn at(program: &Path) -> Result<Self, Failure> {
        let said = command::capture(Command::new(program).arg("--version"))?;
        let version = said.split_whitespace().last().unwrap_or_default().to_owned();
        Ok(Self { program: program.to_owned(), version })
    }
}

/// The words of its command line that run a bench; `None` if it has no such bench.
pub(super) fn words_of(bench: &'static str) -> Option<[&'static str; 2]> {
    let name = match bench {
        "frames" | "groups" | "murmur" | "node-delay" => return None,
        "proxy" => "splice",
        same => same,
    };
    Some(["bench", name])
}

/// The name of a field in its output.
pub(super) fn name_of(field: &str) -> String {
    match field {
        "lookup_ns" => "somebody_who_joins_ns".to_owned(),
        _ => field.replace("_proxied_", "_spliced_").replace("proxied_lost", "spliced_lost"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn benches_and_fields_have_their_former_names() {
        assert_eq!(words_of("relay"), Some(["bench", "relay"]));
        assert_eq!(words_of("proxy"), Some(["bench", "splice"]));
        assert_eq!(words_of("groups"), None, "0.1 had no groups");
        let fields = ["lookup_ns", "unreliable_proxied_p50_us", "proxied_lost", "reliable_added_p99_us"];
        let former =
            ["somebody_who_joins_ns", "unreliable_spliced_p50_us", "spliced_lost", "reliable_added_p99_us"];
        assert_eq!(fields.map(name_of), former);
    }
}
