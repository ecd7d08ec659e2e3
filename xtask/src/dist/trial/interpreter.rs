//! A Python of the machine that a wheel is for: this one's, Debian's for ARM in qemu, or Windows' in Wine.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::unavailable::unavailable;
use super::{debian_python, windows_python};
use crate::command;
use crate::cross_target::Variables;
use crate::dist::release::Release;
use crate::dist::tree;
use crate::dist::wheel::PythonModule;
use crate::failure::Failure;
use crate::python;

/// A Python, and a folder of its own for packages that pip installs.
pub(super) struct Interpreter {
    /// The Python of this machine, for pip.
    pip: PathBuf,
    /// The command words that start it.
    words: Vec<OsString>,
    variables: Vec<(&'static str, OsString)>,
    /// For another machine: options that describe it to pip.
    machine: Option<Machine>,
    /// The folder in which pip finds numpy.
    wheels: PathBuf,
    is_windows: bool,
}

/// A machine that pip does not run on.
struct Machine {
    site: PathBuf,
    options: Vec<String>,
}

impl Interpreter {
    /// Provides a Python with numpy below the empty folder `place`.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] where there is none, or nothing can be downloaded.
    pub(super) fn prepare(release: &Release, module: &PythonModule, place: &Path) -> Result<Self, Failure> {
        let system =
            python::system_python().ok_or_else(|| unavailable("no Python of version 3.10 or later"))?;
        let kept = release.work.join("interpreters");
        fs::create_dir_all(&kept).map_err(|cause| Failure::File { path: kept.clone(), cause })?;
        let (wheels, site) = (place.join("wheels"), place.join("site"));
        tree::empty(&site)?;
        let target = module.target;
        let mut made = Self {
            pip: system.into(),
            words: Vec::new(),
            variables: Vec::new(),
            machine: None,
            wheels,
            is_windows: target.is_windows(),
        };
        let numpy = if target.is_windows() {
            made.variables = owned(target.variables(&release.work)?);
            let program = windows_python::prepare(&kept, &site, &release.work)?;
            made.words = words(&target.start(&program));
            NUMPY_FOR_WINE.to_owned()
        } else if target.emulator.is_empty() {
            let venv = place.join("venv");
            command::capture(Command::new(system).args(["-m", "venv"]).arg(&venv))
                .map_err(|_| unavailable("no module venv (Debian: python3-venv)"))?;
            made.pip = venv.join("bin/python");
            made.words = vec![made.pip.clone().into()];
            python::numpy(&release.root)?
        } else {
            let root = debian_python::prepare(&kept)?;
            made.words = ["qemu-aarch64".into(), "-L".into(), root.clone().into()].into();
            made.words.push(debian_python::program(&root)?.into());
            made.variables = vec![("PYTHONPATH", site.clone().into())];
            python::numpy(&release.root)?
        };
        made.variables.push(("PYTHONDONTWRITEBYTECODE", "1".into()));
        if !target.emulator.is_empty() {
            made.machine = Some(Machine { site, options: options(&made.minor()?, &module.platform) });
        }
        made.download(&numpy)?;
        Ok(made)
    }

    /// Installs a wheel and its requirements as pip does for that machine, without a network.
    ///
    /// # Errors
    /// [`Failure::CommandFailed`] if pip rejects it.
    pub(super) fn install(&self, wheel: &Path) -> Result<(), Failure> {
        let mut pip = self.pip("install");
        pip.args(["--no-index", "--find-links"]).arg(&self.wheels);
        if let Some(machine) = &self.machine {
            pip.arg("--target").arg(&machine.site);
        }
        command::capture(pip.arg(wheel)).map(drop)
    }

    /// A command that starts it with the installed packages.
    pub(super) fn start(&self) -> Command {
        let (program, words) = self.words.split_first().expect("every kind has a program");
        let mut python = Command::new(program);
        python.args(words).envs(self.variables.iter().map(|(name, value)| (*name, value)));
        python
    }

    /// A path in the form that it reads.
    pub(super) fn path(&self, path: &Path) -> OsString {
        if self.is_windows { windows_python::path(path).into() } else { path.into() }
    }

    /// Its version, such as `3.11`.
    fn minor(&self) -> Result<String, Failure> {
        let say = "import sys; print('%d.%d' % sys.version_info[:2])";
        command::capture(self.start().args(["-c", say])).map(|said| said.trim().to_owned())
    }

    fn download(&self, numpy: &str) -> Result<(), Failure> {
        let mut pip = self.pip("download");
        pip.arg("--dest").arg(&self.wheels).arg(numpy);
        command::capture(&mut pip).map(drop).map_err(|failure| {
            let said = failure.to_string();
            unavailable(&format!("pip: {}", said.trim_end().lines().next_back().unwrap_or_default()))
        })
    }

    fn pip(&self, what: &str) -> Command {
        let mut pip = Command::new(&self.pip);
        pip.args(["-m", "pip", what, "--quiet", "--disable-pip-version-check", "--only-binary=:all:"]);
        if let Some(machine) = &self.machine {
            pip.args(&machine.options);
        }
        pip
    }
}

/// Later versions call functions of Windows' C library that Wine 8 lacks.
const NUMPY_FOR_WINE: &str = "numpy==1.26.4";

/// The options that describe another machine to pip. pip accepts only the platforms that are listed: those of our
/// wheel and of numpy's.
fn options(version: &str, platform: &str) -> Vec<String> {
    let mut options = vec!["--implementation=cp".to_owned(), format!("--python-version={version}")];
    let abis = [format!("cp{}", version.replace('.', "")), "abi3".to_owned(), "none".to_owned()];
    options.extend(abis.map(|abi| format!("--abi={abi}")));
    options.push(format!("--platform={platform}"));
    if let Some(machine) = platform.strip_prefix("manylinux_").and_then(|rest| rest.splitn(3, '_').nth(2)) {
        options.extend([17, 28].map(|minor| format!("--platform=manylinux_2_{minor}_{machine}")));
    }
    options
}

fn words(command: &Command) -> Vec<OsString> {
    std::iter::once(command.get_program()).chain(command.get_args()).map(OsString::from).collect()
}

fn owned(variables: Variables) -> Vec<(&'static str, OsString)> {
    variables.into_iter().map(|(name, value)| (name, value.into())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pip_is_told_the_systems_of_our_wheel_and_of_numpys() {
        let all = options("3.11", "manylinux_2_34_aarch64").join(" ");
        for option in
            ["--abi=cp311", "--abi=abi3", "--platform=manylinux_2_34_aarch64", "=manylinux_2_17_aarch64"]
        {
            assert!(all.contains(option), "{all}");
        }
        assert!(options("3.11", "win_amd64").ends_with(&["--platform=win_amd64".to_owned()]));
    }
}
