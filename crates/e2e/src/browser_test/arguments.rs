//! The command line.

use std::num::NonZero;
use std::path::PathBuf;

use clap::Parser;
use consonance_testing::stage::Kind;

/// The page in a real browser.
#[derive(Debug, Parser)]
#[command(name = "consonance-browser-test", version)]
pub(crate) struct Arguments {
    /// The `consonance` that serves and joins.
    #[arg(long, value_name = "PROGRAM", default_value = "consonance")]
    pub(crate) consonance: PathBuf,
    /// Which browser.
    #[arg(long, value_enum, default_value_t = Kind::Chromium)]
    pub(crate) browser: Kind,
    /// The program that the browser is.
    #[arg(long, value_name = "PROGRAM", default_value = "chromium")]
    pub(crate) program: PathBuf,
    /// Firefox, for what two browsers play together; that is skipped where there is none.
    #[arg(long, value_name = "PROGRAM", default_value = "firefox-esr")]
    pub(crate) firefox: PathBuf,
    /// The TURN server: coturn's; what needs it is skipped where there is none.
    #[arg(long, value_name = "PROGRAM", default_value = "turnserver")]
    pub(crate) turnserver: PathBuf,
    /// A game with the package for Unity, which `cargo xtask check unity` compiles; what needs it is skipped where
    /// there is none.
    #[arg(
        long,
        value_name = "PROGRAM",
        default_value = "target/unity/mcs/Consonance.Unity.Components.Tests.exe"
    )]
    pub(crate) unity: PathBuf,
    /// Where pictures, recordings and logs are left.
    #[arg(long, value_name = "FOLDER", default_value = "target/browser-test")]
    pub(crate) output: PathBuf,
    /// Only this scenario (may be given several times); all that are for this browser where nothing is said.
    #[arg(long = "only", value_name = "SCENARIO")]
    pub(crate) only: Vec<String>,
    /// How many scenarios are played side by side; as many as the machine can take where nothing is said.
    #[arg(long, value_name = "NUMBER")]
    lanes: Option<NonZero<usize>>,
    /// Only look at the page of this address on this machine: what is wrong with it, and pictures.
    #[arg(long, value_name = "URL", conflicts_with = "only")]
    pub(crate) look: Option<String>,
    /// Say which scenarios there are, and do nothing.
    #[arg(long)]
    pub(crate) list: bool,
}

impl Arguments {
    /// How many scenarios are played side by side, if the machine does not have to say that itself.
    pub(crate) fn lanes(&self) -> Option<usize> {
        let lanes = match self.browser {
            Kind::Chromium => None,
            // All Firefox instances on a machine share one sound card.
            Kind::Firefox => NonZero::new(1),
        };
        self.lanes.or(lanes).map(NonZero::get)
    }
}
