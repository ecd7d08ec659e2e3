//! `cargo xtask publish`: brings a release to its places, or prints how.
//!
//! Nothing is sent before everything is known to be there: every credential in the environment, every program, and
//! every file in `target/dist` with the digest that the list of them has. No credential is ever an argument of a
//! command, or in a file.

mod files;
mod step;
mod steps;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use clap::Args;

use crate::command;
use crate::failure::Failure;
use crate::workspace;
use files::ReleaseFiles;
use step::Step;

/// What to do with the release.
#[derive(Args)]
pub(crate) struct Plan {
    /// Print every step and its credential, and send nothing.
    #[arg(long)]
    dry_run: bool,
    /// The folder with the files of the release [default: target/dist].
    #[arg(long, value_name = "FOLDER")]
    files: Option<PathBuf>,
}

/// Publishes the release, or prints how.
///
/// # Errors
/// [`Failure::NotPublished`] before anything is sent, if a credential, a program or a file is missing; [`Failure`] of
/// the first step that fails, after which those before it have been sent.
pub(crate) fn run(root: &Path, plan: &Plan) -> Result<(), Failure> {
    let workspace = workspace::describe(root)?;
    let version = steps::version(&workspace)?;
    let target = workspace.target_directory.as_std_path();
    let folder = plan.files.clone().unwrap_or_else(|| target.join("dist"));
    let files = ReleaseFiles::named(&version);
    let steps = steps::all(&workspace, &files);
    let credential = |name: &str| env::var_os(name);
    if plan.dry_run {
        print!("{}", in_words(&version, &steps, credential));
        if let Err(why) = look_for_programs(&steps, command::is_on_path) {
            println!("not to be published yet: {why}");
        }
        match files.check(&folder) {
            Ok(()) => println!("all files are in {}", folder.display()),
            Err(why) => println!("not to be published yet: {why}"),
        }
        return Ok(());
    }
    let work = target.join("publish");
    fs::create_dir_all(&work).map_err(|cause| Failure::File { path: work.clone(), cause })?;
    let places = step::Places { root, files: &folder, work: &work };
    publish(
        &steps,
        credential,
        command::is_on_path,
        || files.check(&folder),
        |step| {
            println!("publish: {}", step.what);
            step.run(&places, credential)
        },
    )
}

/// Performs all steps, if every credential and every program is there and the files are good; else none.
fn publish(
    steps: &[Step],
    credential: impl Fn(&str) -> Option<OsString>,
    is_installed: impl Fn(&str) -> bool,
    check_files: impl FnOnce() -> Result<(), String>,
    mut perform: impl FnMut(&Step) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let missing = missing_credentials(steps, &credential);
    if !missing.is_empty() {
        let why = format!("set {} in the environment; --dry-run prints what each is for", missing.join(", "));
        return Err(Failure::NotPublished(why));
    }
    look_for_programs(steps, is_installed).map_err(Failure::NotPublished)?;
    check_files().map_err(Failure::NotPublished)?;
    steps.iter().try_for_each(&mut perform)
}

/// Looks for the programs of all steps.
///
/// # Errors
/// In words: those that are not there.
fn look_for_programs(steps: &[Step], is_installed: impl Fn(&str) -> bool) -> Result<(), String> {
    let needed: BTreeSet<_> = steps.iter().filter_map(Step::program).collect();
    let missing: Vec<_> = needed.into_iter().filter(|name| !is_installed(name)).collect();
    if missing.is_empty() { Ok(()) } else { Err(format!("install {}", missing.join(", "))) }
}

/// The variables that are not set or empty, each once, in the order of the steps.
fn missing_credentials(steps: &[Step], credential: &impl Fn(&str) -> Option<OsString>) -> Vec<&'static str> {
    let mut missing = Vec::new();
    for step in steps {
        let is_there = credential(step.credential).is_some_and(|value| !value.is_empty());
        if !is_there && !missing.contains(&step.credential) {
            missing.push(step.credential);
        }
    }
    missing
}

