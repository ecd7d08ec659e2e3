//! `cargo xtask check docs`: the project as a newcomer meets it, from `git clone` on, with every
//! command that its pages show.

mod first_word;
mod needs;
mod page;
mod performance;
mod promise;
mod report;
mod sandbox;
mod script;
mod shown;
mod speech;
mod typed;

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::built::Built;
use crate::failure::Failure;
use crate::interrupt;
use needs::Wishes;
use performance::Performance;
use sandbox::Sandbox;
use script::Scene;

/// The pages to check, and the folder.
#[derive(Args)]
pub(crate) struct Plan {
    /// In this checkout, with what it has built already, instead of in a clone that knows nothing.
    #[arg(long)]
    here: bool,
    /// An empty folder for the clone and all that is left; `target/check-docs` by default, which is made again.
    #[arg(long, conflicts_with = "here")]
    folder: Option<PathBuf>,
    /// Only the pages whose path begins so, such as `README.md` or `docs/guide` (may be given several times).
    #[arg(long, value_name = "PAGE")]
    only: Vec<String>,
    #[command(flatten)]
    wishes: Wishes,
}

/// Types every command, prints what came of it, and leaves a report and logs.
///
/// # Errors
/// [`Failure::DocsCheck`] if something did not do what its page says; [`Failure`] if the clone cannot be made.
pub(crate) fn run(root: &Path, plan: &Plan) -> Result<(), Failure> {
    interrupt::handle_signals()?;
    let sandbox = plan.sandbox(root)?;
    let shown = shown::commands(sandbox.checkout())?;
    let mut performance = Performance::new(&sandbox, &shown, &plan.wishes);
    for scene in script::scenes().filter(|scene| plan.wants(scene)) {
        performance.play(scene);
        if interrupt::is_interrupted() {
            break;
        }
    }
    let report = performance.report();
    let path = sandbox.report();
    fs::write(&path, report.page()).map_err(|cause| Failure::File { path: path.clone(), cause })?;
    println!("\n{report}\n{}", path.display());
    match report.failures() {
        _ if interrupt::is_interrupted() => Err(Failure::Interrupted),
        0 => Ok(()),
        failures => Err(Failure::DocsCheck(failures)),
    }
}

impl Plan {
    fn sandbox(&self, root: &Path) -> Result<Sandbox, Failure> {
        let usual = Built::release(root)?.beside("check-docs");
        if self.here {
            return Sandbox::here(root, usual);
        }
        if let Some(folder) = &self.folder {
            let folder = std::path::absolute(folder);
            return Sandbox::fresh(
                root,
                folder.map_err(|cause| Failure::File { path: root.to_owned(), cause })?,
            );
        }
        if usual.exists() {
            fs::remove_dir_all(&usual).map_err(|cause| Failure::File { path: usual.clone(), cause })?;
        }
        Sandbox::fresh(root, usual)
    }

    fn wants(&self, scene: &Scene) -> bool {
        self.only.is_empty() || self.only.iter().any(|page| scene.page.starts_with(page.as_str()))
    }
}
