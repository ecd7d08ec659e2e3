//! A virtual environment of Python's with what the package is checked and built with.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command;
use crate::failure::Failure;
use crate::skips::Skips;

/// The environment's folder, and where cargo builds the module.
#[derive(Debug)]
pub(super) struct Environment {
    folder: PathBuf,
    /// Not the folder of the main workspace: crates that both build would be rebuilt each time.
    target: PathBuf,
}

impl Environment {
    /// The one below this folder, which is made again where it was made for other requirements.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] where there is no Python, or pip brings nothing; another [`Failure`] if the folder
    /// cannot be used.
    pub(super) fn make(root: &Path, folder: &Path) -> Result<Self, Failure> {
        let made = Self { folder: folder.join("venv"), target: folder.join("target") };
        let python = system_python().ok_or_else(|| unavailable("no Python of version 3.10 or later"))?;
        let wanted = read(&root.join(REQUIREMENTS))?;
        let marker = made.folder.join("made-with.txt");
        if fs::read_to_string(&marker).is_ok_and(|made_with| made_with == wanted) {
            return Ok(made);
        }
        if made.folder.exists() {
            fs::remove_dir_all(&made.folder).map_err(|cause| file(&made.folder, cause))?;
        }
        command::capture(Command::new(python).args(["-m", "venv"]).arg(&made.folder))
            .map_err(|_| unavailable("no module venv (Debian: python3-venv)"))?;
        made.pip_install(&["--requirement".as_ref(), root.join(REQUIREMENTS).as_os_str()])
            .map_err(|failure| unavailable(&format!("pip cannot install: {}", last_line(&failure))))?;
        fs::write(&marker, wanted).map_err(|cause| file(&marker, cause))?;
        Ok(made)
    }

    /// Adds the speech recogniser of the example with captions, which pip has for few machines.
    ///
    /// # Errors
    /// [`Failure`] if a file cannot be read or written; a recogniser that cannot be had is a skip instead.
    pub(super) fn add_recogniser(&self, root: &Path) -> Result<Skips, Failure> {
        let requirements = root.join("python/requirements-captions.txt");
        let wanted = read(&requirements)?;
        let marker = self.folder.join("captions-made-with.txt");
        if fs::read_to_string(&marker).is_ok_and(|made_with| made_with == wanted) {
            return Ok(Skips::NONE);
        }
        match self.pip_install(&["--requirement".as_ref(), requirements.as_os_str()]) {
            Err(failure) => Ok(Skips::one(format_args!("captions in Python, pip: {}", last_line(&failure)))),
            Ok(()) => fs::write(&marker, wanted).map(|()| Skips::NONE).map_err(|cause| file(&marker, cause)),
        }
    }

    /// Its Python, in the folder `python` of the repository, where it leaves no files.
    pub(super) fn python(&self, root: &Path) -> Command {
        let mut python = Command::new(self.program("python"));
        python.current_dir(root.join("python")).env("PYTHONDONTWRITEBYTECODE", "1");
        python
    }

    /// cargo for the crate in `python`, which is in no workspace with the others.
    pub(super) fn cargo(&self, root: &Path, arguments: &[&str]) -> Command {
        let mut cargo = command::cargo(&root.join("python"), arguments.iter().copied());
        cargo.env("CARGO_TARGET_DIR", &self.target).env("PYO3_PYTHON", self.program("python"));
        cargo
    }

    /// A wheel for the tests.
    ///
    /// # Errors
    /// [`Failure`] where something does not compile.
    pub(super) fn build_wheel(&self, root: &Path, folder: &Path) -> Result<PathBuf, Failure> {
        let wheels = folder.join("tested");
        self.maturin(root, &wheels, &["--profile", "dev"])
    }

    /// Has maturin build a wheel into a folder, which is emptied before.
    ///
    /// # Errors
    /// [`Failure`] where something does not compile.
    pub(super) fn maturin(&self, root: &Path, wheels: &Path, arguments: &[&str]) -> Result<PathBuf, Failure> {
        if wheels.exists() {
            fs::remove_dir_all(wheels).map_err(|cause| file(wheels, cause))?;
        }
        let mut maturin = Command::new(self.program("maturin"));
        maturin.args(["build", "--locked", "--quiet", "--out"]).arg(wheels).args(arguments);
        maturin.current_dir(root.join("python")).env("CARGO_TARGET_DIR", &self.target);
        command::run(&mut maturin)?;
        wheel_in(wheels)
    }

    /// Installs a wheel in place of the one before.
    ///
    /// # Errors
    /// [`Failure`] if pip does not take it.
    pub(super) fn install(&self, wheel: &Path) -> Result<(), Failure> {
        self.pip_install(&["--force-reinstall".as_ref(), "--no-deps".as_ref(), wheel.as_os_str()])
    }

    fn pip_install(&self, what: &[&std::ffi::OsStr]) -> Result<(), Failure> {
        let mut pip = Command::new(self.program("python"));
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]).args(what);
        command::capture(&mut pip).map(drop)
    }

    /// One of its programs.
    pub(super) fn program(&self, name: &str) -> PathBuf {
        let scripts = if cfg!(windows) { "Scripts" } else { "bin" };
        self.folder.join(scripts).join(name).with_extension(std::env::consts::EXE_EXTENSION)
    }
}

const REQUIREMENTS: &str = "python/requirements.txt";

/// A Python that is new enough, by the names that systems have for it.
pub(crate) fn system_python() -> Option<&'static str> {
    let is_new = "import sys; sys.exit(sys.version_info < (3, 10))";
    let works = |name: &&str| command::capture(Command::new(name).args(["-c", is_new])).is_ok();
    ["python3", "python3.13", "python3.12", "python3.11", "python3.10", "python"].into_iter().find(works)
}

/// The numpy that the package is tested with, as pip is told.
///
/// # Errors
/// [`Failure`] if the requirements cannot be read, or do not name it.
pub(crate) fn numpy(root: &Path) -> Result<String, Failure> {
    let wanted = read(&root.join(REQUIREMENTS))?;
    let line = wanted.lines().find(|line| line.starts_with("numpy=="));
    let unknown = || Failure::Answer { command: REQUIREMENTS.to_owned(), why: "no numpy".to_owned() };
    line.map(str::to_owned).ok_or_else(unknown)
}

/// The only wheel in a folder.
fn wheel_in(folder: &Path) -> Result<PathBuf, Failure> {
    let entries = fs::read_dir(folder).map_err(|cause| file(folder, cause))?;
    let wheels = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let wheel = wheels.into_iter().find(|path| path.extension().is_some_and(|extension| extension == "whl"));
    wheel.ok_or(Failure::Missing { what: "the wheel", make: "maturin build" })
}

fn unavailable(why: &str) -> Failure {
    Failure::Unavailable { what: "the package for Python", why: why.to_owned() }
}

/// The last line that pip printed, which is the reason.
fn last_line(failure: &Failure) -> String {
    failure.to_string().trim_end().lines().next_back().unwrap_or_default().to_owned()
}

fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|cause| file(path, cause))
}

fn file(path: &Path, cause: std::io::Error) -> Failure {
    Failure::File { path: path.to_owned(), cause }
}
