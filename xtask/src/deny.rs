//! The crates of others against the rules of `deny.toml` and `bevy/deny.toml`, where there is a cargo-deny.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::bevy;
use crate::command;
use crate::failure::Failure;
use crate::skips::Skips;

/// Checks licences, versions and sources of all dependencies, those of other platforms included, whose crates are
/// fetched first; and whether one of them has a known vulnerability, where there is a copy of the database of
/// `RustSec`, as a `cargo deny fetch` leaves it.
///
/// # Errors
/// [`Failure`] where a rule is broken.
pub(crate) fn run(root: &Path) -> Result<Skips, Failure> {
    if command::capture(&mut command::cargo(root, ["deny", "--version"])).is_err() {
        return Ok(Skips::one("deny, no cargo-deny (cargo install --locked cargo-deny)"));
    }
    // For the workspace of Bevy, cargo fetches the manifests when it is queried.
    let fetches =
        ["", "python"].map(|folder| command::run(&mut command::cargo(&root.join(folder), FETCH.split(' '))));
    if fetches.iter().any(Result::is_err) {
        return Ok(Skips::one("deny, crates of other platforms cannot be fetched (cargo fetch --locked)"));
    }
    let trees = Tree::all(root)?;
    for tree in &trees {
        command::run(&mut tree.deny(root, RULES))?;
    }
    if !has_database(&cargo_home()) {
        return Ok(Skips::one("advisories, no database (cargo deny fetch)"));
    }
    for tree in &trees {
        command::run(&mut tree.deny(root, ADVISORIES))?;
    }
    Ok(Skips::NONE)
}

/// A build on one platform leaves out what others need.
const FETCH: &str = "fetch --locked";
const RULES: &str = "check licenses bans sources --hide-inclusion-graph";
const ADVISORIES: &str = "check advisories --disable-fetch --hide-inclusion-graph";

/// The crates of a workspace.
struct Tree {
    name: &'static str,
    /// The options that tell cargo-deny of its crates.
    crates: [OsString; 2],
    /// Its rules, in the repository.
    rules: &'static str,
    /// Lints to allow, because the rules are for more than this workspace, and some of them do not apply.
    allowed: &'static [&'static str],
}

impl Tree {
    /// The main workspace, the one for Python, and the one for Bevy, whose crates cargo knows only together with ours.
    fn all(root: &Path) -> Result<[Self; 3], Failure> {
        let manifest = |path: &str| ["--manifest-path".into(), root.join(path).into()];
        let (main, python) = (manifest("Cargo.toml"), manifest("python/Cargo.toml"));
        let bevy = ["--metadata-path".into(), bevy::metadata(root)?.into()];
        Ok([
            Self { name: "the main workspace", crates: main, rules: "deny.toml", allowed: &[] },
            Self { name: "python", crates: python, rules: "deny.toml", allowed: &UNUSED },
            Self { name: "bevy", crates: bevy, rules: "bevy/deny.toml", allowed: &[] },
        ])
    }

    fn deny(&self, root: &Path, check: &str) -> Command {
        println!("deny: {}", self.name);
        let mut cargo = command::cargo(root, ["deny", "--offline", "--config"]);
        cargo.arg(root.join(self.rules)).args(&self.crates).args(check.split(' '));
        cargo.args(self.allowed.iter().flat_map(|lint| ["--allow", lint]));
        cargo
    }
}

/// Lints about rules that do not apply: a workspace may have fewer licences and fewer duplicate crates.
const UNUSED: [&str; 3] = ["license-not-encountered", "unmatched-skip", "unnecessary-skip"];

/// Whether cargo-deny has a copy of a database in the folder where it keeps them.
fn has_database(cargo_home: &Path) -> bool {
    let folders = fs::read_dir(cargo_home.join("advisory-dbs"));
    folders.is_ok_and(|mut folders| folders.any(|folder| folder.is_ok_and(|it| it.path().is_dir())))
}

fn cargo_home() -> PathBuf {
    let home = || env::home_dir().unwrap_or_default().join(".cargo");
    env::var_os("CARGO_HOME").map_or_else(home, PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace_root;

    /// Whether a crate under this licence may be used by the rules of this workspace, and the output of cargo-deny;
    /// `None` without cargo-deny.
    fn verdict(licence: &str) -> Option<(bool, String)> {
        let root = workspace_root::find().expect("a workspace");
        command::capture(&mut command::cargo(&root, ["deny", "--version"])).ok()?;
        let folder = env::temp_dir().join(format!("consonance-licence-{}-{licence}", std::process::id()));
        fs::create_dir_all(folder.join("src")).expect("a folder");
        let manifest =
            format!("[package]\nname = 'a'\nversion = '1.0.0'\nlicense = '{licence}'\n[workspace]\n");
        fs::write(folder.join("Cargo.toml"), manifest).expect("a file");
        fs::write(folder.join("src/lib.rs"), "").expect("a file");
        let rules = root.join("deny.toml");
        // All but one of the licences in our rules are unused there.
        let mut run = command::cargo(&folder, ["deny", "--offline", "--config"]);
        run.arg(rules).args(["check", "--allow", "license-not-encountered", "licenses"]);
        let output = run.output().expect("cargo-deny was there before");
        fs::remove_dir_all(folder).expect("the folder goes");
        Some((output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned()))
    }

    #[test]
    fn cargo_deny_refuses_a_licence_that_is_not_in_the_list_and_takes_one_that_is() {
        let Some((is_taken, said)) = verdict("MIT") else { return };
        assert!(is_taken, "{said}");
        let (is_taken, said) = verdict("GPL-3.0-only").expect("cargo-deny was there before");
        assert!(!is_taken && said.contains("GPL-3.0-only"), "{said}");
    }

    #[test]
    fn a_database_is_a_folder_among_those_of_cargo_deny() {
        let home = env::temp_dir().join(format!("consonance-deny-{}", std::process::id()));
        assert!(!has_database(&home));
        fs::create_dir_all(home.join("advisory-dbs")).expect("a folder");
        assert!(!has_database(&home));
        fs::create_dir(home.join("advisory-dbs/advisory-db-1")).expect("a folder");
        assert!(has_database(&home));
        fs::remove_dir_all(home).expect("the folder goes");
    }
}
