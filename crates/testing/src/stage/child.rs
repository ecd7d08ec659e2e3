//! A program of ours as a child process: its output, signals, and end.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read, Write};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child as Process, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use crate::stage::failure::{Failure, ensure};
use crate::stage::patience::{SOON, until};

/// A child process. Dropping it kills it and all processes that it has started.
#[derive(Debug)]
pub struct Child {
    name: String,
    process: Process,
    input: Option<ChildStdin>,
    said: Arc<Mutex<Vec<String>>>,
}

impl Child {
    /// Starts it; its output also goes into the file `log`.
    ///
    /// # Errors
    /// If there is no such program, or the file cannot be written.
    pub fn start(command: &mut Command, name: &str, log: &Path) -> Result<Self, Failure> {
        let what = || format!("{name} cannot be started");
        let open = File::options().create(true).append(true).open(log);
        let file = Arc::new(Mutex::new(open.map_err(Failure::io(format!("{}", log.display())))?));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // A process group of its own, which includes the processes it starts.
        command.env("NO_COLOR", "1").process_group(0);
        let mut process = command.spawn().map_err(Failure::io(what()))?;
        let said = Arc::default();
        if let Some((out, err)) = process.stdout.take().zip(process.stderr.take()) {
            follow(out, &said, &file)
                .and_then(|()| follow(err, &said, &file))
                .map_err(Failure::io(what()))?;
        }
        let input = process.stdin.take();
        Ok(Self { name: name.to_owned(), process, input, said })
    }

    /// Waits for a line that contains these words.
    ///
    /// # Errors
    /// If it does not come in time, or the program has ended; with the program's output instead.
    pub fn wait_for_line(&mut self, words: &str) -> Result<String, Failure> {
        self.wait_for(&format!("says {words:?}"), |lines| {
            lines.iter().find(|line| line.contains(words)).cloned()
        })
    }

    /// Waits until it has printed exactly this line this many times.
    ///
    /// # Errors
    /// If it does not print them in time, or the program has ended; with the program's output instead.
    pub fn wait_for_lines(&mut self, line: &str, times: usize) -> Result<(), Failure> {
        let is_it = |said: &&String| said.trim() == line;
        self.wait_for(&format!("says {line:?}, {times} times"), |lines| {
            (lines.iter().filter(is_it).count() >= times).then_some(())
        })
    }

    fn wait_for<T>(&mut self, what: &str, find: impl Fn(&[String]) -> Option<T>) -> Result<T, Failure> {
        // Its last lines may be read shortly after it ends, so look once more.
        let mut had_ended = false;
        let waited = until(&format!("{} {what}", self.name), SOON, || {
            let lines = self.lines();
            let found = find(&lines);
            match self.process.try_wait() {
                Ok(Some(status)) if found.is_none() => {
                    let has_said_all = std::mem::replace(&mut had_ended, true);
                    let ended = || format!("{} has ended ({status}): {}", self.name, lines.join("\n"));
                    ensure(!has_said_all, ended).map(|()| None)
                }
                _ => Ok(found),
            }
        });
        waited.map_err(|failure| match (failure, self.lines().pop()) {
            (Failure::TimedOut { what, within }, Some(last)) => {
                Failure::TimedOut { what: format!("{what}; it said last: {last}"), within }
            }
            (failure, _) => failure,
        })
    }

    /// All lines so far.
    pub fn lines(&self) -> Vec<String> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Types a line.
    ///
    /// # Errors
    /// If it is not read.
    pub fn type_line(&mut self, line: &str) -> Result<(), Failure> {
        let Some(input) = &mut self.input else { return Ok(()) };
        writeln!(input, "{line}").map_err(Failure::io(format!("{} reads nothing", self.name)))
    }

    /// # Errors
    /// If the process is gone.
    pub fn signal(&self, signal: Signal) -> Result<(), Failure> {
        let sent = self.pid().map_or(Ok(()), |pid| kill_process(pid, signal)).map_err(io::Error::from);
        sent.map_err(Failure::io(format!("{} takes no signal", self.name)))
    }

    fn pid(&self) -> Option<Pid> {
        Pid::from_raw(self.process.id() as i32)
    }

    /// Asks it to shut down, and waits for its end.
    ///
    /// # Errors
    /// If it does not end in time.
    pub fn end(&mut self) -> Result<ExitStatus, Failure> {
        self.signal(Signal::TERM)?;
        self.wait()
    }

    /// Closes the input of a program that ends with its input, and waits for its end.
    ///
    /// # Errors
    /// If it does not end in time.
    pub fn end_with_input(&mut self) -> Result<ExitStatus, Failure> {
        self.input = None;
        self.wait()
    }

    fn wait(&mut self) -> Result<ExitStatus, Failure> {
        let what = format!("{} has ended", self.name);
        until(&what, SOON, || self.process.try_wait().map_err(Failure::io(what.clone())))
    }

    /// Kills it without warning, as by a power cut.
    ///
    /// # Errors
    /// If it cannot be killed or waited for.
    pub fn kill(&mut self) -> Result<(), Failure> {
        self.kill_group().map_err(Failure::io(format!("{} cannot be killed", self.name)))
    }

    fn kill_group(&mut self) -> io::Result<()> {
        // Once it has been waited for, another process may have its PID.
        if self.process.try_wait()?.is_none() {
            self.pid().map_or(Ok(()), |pid| kill_process_group(pid, Signal::KILL))?;
            self.process.wait()?;
        }
        Ok(())
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // It may have exited already.
        let _ = self.kill();
    }
}

fn follow(
    pipe: impl Read + Send + 'static,
    said: &Arc<Mutex<Vec<String>>>,
    file: &Arc<Mutex<File>>,
) -> io::Result<()> {
    let (said, file) = (Arc::clone(said), Arc::clone(file));
    let read = move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            // The log is for later inspection.
            let _ = writeln!(file.lock().unwrap_or_else(PoisonError::into_inner), "{line}");
            let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
            if said.len() < LINES_MAX {
                said.push(line);
            }
        }
    };
    thread::Builder::new().name("child".to_owned()).spawn(read).map(drop)
}

/// More lines than a scenario has; later ones are in the file only.
const LINES_MAX: usize = 100_000;

#[cfg(test)]
mod tests {
    use std::{env, fs, process};

    use super::*;

    fn shell(script: &str) -> Child {
        let log = env::temp_dir().join(format!("consonance-child-{}-{}.log", process::id(), script.len()));
        let child = Child::start(Command::new("sh").args(["-c", script]), "the shell", &log).unwrap();
        fs::remove_file(log).unwrap();
        child
    }

    #[test]
    fn what_a_program_has_started_ends_with_it() {
        let mut child = shell("sleep 100 & echo $!; wait");
        let sleeper = child.wait_for_line("").unwrap();
        drop(child);
        let status = format!("/proc/{sleeper}/stat");
        let is_gone = || fs::read_to_string(&status).map_or(true, |text| text.contains(") Z"));
        until("the sleeper has ended", SOON, || Ok(is_gone().then_some(()))).unwrap();
    }

    #[test]
    fn lines_are_counted_and_nothing_else_is_on_them() {
        let mut child = shell("echo said; echo it said; echo said; cat");
        child.wait_for_lines("said", 2).unwrap();
        assert!(child.end_with_input().unwrap().success());
    }

    #[test]
    fn a_program_that_has_ended_is_not_waited_for() {
        let failure = shell("echo no microphone; exit 3").wait_for_lines("ready", 1).unwrap_err().to_string();
        assert_eq!(failure, "the shell has ended (exit status: 3): no microphone");
    }
}
