//! The place where a check runs: a fresh clone, or this checkout as it is.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use super::script::Folder;
use crate::command;
use crate::failure::Failure;

/// A checkout, folders beside it, and the environment of commands.
#[derive(Debug)]
pub(super) struct Sandbox {
    checkout: PathBuf,
    /// The folder for results: logs, folders of scenes, the report.
    beside: PathBuf,
    /// Cargo and the home folder are empty, and the caller's settings are not seen.
    is_fresh: bool,
    /// When `git clone` began; for this checkout, the check.
    began: Instant,
}

impl Sandbox {
    /// Clones what is committed in the checkout at `root` into `beside`, which is made for it.
    ///
    /// # Errors
    /// [`Failure`] if there is something in that folder, or Git fails.
    pub(super) fn fresh(root: &Path, beside: PathBuf) -> Result<Self, Failure> {
        make_empty(&beside)?;
        for folder in ["cargo-home", "home", "logs", "scenes"] {
            make(&beside.join(folder))?;
        }
        let (checkout, began) = (beside.join("checkout"), Instant::now());
        let mut git = Command::new("git");
        // A checkout can belong to another user than the current one, and a clone must not share its files.
        git.args(["-c", "safe.directory=*", "clone", "--quiet", "--no-local"]).arg(root).arg(&checkout);
        command::run(&mut git)?;
        Ok(Self { checkout, beside, is_fresh: true, began })
    }

    /// The checkout at `root`, with what it has built already.
    ///
    /// # Errors
    /// [`Failure`] if the folder for what is left cannot be made.
    pub(super) fn here(root: &Path, beside: PathBuf) -> Result<Self, Failure> {
        for folder in ["home", "logs", "scenes"].map(|folder| beside.join(folder)) {
            // Otherwise this check's commands would find the files of an earlier one.
            if folder.exists() {
                fs::remove_dir_all(&folder).map_err(|cause| Failure::File { path: folder.clone(), cause })?;
            }
            make(&folder)?;
        }
        Ok(Self { checkout: root.to_owned(), beside, is_fresh: false, began: Instant::now() })
    }

    pub(super) fn began(&self) -> Instant {
        self.began
    }

    pub(super) fn checkout(&self) -> &Path {
        &self.checkout
    }

    /// The log of this page's commands.
    pub(super) fn log(&self, page: &str) -> PathBuf {
        self.beside.join("logs").join(file_name(page)).with_extension("log")
    }

    pub(super) fn report(&self) -> PathBuf {
        self.beside.join("report.md")
    }

    /// The folder in which a page's commands are typed, made if it is one of their own.
    ///
    /// # Errors
    /// [`Failure`] if it cannot be made.
    pub(super) fn folder(&self, page: &str, folder: Folder) -> Result<PathBuf, Failure> {
        match folder {
            Folder::Checkout(below) => Ok(self.checkout.join(below)),
            Folder::Empty => self.scene(page),
        }
    }

    /// A folder that only this page's commands use.
    ///
    /// # Errors
    /// [`Failure`] if it cannot be made.
    pub(super) fn scene(&self, page: &str) -> Result<PathBuf, Failure> {
        let path = self.beside.join("scenes").join(file_name(page));
        make(&path)?;
        Ok(path)
    }

    /// A shell in `folder`, with the environment in which everything is typed.
    pub(super) fn shell(&self, folder: &Path) -> Command {
        let mut shell = Command::new("sh");
        shell.current_dir(folder);
        if self.is_fresh {
            shell.env_clear().envs(env::vars_os().filter(|(name, _)| is_kept(name)));
            shell.env("CARGO_HOME", self.beside.join("cargo-home"));
        } else {
            shell.env("CARGO_HOME", home_of("CARGO_HOME", ".cargo"));
        }
        for (name, _) in env::vars_os().filter(|(name, _)| is_ours(name)) {
            shell.env_remove(name);
        }
        // The caller's toolchains may be used, but programs must not leave files in the caller's home folder.
        shell.env("RUSTUP_HOME", home_of("RUSTUP_HOME", ".rustup")).env("HOME", self.beside.join("home"));
        // The pages assume that the built program is on the PATH.
        let built = self.checkout.join("target/release");
        let path = env::var_os("PATH").unwrap_or_default();
        let path = env::join_paths([built].into_iter().chain(env::split_paths(&path)));
        shell.env("PATH", path.unwrap_or_default()).env("NO_COLOR", "1").env("CARGO_TERM_COLOR", "never");
        shell
    }
}

/// Whether a variable is kept: a machine needs it to reach its toolchains and the network. All others are personal.
fn is_kept(name: &OsString) -> bool {
    let name = name.to_string_lossy();
    let is_proxy = name.to_lowercase().ends_with("_proxy");
    let begins = ["CARGO_REGISTRIES_", "CARGO_HTTP_", "CARGO_NET_", "LC_", "RUSTUP_", "SSL_CERT_"];
    is_proxy
        || begins.iter().any(|begin| name.starts_with(begin))
        || matches!(&*name, "CHROME" | "FIREFOX" | "LANG" | "TERM" | "TMPDIR" | "TSHARK" | "USER")
}

/// Whether a variable is removed: `cargo xtask` or its caller has set it, or it moves a folder that pages name.
fn is_ours(name: &OsString) -> bool {
    let name = name.to_string_lossy();
    let begins = ["CARGO_PKG_", "CARGO_MANIFEST_"];
    begins.iter().any(|begin| name.starts_with(begin))
        || matches!(&*name, "CARGO" | "CARGO_TARGET_DIR" | "RUSTUP_TOOLCHAIN" | "RUST_RECURSION_COUNT")
}

/// The variable's value, or else this folder of the caller's home.
fn home_of(variable: &str, folder: &str) -> OsString {
    env::var_os(variable).unwrap_or_else(|| {
        let home = env::var_os("HOME").unwrap_or_default();
        Path::new(&home).join(folder).into_os_string()
    })
}

fn file_name(page: &str) -> String {
    page.replace(['/', ' '], "-")
}

fn make(path: &Path) -> Result<(), Failure> {
    fs::create_dir_all(path).map_err(|cause| Failure::File { path: path.to_owned(), cause })
}

fn make_empty(path: &Path) -> Result<(), Failure> {
    make(path)?;
    let unreadable = |cause| Failure::File { path: path.to_owned(), cause };
    match fs::read_dir(path).map_err(unreadable)?.next() {
        None => Ok(()),
        Some(_) => Err(Failure::NotEmpty(path.to_owned())),
    }
}
