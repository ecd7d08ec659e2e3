//! A measured program of our own: a child process on its own core, which ends with this process.

use std::env;
use std::error::Error;
use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;

use clap::Args;

use super::process_figures::ProcessFigures;
use super::{PRODUCT, cores};

/// Which server is measured.
#[derive(Debug, Clone, Args)]
pub(super) struct MeasuredProgram {
    /// Measure this `consonance` program, such as one of another version, and not what this one was built with.
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
}

/// A child process. Dropping it ends it. If this process dies first, the child sees the end of its input, and ends by
/// itself.
pub(super) struct ChildProcess<A> {
    child: Child,
    address: A,
    core: usize,
}

/// The prefix of environment variables with a server's settings.
const VARIABLES: &str = "CONSONANCE_";

impl<A> ChildProcess<A> {
    /// Starts the command `consonance` with these arguments and settings, on the last cores that this process may use,
    /// and keeps the calling thread, and those that it starts, off them. `address_in` finds the address in one of the
    /// lines that it prints.
    ///
    /// # Errors
    /// If there is no program to start, or it prints no address.
    pub(super) fn start(
        measured: &MeasuredProgram,
        cores: usize,
        arguments: &[&str],
        settings: impl IntoIterator<Item = (&'static str, impl AsRef<OsStr>)>,
        address_in: impl Fn(&str) -> Option<A>,
    ) -> Result<Self, Box<dyn Error>> {
        let mut command = measured.command()?;
        command.args(arguments).arg("--end-with-input");
        for (name, _) in env::vars_os() {
            if name.to_string_lossy().starts_with(VARIABLES) {
                command.env_remove(name);
            }
        }
        command.envs(settings);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let (mut child, core) = spawn_apart(command, cores)?;
        let address = read_address(&mut child, address_in);
        // After this, dropping `Self` ends the child.
        let address = address.inspect_err(|_| end(&mut child))?;
        Ok(Self { child, address, core })
    }

    /// Its address.
    pub(super) fn address(&self) -> &A {
        &self.address
    }

    /// The first of its own cores.
    pub(super) fn core(&self) -> usize {
        self.core
    }

    pub(super) fn figures(&self) -> ProcessFigures {
        ProcessFigures::of(self.child.id())
    }

    /// False once it has ended by itself.
    pub(super) fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }
}

impl MeasuredProgram {
    fn command(&self) -> io::Result<Command> {
        if let Some(program) = &self.program {
            return Ok(Command::new(program));
        }
        let mut command = Command::new(env::current_exe()?);
        command.arg(PRODUCT);
        Ok(command)
    }
}

impl<A> Drop for ChildProcess<A> {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

fn end(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}

/// Starts a child on its own cores: it inherits the cores of the thread that starts it.
fn spawn_apart(mut command: Command, count: usize) -> io::Result<(Child, usize)> {
    let start = move || {
        let cores = cores::stay_on_last(count)?;
        Ok::<_, io::Error>((cores, command.spawn()?))
    };
    let started = thread::spawn(start).join();
    let (cores, child) =
        started.map_err(|_| io::Error::other("the thread that starts the server is gone"))??;
    if cores::keep_off_all(&cores).is_err() {
        consonance_cli::complain(&"there is no other core: server and clients take time from each other");
    }
    Ok((child, cores[0]))
}

fn read_address<A>(child: &mut Child, address_in: impl Fn(&str) -> Option<A>) -> Result<A, Box<dyn Error>> {
    let out = child.stdout.take().ok_or("the server has no standard output")?;
    let mut out = BufReader::new(out);
    let mut line = String::new();
    let address = loop {
        line.clear();
        if out.read_line(&mut line)? == 0 {
            return Err("the server that was to be measured did not start".into());
        }
        if let Some(address) = address_in(&line) {
            break address;
        }
    };
    // Drain its output, so that it never blocks on a full pipe.
    thread::Builder::new().name("server-output".to_owned()).spawn(move || {
        let _ = io::copy(&mut out, &mut io::sink());
    })?;
    Ok(address)
}
