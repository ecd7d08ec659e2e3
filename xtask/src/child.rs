//! A command as a child process: its output, its input, and its end.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read, Write as _};
use std::path::Path;
use std::process::{Child as Process, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::patience::{self, Impatience};
use crate::signal::{self, Signal};

/// A command, with everything that it starts in turn. Dropping it ends all of them.
#[derive(Debug)]
pub(crate) struct Child {
    process: Process,
    input: Option<ChildStdin>,
    printed: Arc<Mutex<String>>,
    readers: Vec<JoinHandle<()>>,
    has_ended: bool,
}

impl Child {
    /// Types `line` into a shell that is set up by `shell`; its output also goes to `log`.
    ///
    /// # Errors
    /// If there is no shell, or the log cannot be written.
    pub(crate) fn typed(mut shell: Command, line: &str, log: &Path) -> io::Result<Self> {
        shell.args(["-c", line]);
        Self::start(shell, line, log)
    }

    /// Starts the command, which `log` shows as `line`; its output also goes to `log`.
    ///
    /// # Errors
    /// If it cannot be started, or the log cannot be written.
    pub(crate) fn start(mut command: Command, line: &str, log: &Path) -> io::Result<Self> {
        let mut log = File::options().create(true).append(true).open(log)?;
        writeln!(log, "$ {line}")?;
        let log = Arc::new(Mutex::new(log));
        signal::lead_a_group(&mut command);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = command.spawn()?;
        let (input, out, err) = (process.stdin.take(), process.stdout.take(), process.stderr.take());
        let mut child =
            Self { process, input, printed: Arc::default(), readers: Vec::new(), has_ended: false };
        if let Some((out, err)) = out.zip(err) {
            child.follow(out, Arc::clone(&log))?;
            child.follow(err, log)?;
        }
        Ok(child)
    }

    /// The output so far, of both stdout and stderr.
    pub(crate) fn printed(&self) -> String {
        self.printed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The exit status, if it has ended; then the output is complete.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        let status = self.process.try_wait().ok().flatten()?;
        self.has_ended = true;
        for reader in self.readers.drain(..) {
            // A reader that failed has nothing to add.
            let _ = reader.join();
        }
        Some(status)
    }

    /// # Errors
    /// If it is not read.
    pub(crate) fn type_line(&mut self, line: &str) -> io::Result<()> {
        self.input.as_mut().map_or(Ok(()), |input| writeln!(input, "{line}"))
    }

    /// Sends Ctrl-C, waits for the end and returns the exit status.
    ///
    /// # Errors
    /// If it does not end in time.
    pub(crate) fn interrupt(&mut self) -> Result<ExitStatus, Impatience> {
        if let Some(status) = self.ended() {
            return Ok(status);
        }
        signal::send(&mut self.process, Signal::Interrupt);
        patience::until(SOON, || self.ended())
    }

    fn follow(&mut self, pipe: impl Read + Send + 'static, log: Arc<Mutex<File>>) -> io::Result<()> {
        let printed = Arc::clone(&self.printed);
        let read = move || {
            for line in BufReader::new(pipe).split(b'\n').map_while(Result::ok) {
                let line = String::from_utf8_lossy(&line);
                // The log is only for later inspection, so errors are ignored.
                let _ = writeln!(log.lock().unwrap_or_else(PoisonError::into_inner), "{line}");
                let mut printed = printed.lock().unwrap_or_else(PoisonError::into_inner);
                printed.push_str(&line);
                printed.push('\n');
            }
        };
        self.readers.push(thread::Builder::new().name("output".to_owned()).spawn(read)?);
        Ok(())
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        if !self.has_ended {
            signal::send(&mut self.process, Signal::Terminate);
            if patience::within(SOON, || self.process.try_wait().ok().flatten()).is_none() {
                signal::send(&mut self.process, Signal::Kill);
            }
        }
        // Processes that it started and left behind would keep ports and processors busy.
        signal::send(&mut self.process, Signal::Kill);
        let _ = self.process.wait();
    }
}

/// How long a command may take to end after it is told to.
const SOON: Duration = Duration::from_secs(20);