/// Every step, its command and its credential; never a credential's value.
fn in_words(version: &str, steps: &[Step], credential: impl Fn(&str) -> Option<OsString>) -> String {
    let missing = missing_credentials(steps, &credential);
    let mut text = format!("version {version}, in this order:\n");
    for (number, step) in steps.iter().enumerate() {
        let state = if missing.contains(&step.credential) { "not set" } else { "set" };
        let number = number + 1;
        let _ = writeln!(
            text,
            "{number:3}. {}\n     {}\n     {} ({state})",
            step.what,
            step.line(),
            step.credential
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace_root;

    fn real_steps() -> Vec<Step> {
        let workspace = workspace::describe(&workspace_root::find().unwrap()).unwrap();
        let version = steps::version(&workspace).unwrap();
        steps::all(&workspace, &ReleaseFiles::named(&version))
    }

    #[test]
    fn every_crate_comes_after_those_that_it_depends_on_and_the_release_comes_last() {
        let workspace = workspace::describe(&workspace_root::find().unwrap()).unwrap();
        let steps = real_steps();
        let place = |name: &str| steps.iter().position(|step| step.what == format!("crate {name}"));
        let published = workspace.packages.iter().filter(|package| workspace::is_published(package));
        let mut crates = 0;
        for package in published {
            let own = place(&package.name).unwrap_or_else(|| panic!("{} has no step", package.name));
            crates += 1;
            for needed in &package.dependencies {
                let is_linked = needed.kind != cargo_metadata::DependencyKind::Development;
                if let Some(before) = place(&needed.name).filter(|_| is_linked) {
                    assert!(before < own, "{} before {}", needed.name, package.name);
                }
            }
        }
        assert!(crates > 15, "{crates}");
        let words: Vec<_> =
            steps.iter().skip(crates).map(|step| step.what.split(' ').next().unwrap()).collect();
        let expected = ["crate", "npm", "wheels", "NuGet", "container", "release"];
        assert_eq!(words, expected, "after the crates");
        assert_eq!(steps[crates].what, "crate bevy_consonance");
    }

    #[test]
    fn without_a_credential_nothing_is_checked_and_nothing_is_sent() {
        let steps = real_steps();
        let all: BTreeSet<_> = steps.iter().map(|step| step.credential).collect();
        assert!(all.len() >= 6, "{all:?}");
        for missing in all {
            let credential = |name: &str| (name != missing).then(|| OsString::from("secret"));
            let mut sent = 0;
            let looked = || panic!("the files are not looked at");
            let refused = publish(
                &steps,
                credential,
                |_| true,
                looked,
                |_| {
                    sent += 1;
                    Ok(())
                },
            );
            let refused = refused.unwrap_err().to_string();
            assert!(refused.contains(missing) && !refused.contains("secret"), "{refused}");
            assert_eq!(sent, 0);
        }
        let empty = |_: &str| Some(OsString::new());
        assert!(
            publish(&steps, empty, |_| true, || Ok(()), |_| panic!("sent")).is_err(),
            "an empty one is none"
        );
    }

    #[test]
    fn without_a_program_nothing_is_sent() {
        let steps = real_steps();
        let credential = |_: &str| Some(OsString::from("secret"));
        for missing in ["npm", "twine", "curl", "skopeo", "gh"] {
            let is_installed = |name: &str| name != missing;
            let refused = publish(&steps, credential, is_installed, || Ok(()), |_| panic!("sent"));
            let refused = refused.unwrap_err().to_string();
            assert!(refused.ends_with(&format!("install {missing}")), "{refused}");
        }
        let is_known = |name: &str| ["npm", "twine", "curl", "skopeo", "gh"].contains(&name);
        assert_eq!(look_for_programs(&steps, is_known), Ok(()), "there are no others");
    }

    #[test]
    fn the_key_of_a_program_that_reads_none_from_the_environment_is_in_no_file_and_no_argument() {
        let folder = env::temp_dir().join(format!("consonance-publish-key-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let places = step::Places { root: &folder, files: &folder, work: &folder };
        let steps = real_steps();
        let step = steps.iter().find(|step| step.program() == Some("curl")).unwrap();
        let command = step.command(&places).unwrap();
        let words = command::line(&command);
        assert!(words.contains("--config - "), "{words}");
        let input = step.input(|name| (name == "NUGET_API_KEY").then(|| "se\"cr\net".into())).unwrap();
        assert_eq!(input, "header = \"X-NuGet-ApiKey: secret\"\n", "it cannot be more than a header");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
        fs::remove_dir_all(&folder).unwrap();
        let mut others = steps.iter().filter(|step| step.program() != Some("curl"));
        assert!(others.all(|step| step.input(|_| Some("secret".into())).is_none()));
    }

    #[test]
    fn without_the_files_nothing_is_sent_and_after_a_failed_step_nothing_more() {
        let steps = real_steps();
        let credential = |_: &str| Some(OsString::from("secret"));
        let no_file = || Err("a file is missing".into());
        let refused = publish(&steps, credential, |_| true, no_file, |_| panic!("sent"));
        assert!(matches!(refused, Err(Failure::NotPublished(_))));
        let mut sent = Vec::new();
        let failed = publish(
            &steps,
            credential,
            |_| true,
            || Ok(()),
            |step| {
                sent.push(step.what.clone());
                if sent.len() == 3 { Err(Failure::Untidy(1)) } else { Ok(()) }
            },
        );
        assert!(failed.is_err() && sent.len() == 3, "{sent:?}");
    }

    #[test]
    fn no_credential_is_printed_or_is_an_argument() {
        let steps = real_steps();
        let words = in_words("1.2.3", &steps, |_| Some("secret-value".into()));
        assert!(!words.contains("secret-value"), "{words}");
        assert!(words.contains("CARGO_REGISTRY_TOKEN (set)"), "{words}");
        let words = in_words("1.2.3", &steps, |_| None);
        assert!(words.contains("CARGO_REGISTRY_TOKEN (not set)"), "{words}");
    }
}
