//! The crate for Bevy, in `bevy/`: a workspace of its own, which depends on our crates as they are published.

mod game_beside_a_clone;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use cargo_metadata::{DependencyKind, Metadata};
use clap::Args;

use crate::command;
use crate::failure::Failure;
use crate::package;
use crate::skips::Skips;
use crate::workspace;

/// What is to be done; without options, everything is checked.
#[derive(Args)]
pub(crate) struct Plan {
    /// Runs this example and checks nothing: `proximity`, `radio` or `server_in_process`.
    #[arg(long, value_name = "EXAMPLE")]
    run: Option<String>,
    /// Checks the crate and not the examples, which bring all of Bevy.
    #[arg(long, conflicts_with = "run")]
    skip_examples: bool,
    /// Packs what is not committed, too.
    #[arg(long)]
    allow_dirty: bool,
    /// What the example is given, such as the address for a second `radio`.
    #[arg(last = true, requires = "run")]
    arguments: Vec<String>,
}

/// Packs our crates, and builds, lints, documents and tests the crate for Bevy and its examples with the packages.
///
/// # Errors
/// [`Failure`] where a check fails, or our crates cannot be packed.
pub(crate) fn run(root: &Path, plan: &Plan) -> Result<Skips, Failure> {
    let bevy = BevyWorkspace::prepare(root, plan.allow_dirty)?;
    if let Some(example) = &plan.run {
        let given = plan.arguments.iter().map(String::as_str);
        let run = ["run", "--package", EXAMPLES, "--bin", example, "--"].into_iter().chain(given);
        bevy.cargo(&run.collect::<Vec<_>>())?;
        return Ok(Skips::NONE);
    }
    command::run(&mut command::cargo(&bevy.folder, ["fmt", "--all", "--check"]))?;
    for arguments in CHECKS {
        bevy.cargo(arguments)?;
    }
    bevy.cargo(if plan.allow_dirty { &PACKAGE_DIRTY } else { &PACKAGE })?;
    game_beside_a_clone::check(root, &bevy.target)?;
    let mut skips = with_bevy_audio(&bevy)?;
    if plan.skip_examples {
        skips = skips.with(Skips::one("examples for Bevy, as was asked for"));
    } else {
        for arguments in EXAMPLE_CHECKS {
            bevy.cargo(arguments)?;
        }
    }
    bevy.verify_lock()?;
    println!("bevy: everything passes with our crates as they are packed");
    Ok(skips)
}

/// Builds the client of `cargo xtask check clients` and returns its path.
///
/// # Errors
/// [`Failure`] if it does not compile, or our crates cannot be packed.
pub(crate) fn outside_client(root: &Path) -> Result<PathBuf, Failure> {
    let bevy = BevyWorkspace::prepare(root, true)?;
    bevy.cargo(&["build", "--package", CRATE, "--example", OUTSIDE_CLIENT])?;
    Ok(bevy.target.join("debug/examples").join(OUTSIDE_CLIENT).with_extension(env::consts::EXE_EXTENSION))
}

/// A file with what cargo knows of every crate that the crate for Bevy and its examples may use; our crates are those
/// of this checkout, so that nothing is packed.
///
/// # Errors
/// [`Failure`] if cargo does not know, or the lock file is not up to date.
pub(crate) fn metadata(root: &Path) -> Result<PathBuf, Failure> {
    let workspace = workspace::describe(root)?;
    let wanted = needed(&workspace);
    let mut patches = String::from("[patch.crates-io]\n");
    for package in workspace.packages.iter().filter(|package| wanted.contains(package.name.as_str())) {
        let Some(folder) = package.manifest_path.parent() else { continue };
        let _ = writeln!(patches, "{} = {{ path = '{folder}' }}", package.name);
    }
    let target = workspace.target_directory.as_std_path().join("bevy");
    let [configuration, known] = ["sources.toml", "metadata.json"].map(|name| target.join(name));
    let written = fs::create_dir_all(&target).and_then(|()| fs::write(&configuration, patches));
    written.map_err(|cause| Failure::File { path: configuration.clone(), cause })?;
    let mut cargo =
        command::cargo(&root.join("bevy"), ["metadata", "--format-version", "1", "--all-features"]);
    let text = command::capture(cargo.arg("--locked").arg("--config").arg(configuration))?;
    fs::write(&known, text).map_err(|cause| Failure::File { path: known.clone(), cause })?;
    Ok(known)
}

/// Files as cargo packs them.
pub(crate) struct PackedCrates {
    /// The crate for Bevy.
    pub(crate) bevy: PathBuf,
    /// Those of our crates that it, and every game with `consonance`, compiles.
    pub(crate) ours: Vec<PathBuf>,
}

/// Packs the crate for Bevy, and those of ours that it needs.
///
/// # Errors
/// [`Failure`] where a package lacks something.
pub(crate) fn packed(root: &Path) -> Result<PackedCrates, Failure> {
    let bevy = BevyWorkspace::prepare(root, true)?;
    bevy.cargo(&PACKAGE_DIRTY)?;
    let workspace = workspace::describe(root)?;
    let folder = workspace.target_directory.as_std_path().join("package");
    let wanted = needed(&workspace);
    let packages = workspace.packages.iter().filter(|package| wanted.contains(package.name.as_str()));
    let file = |name: &str, version: &dyn std::fmt::Display| format!("{name}-{version}.crate");
    let ours = packages.map(|package| folder.join(file(&package.name, &package.version))).collect();
    let made = bevy.target.join("package");
    let version = workspace.packages.iter().find(|package| *package.name == "consonance");
    let version = version.ok_or_else(|| Failure::NoPackage("consonance".to_owned()))?;
    Ok(PackedCrates { bevy: made.join(file(CRATE, &version.version)), ours })
}

