//! `cargo xtask check browser`: the page in a real browser, where there is one.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::{Args, ValueEnum};

use crate::built::Built;
use crate::command;
use crate::failure::Failure;
use crate::skips::Skips;
use crate::web;

/// What to try; everything where nothing is said.
#[derive(Args, Default)]
pub(crate) struct Plan {
    /// Which browser; another one than the usual plays fewer scenarios.
    #[arg(long, value_enum, default_value_t)]
    browser: Browser,
    /// Only this scenario (may be given several times), as `--list` calls it.
    #[arg(long, value_name = "SCENARIO")]
    only: Vec<String>,
    /// Only look at the page of this address on this machine: what is wrong with it, and pictures.
    #[arg(long, value_name = "URL", conflicts_with = "only")]
    look: Option<String>,
    /// Say which scenarios there are.
    #[arg(long)]
    list: bool,
    /// The command to try, instead of the one that is built here.
    #[arg(long, value_name = "PROGRAM")]
    consonance: Option<PathBuf>,
}

/// A browser that can be driven.
#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Browser {
    /// Chromium, or one that is made of it.
    #[default]
    Chromium,
    /// Firefox.
    Firefox,
}

/// Builds the server, and plays the scenarios.
///
/// # Errors
/// [`Failure::NoBrowser`] where there is none; [`Failure::CommandFailed`] if something did not
/// hold, which has been printed.
pub(crate) fn run(root: &Path, plan: &Plan) -> Result<(), Failure> {
    let program = plan.browser.program()?;
    command::run(&mut command::cargo(root, BUILD.iter().copied()))?;
    let built = Built::debug(root)?;
    let mut test = Command::new(built.program("consonance-browser-test"));
    test.arg("--consonance").arg(plan.consonance.clone().unwrap_or_else(|| built.program("consonance")));
    test.args(["--browser", plan.browser.name()]).arg("--program").arg(program);
    test.arg("--output").arg(built.beside("browser-test"));
    if let Ok(firefox) = Browser::Firefox.program() {
        test.arg("--firefox").arg(firefox);
    }
    // The game that `cargo xtask check unity` leaves, and the libraries that it loads.
    test.arg("--unity").arg(built.beside("unity").join("mcs/Consonance.Unity.Components.Tests.exe"));
    if let Some(axe) = axe(root) {
        test.env("AXE", axe);
    }
    test.env("LD_LIBRARY_PATH", built.beside("unity").join("natives"));
    for scenario in &plan.only {
        test.args(["--only", scenario]);
    }
    if let Some(url) = &plan.look {
        test.args(["--look", url]);
    }
    if plan.list {
        test.arg("--list");
    }
    command::run(test.current_dir(root))
}

/// Runs as a step of `ci`: where there is no browser, it prints so and is skipped.
///
/// # Errors
/// If something did not hold.
pub(crate) fn run_where_possible(root: &Path) -> Result<Skips, Failure> {
    where_possible(root, &Plan::default())
}

/// Measures how long it takes from the start of this program until a player hears another one, where there is a
/// browser.
///
/// # Errors
/// If it takes too long, or something else did not hold.
pub(crate) fn first_sound(root: &Path, program: &Path) -> Result<Skips, Failure> {
    let only = vec!["first-sound".to_owned()];
    where_possible(root, &Plan { only, consonance: Some(program.to_owned()), ..Plan::default() })
}

fn where_possible(root: &Path, plan: &Plan) -> Result<Skips, Failure> {
    match run(root, plan) {
        Err(failure @ Failure::NoBrowser { .. }) => Ok(Skips::one(format_args!("browser, {failure}"))),
        Ok(()) if axe(root).is_none() => Ok(Skips::one("accessibility by axe-core, no npm that has it")),
        outcome => outcome.map(|()| Skips::NONE),
    }
}

/// The file of axe-core, which the step `web` installs with what else pages are built with.
fn axe(root: &Path) -> Option<PathBuf> {
    let file = root.join("web/node_modules/axe-core/axe.min.js");
    if !file.is_file() && web::has_node() {
        command::capture(&mut web::npm(root, "ci")).ok()?;
    }
    file.is_file().then_some(file)
}

/// Chromium, or one that is made of it.
///
/// # Errors
/// [`Failure::NoBrowser`] where there is none.
pub(crate) fn chromium() -> Result<OsString, Failure> {
    Browser::Chromium.program()
}

/// The same for Firefox.
///
/// # Errors
/// [`Failure::NoBrowser`] where there is none.
pub(crate) fn firefox() -> Result<OsString, Failure> {
    Browser::Firefox.program()
}

impl Browser {
    /// The name of the browser in the test.
    fn name(self) -> &'static str {
        match self {
            Self::Chromium => "chromium",
            Self::Firefox => "firefox",
        }
    }

    /// The one that a variable names, or else the first of the usual ones.
    fn program(self) -> Result<OsString, Failure> {
        let (name, package, variable, usual): (_, _, _, &[&str]) = match self {
            Self::Chromium => ("Chromium", "chromium", "CHROME", &CHROMIUMS),
            Self::Firefox => ("Firefox", "firefox-esr", "FIREFOX", &FIREFOXES),
        };
        let named = env::var_os(variable).map(|program| vec![program]);
        let candidates = named.unwrap_or_else(|| usual.iter().map(OsString::from).collect());
        let is_there = |program: &OsString| command::capture(Command::new(program).arg("--version")).is_ok();
        candidates.into_iter().find(is_there).ok_or(Failure::NoBrowser { name, package, variable })
    }
}

const CHROMIUMS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const FIREFOXES: [&str; 2] = ["firefox", "firefox-esr"];
/// With the features of the whole workspace, as tests are built: after those, all of it is there already. An example
/// is among it since Cargo counts the features that tests ask for only where something is built that may use them.
const BUILD: &[&str] = &[
    "build",
    "--workspace",
    "--bin",
    "consonance",
    "--bin",
    "consonance-browser-test",
    "--example",
    "whisper",
];
