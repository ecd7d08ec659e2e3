//! The server as a child process: started, inspected, limited, frozen, killed.

mod figures;
mod log;
mod preload;

use std::io;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Resource, Rlimit, Signal, getrlimit, kill_process, prlimit};

use crate::soak::installation::Installation;
use log::Log;
use preload::HeapCount;

pub(crate) use figures::{Figures, ThreadTimes, megabytes};
pub(crate) use preload::Preload;

/// Dropping it kills it. If this process dies without that, the server sees the end of its input, and ends by itself.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    log: Log,
    heap_count: Option<HeapCount>,
}

/// A limited resource of the child.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Limited {
    /// The size of each file that it writes; a limit below the current sizes acts like a full disk.
    FileBytes,
    /// The number of file descriptors.
    Descriptors,
}

/// For `sh -c`: makes a write beyond the file size limit fail like on a full disk, instead of ending the process.
pub(crate) const START: &str = "trap '' XFSZ; exec \"$0\" \"$@\"";

impl Server {
    /// Starts it; [`is_ready`](Self::is_ready) says when it serves.
    ///
    /// # Errors
    /// If there is no such program, or no folder for it.
    pub(crate) fn start(
        program: &Path,
        installation: &Installation,
        preload: Option<&Preload>,
    ) -> io::Result<Self> {
        installation.clear()?;
        let mut command = Command::new("sh");
        command.args(["-c", START]).arg(program).args(["serve", "--end-with-input", "--config"]);
        command.arg(installation.config_file()).env("RUST_LOG", "info").env("NO_COLOR", "1");
        Self::spawn(command, &installation.folder().join("server.log"), preload)
    }

    /// Starts a command, with its log in this file, and these libraries loaded.
    ///
    /// # Errors
    /// If there is no such program, or no folder for the file.
    pub(crate) fn spawn(mut command: Command, log: &Path, preload: Option<&Preload>) -> io::Result<Self> {
        command.envs(preload.map(Preload::variables).into_iter().flatten());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn()?;
        let log = Log::follow(&mut child, log)?;
        Ok(Self { child, log, heap_count: preload.map(|preload| preload.heap_count.clone()) })
    }

    /// Whether it has logged the addresses of its sessions.
    pub(crate) fn is_ready(&self) -> bool {
        self.log.is_ready()
    }

    /// Its exit status, if it has ended.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// The faults in its log since the last call.
    pub(crate) fn take_faults(&self) -> Vec<String> {
        self.log.take_faults()
    }

    /// The times at which it has taken over sessions of other servers since the last call.
    pub(crate) fn take_takeovers(&self) -> Vec<Instant> {
        self.log.take_takeovers()
    }

    /// The last lines of its log.
    pub(crate) fn last_words(&self) -> Vec<String> {
        self.log.last_words()
    }

    pub(crate) fn figures(&self) -> io::Result<Figures> {
        let pid = self.child.id();
        Ok(Figures { heap: self.heap_count.as_ref().and_then(|count| count.of(pid)), ..Figures::of(pid)? })
    }

    pub(crate) fn thread_times(&self) -> io::Result<ThreadTimes> {
        ThreadTimes::of(self.child.id())
    }

    /// Kills it without warning, as by a power cut.
    ///
    /// # Errors
    /// If it cannot be killed or waited for.
    pub(crate) fn kill(&mut self) -> io::Result<()> {
        self.child.kill()?;
        self.child.wait().map(drop)
    }

    /// # Errors
    /// If the process is gone.
    pub(crate) fn signal(&self, signal: Signal) -> io::Result<()> {
        Ok(kill_process(pid_of(self.child.id())?, signal)?)
    }

    /// Sets a limit from now on; `None` is the limit of this process.
    ///
    /// # Errors
    /// If the process is gone, or limits cannot be set here.
    pub(crate) fn limit(&self, what: Limited, to: Option<u64>) -> io::Result<()> {
        limit(self.child.id(), what, to)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have exited already.
        let _ = self.kill();
    }
}

impl Limited {
    fn resource(self) -> Resource {
        match self {
            Self::FileBytes => Resource::Fsize,
            Self::Descriptors => Resource::Nofile,
        }
    }
}

/// Sets a limit of a process from now on; `None` is the limit of this process.
///
/// # Errors
/// If the process is gone, or limits cannot be set here.
pub(crate) fn limit(pid: u32, what: Limited, to: Option<u64>) -> io::Result<()> {
    let own = getrlimit(what.resource());
    let limits = Rlimit { current: to.or(own.current), maximum: own.maximum };
    prlimit(Some(pid_of(pid)?), what.resource(), limits)?;
    Ok(())
}

fn pid_of(number: u32) -> io::Result<Pid> {
    Pid::from_raw(number as i32).ok_or_else(|| io::Error::other("no process has this number"))
}

/// Runs the program, with a limit of descriptors if there is one, until it ends; returns its status and its standard
/// error.
///
/// # Errors
/// If it cannot be started, or does not end in time.
pub(crate) fn run_to_its_end(
    program: &Path,
    arguments: &[&str],
    descriptors: Option<u32>,
    patience: Duration,
) -> io::Result<(ExitStatus, String)> {
    let limit = descriptors.map_or_else(String::new, |count| format!("ulimit -n {count}; "));
    let mut command = Command::new("sh");
    command.arg("-c").arg(format!("{limit}exec \"$0\" \"$@\"")).arg(program).args(arguments);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
    let deadline = Instant::now() + patience;
    loop {
        if let Some(status) = child.try_wait()? {
            let mut said = String::new();
            if let Some(mut pipe) = child.stderr.take() {
                io::Read::read_to_string(&mut pipe, &mut said)?;
            }
            return Ok((status, said));
        }
        if Instant::now() >= deadline {
            child.kill()?;
            child.wait()?;
            return Err(io::Error::other("it runs on"));
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}