const OUTSIDE_CLIENT: &str = "outside_client";

/// Voices through Bevy's own audio, for which cpal links ALSA on Linux.
fn with_bevy_audio(bevy: &BevyWorkspace) -> Result<Skips, Failure> {
    let has_alsa = || command::capture(Command::new("pkg-config").args(["--exists", "alsa"])).is_ok();
    if env::consts::OS == "linux" && !has_alsa() {
        return Ok(Skips::one("feature bevy_audio, no headers of ALSA (Debian: libasound2-dev, pkg-config)"));
    }
    for arguments in BEVY_AUDIO_CHECKS {
        bevy.cargo(arguments)?;
    }
    Ok(Skips::NONE)
}

const CRATE: &str = "bevy_consonance";
const EXAMPLES: &str = "bevy_consonance_examples";

const CHECKS: [&[&str]; 4] = [
    &["clippy", "--package", CRATE, "--all-targets", "--", "-D", "warnings"],
    &["clippy", "--package", CRATE, "--no-default-features", "--", "-D", "warnings"],
    &["test", "--package", CRATE],
    &["doc", "--package", CRATE, "--no-deps"],
];

const PACKAGE: [&str; 5] = ["package", "--quiet", "--package", CRATE, "--no-verify"];
const PACKAGE_DIRTY: [&str; 6] = ["package", "--quiet", "--package", CRATE, "--no-verify", "--allow-dirty"];

const BEVY_AUDIO_CHECKS: [&[&str]; 3] = [
    &["clippy", "--package", CRATE, "--all-targets", "--features", "bevy_audio", "--", "-D", "warnings"],
    &["test", "--package", CRATE, "--features", "bevy_audio", "--test", "streams"],
    &["doc", "--package", CRATE, "--no-deps", "--features", "bevy_audio"],
];

const EXAMPLE_CHECKS: [&[&str]; 3] = [
    &["clippy", "--package", EXAMPLES, "--all-targets", "--", "-D", "warnings"],
    &["test", "--package", EXAMPLES],
    // The only one that needs no window and ends by itself.
    &["run", "--package", EXAMPLES, "--bin", "server_in_process"],
];

/// The workspace `bevy/`, which sees only the published part of our crates.
struct BevyWorkspace {
    folder: PathBuf,
    /// Tells cargo where the packages are.
    configuration: PathBuf,
    target: PathBuf,
    /// The lock file as it is checked in.
    lock: String,
}

impl BevyWorkspace {
    fn prepare(root: &Path, allow_dirty: bool) -> Result<Self, Failure> {
        let workspace = workspace::describe(root)?;
        let target = workspace.target_directory.as_std_path().join("bevy");
        let crates = target.join("crates");
        package::unpacked(root, allow_dirty, &crates)?;
        let (configuration, folder) = (target.join("packages.toml"), root.join("bevy"));
        let wanted = needed(&workspace);
        let patches = package::patches(&crates, |name| wanted.contains(name))?;
        fs::write(&configuration, patches)
            .map_err(|cause| Failure::File { path: configuration.clone(), cause })?;
        let lock = read(&folder.join("Cargo.lock"))?;
        Ok(Self { folder, configuration, target: target.join("target"), lock })
    }

    fn cargo(&self, arguments: &[&str]) -> Result<(), Failure> {
        // After the command, because cargo does not pass options before it on to clippy.
        let (name, rest) = arguments.split_at(1);
        let mut cargo = command::cargo(&self.folder, name.iter().copied());
        cargo.arg("--config").arg(&self.configuration).args(rest);
        cargo.env("CARGO_TARGET_DIR", &self.target).env("RUSTDOCFLAGS", "-D warnings");
        // Each test runs two or three apps with voice in real time.
        cargo.env("RUST_TEST_THREADS", "2");
        println!("bevy: cargo {}", arguments.join(" "));
        command::run(&mut cargo)
    }

    fn verify_lock(&self) -> Result<(), Failure> {
        let lock = read(&self.folder.join("Cargo.lock"))?;
        let stale = Failure::Stale { path: "bevy/Cargo.lock", make: "cargo xtask check bevy" };
        if lock == self.lock { Ok(()) } else { Err(stale) }
    }
}

/// The crates of ours that a game with `consonance` compiles.
fn needed(workspace: &Metadata) -> BTreeSet<String> {
    let (mut needed, mut found) = (BTreeSet::new(), vec!["consonance".to_owned()]);
    while let Some(name) = found.pop() {
        let package = workspace.packages.iter().find(|package| *package.name == name);
        let Some(package) = package.filter(|_| needed.insert(name)) else { continue };
        let dependencies = package.dependencies.iter();
        let normal = dependencies.filter(|dependency| dependency.kind == DependencyKind::Normal);
        found.extend(normal.map(|dependency| dependency.name.clone()));
    }
    needed
}

fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|cause| Failure::File { path: path.to_owned(), cause })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace_root;

    #[test]
    fn a_game_compiles_what_is_below_the_facade_and_nothing_else() {
        let needed = needed(&workspace::describe(&workspace_root::find().unwrap()).unwrap());
        for name in ["consonance", "consonance-quic", "consonance-server", "consonance-wire"] {
            assert!(needed.contains(name), "{name}");
        }
        for name in ["consonance-cli", "consonance-testing", "consonance-web"] {
            assert!(!needed.contains(name), "{name}");
        }
    }
}
