//! One step of publishing: a command, and the credential that it takes from the environment.

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::command;
use crate::failure::Failure;

/// One step.
#[derive(Debug)]
pub(super) struct Step {
    /// What is published.
    pub(super) what: String,
    /// The variable with the credential.
    pub(super) credential: &'static str,
    pub(super) action: Action,
}

/// How it is published.
#[derive(Debug)]
pub(super) enum Action {
    /// `cargo publish`, of the workspace or of another manifest.
    Cargo { arguments: Vec<String> },
    /// Another program, with these arguments; files of the release are named by `{files}/`.
    Program { name: &'static str, arguments: Vec<String>, variables: &'static [(&'static str, &'static str)] },
    /// npm, which reads the credential by way of a file that names the variable.
    Npm { file: String },
    /// curl, which reads the credential from its standard input.
    NuGet { file: String },
}

/// The folders of a run.
pub(super) struct Places<'p> {
    pub(super) root: &'p Path,
    pub(super) files: &'p Path,
    pub(super) work: &'p Path,
}

impl Step {
    /// The command as it is shown.
    pub(super) fn line(&self) -> String {
        match &self.action {
            Action::Cargo { arguments } => format!("cargo {}", arguments.join(" ")),
            Action::Program { name, arguments, .. } => {
                format!("{name} {}", arguments.join(" ").replace("{files}", "target/dist"))
            }
            Action::Npm { file } => format!("npm publish target/dist/{file} --access public"),
            Action::NuGet { file } => {
                format!("curl --request PUT --form package=@target/dist/{file} {NUGET}")
            }
        }
    }

    /// The program that has to be installed for it, besides cargo.
    pub(super) fn program(&self) -> Option<&'static str> {
        match self.action {
            Action::Cargo { .. } => None,
            Action::Program { name, .. } => Some(name),
            Action::Npm { .. } => Some("npm"),
            Action::NuGet { .. } => Some("curl"),
        }
    }

    /// Runs it.
    ///
    /// # Errors
    /// [`Failure`] if a file that it reads cannot be written, or it fails.
    pub(super) fn run(
        &self,
        places: &Places<'_>,
        credential: impl Fn(&str) -> Option<OsString>,
    ) -> Result<(), Failure> {
        let mut command = self.command(places)?;
        match self.input(credential) {
            Some(input) => command::run_with_input(&mut command, &input),
            None => command::run(&mut command),
        }
    }

    /// What the command reads from its standard input.
    pub(super) fn input(&self, credential: impl Fn(&str) -> Option<OsString>) -> Option<String> {
        let Action::NuGet { .. } = self.action else { return None };
        let key = credential(self.credential).unwrap_or_default();
        let key = key.to_string_lossy().replace(['"', '\\', '\n', '\r'], "");
        Some(format!("header = \"X-NuGet-ApiKey: {key}\"\n"))
    }

    /// The command as it is run.
    ///
    /// # Errors
    /// [`Failure::File`] if a file that it reads cannot be written.
    pub(super) fn command(&self, places: &Places<'_>) -> Result<Command, Failure> {
        let write = |name: &str, text: &str| {
            let path = places.work.join(name);
            private(&path, text).map(|()| path.clone()).map_err(|cause| Failure::File { path, cause })
        };
        Ok(match &self.action {
            Action::Cargo { arguments } => command::cargo(places.root, arguments.iter().map(String::as_str)),
            Action::Program { name, arguments, variables } => {
                let files = places.files.display().to_string();
                let mut command = Command::new(name);
                command.current_dir(places.root);
                command.args(arguments.iter().map(|argument| argument.replace("{files}", &files)));
                command.envs(variables.iter().copied());
                command
            }
            Action::Npm { file } => {
                let registry = command::capture(Command::new("npm").args(["config", "get", "registry"]))?;
                let registry = registry.trim().split_once(':').map_or("", |(_, address)| address);
                // npm itself replaces the variable.
                let settings = write("npmrc", &format!("{registry}:_authToken=${{NODE_AUTH_TOKEN}}\n"))?;
                let mut command = Command::new("npm");
                command.arg("publish").arg(places.files.join(file)).args(["--access", "public"]);
                command.arg("--userconfig").arg(settings);
                command
            }
            Action::NuGet { file } => {
                let mut command = Command::new("curl");
                command.args(["--fail", "--silent", "--show-error", "--request", "PUT"]);
                command.args(["--config", "-", "--form"]);
                command.arg(format!("package=@{}", places.files.join(file).display())).arg(NUGET);
                command
            }
        })
    }
}

/// Where NuGet packages are pushed to.
const NUGET: &str = "https://www.nuget.org/api/v2/package";

/// Writes a file that no other user of this machine can read.
fn private(path: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write as _;

    let _ = fs::remove_file(path);
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(text.as_bytes())
}
