//! Running other programs, with a command line that can be shown and repeated by hand.

use std::env;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::failure::Failure;

/// `cargo` with the given arguments, in `folder`.
pub(crate) fn cargo<'a>(folder: &Path, arguments: impl IntoIterator<Item = &'a str>) -> Command {
    program("cargo", "CARGO", folder, arguments)
}

/// `rustc` with the given arguments, in `folder`.
pub(crate) fn rustc<'a>(folder: &Path, arguments: impl IntoIterator<Item = &'a str>) -> Command {
    program("rustc", "RUSTC", folder, arguments)
}

/// `rustup` with the given arguments, in `folder`.
pub(crate) fn rustup<'a>(folder: &Path, arguments: impl IntoIterator<Item = &'a str>) -> Command {
    program("rustup", "RUSTUP", folder, arguments)
}

/// The target that this machine's compiler builds for by itself.
///
/// # Errors
/// [`Failure`] if rustc cannot be asked, or does not say.
pub(crate) fn host(folder: &Path) -> Result<String, Failure> {
    let said = capture(&mut rustc(folder, ["-vV"]))?;
    let host = said.lines().find_map(|line| line.strip_prefix("host: "));
    let unknown = || Failure::Answer { command: "rustc -vV".to_owned(), why: "no host".to_owned() };
    host.map(str::to_owned).ok_or_else(unknown)
}

/// Whether a program would be found by its name.
pub(crate) fn is_on_path(name: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    let names = [name.to_owned(), format!("{name}{}", env::consts::EXE_SUFFIX)];
    env::split_paths(&path).any(|folder| names.iter().any(|name| folder.join(name).is_file()))
}

/// Runs a command that writes directly to our own output.
///
/// # Errors
/// [`Failure::NotStarted`] or [`Failure::CommandFailed`].
pub(crate) fn run(command: &mut Command) -> Result<(), Failure> {
    let status = command.stdin(Stdio::null()).status().map_err(|cause| not_started(command, cause))?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::CommandFailed { command: line(command), status: status.to_string(), output: String::new() })
}

/// Runs a command that reads this from its standard input, and writes directly to our own output.
///
/// # Errors
/// [`Failure::NotStarted`] or [`Failure::CommandFailed`].
pub(crate) fn run_with_input(command: &mut Command, input: &str) -> Result<(), Failure> {
    let mut child = command.stdin(Stdio::piped()).spawn().map_err(|cause| not_started(command, cause))?;
    if let Some(mut stdin) = child.stdin.take() {
        // A program that does not read it says itself what is wrong.
        let _ = stdin.write_all(input.as_bytes());
    }
    let status = child.wait().map_err(|cause| not_started(command, cause))?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::CommandFailed { command: line(command), status: status.to_string(), output: String::new() })
}

/// Runs a command and returns what it wrote to its standard output; the failure carries what it wrote to both.
///
/// # Errors
/// [`Failure::NotStarted`] or [`Failure::CommandFailed`].
pub(crate) fn capture(command: &mut Command) -> Result<String, Failure> {
    let output = command.stdin(Stdio::null()).output().map_err(|cause| not_started(command, cause))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(Failure::CommandFailed {
        command: line(command),
        status: output.status.to_string(),
        output: format!(
            "\n{}\n{}",
            String::from_utf8_lossy(&output.stdout).trim_end(),
            String::from_utf8_lossy(&output.stderr).trim_end()
        ),
    })
}

/// The command as one would type it, its environment settings first.
pub(crate) fn line(command: &Command) -> String {
    let settings = command
        .get_envs()
        .filter_map(|(name, value)| Some(format!("{}='{}'", name.display(), value?.display())));
    let program = Path::new(command.get_program()).file_stem().unwrap_or_default();
    let words = std::iter::once(program).chain(command.get_args()).map(|word| word.display().to_string());
    settings.chain(words).collect::<Vec<_>>().join(" ")
}

fn program<'a>(
    name: &str,
    variable: &str,
    folder: &Path,
    arguments: impl IntoIterator<Item = &'a str>,
) -> Command {
    let mut command = Command::new(env::var_os(variable).unwrap_or_else(|| name.into()));
    command.current_dir(folder).args(arguments);
    // `cargo run` and `cargo test` set variables about the package xtask. Build scripts that watch these would run
    // again, and their dependents be compiled again, on every change between a build from here and one from a shell.
    for (variable, _) in env::vars_os() {
        let text = variable.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(variable);
        }
    }
    command
}

fn not_started(command: &Command, cause: std::io::Error) -> Failure {
    Failure::NotStarted { command: line(command), cause }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_shows_its_settings_first() {
        let mut command = cargo(Path::new("."), ["doc", "--no-deps"]);
        command.env("RUSTDOCFLAGS", "-D warnings");
        assert_eq!(line(&command), "RUSTDOCFLAGS='-D warnings' cargo doc --no-deps");
    }

    #[test]
    fn a_failure_carries_what_the_program_said() {
        let failure = capture(&mut rustc(Path::new("."), ["--no-such-option"])).unwrap_err().to_string();
        assert!(failure.starts_with("`rustc --no-such-option` failed"), "{failure}");
        assert!(failure.contains("no-such-option'"), "{failure}");
    }

    #[cfg(unix)]
    #[test]
    fn a_program_reads_its_input_and_the_failure_does_not_show_it() {
        let search = || {
            let mut command = Command::new("grep");
            command.args(["--quiet", "found"]);
            command
        };
        run_with_input(&mut search(), "what is found\n").unwrap();
        let failure = run_with_input(&mut search(), "something else\n").unwrap_err().to_string();
        assert!(failure.contains("grep --quiet found") && !failure.contains("something else"), "{failure}");
    }

    #[test]
    fn a_program_that_is_not_there_says_so() {
        let failure = run(&mut Command::new("consonance-no-such-program")).unwrap_err().to_string();
        assert!(failure.contains("could not be started"), "{failure}");
    }
}
