//! The command as a running program: its output as it is printed, and its exit.

use std::env;
use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

#[cfg(unix)]
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

/// The timeout for everything. Generous, as machines that run tests are busy.
const PATIENCE: Duration = Duration::from_mins(2);
const POLL_INTERVAL: Duration = Duration::from_millis(5);

/// A running `consonance`. Dropping it kills it.
#[derive(Debug)]
pub struct Program {
    child: Child,
    stdin: Option<ChildStdin>,
    out: Lines,
    err: Lines,
}

/// How a program ended, and everything it printed.
#[derive(Debug)]
pub struct Ended {
    /// Its exit status.
    pub status: ExitStatus,
    /// The lines of its standard output.
    pub out: Vec<String>,
    /// The lines of its standard error.
    pub err: Vec<String>,
}

impl Program {
    /// Starts the command with its input and outputs piped, and the input left open. Servers do not reduce their
    /// service on a machine that is overloaded with tests, unless that is under test.
    pub fn start(arguments: &[&str]) -> Self {
        Self::start_in(arguments, &[])
    }

    /// The same with these additional environment variables.
    pub fn start_in(arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        Self::launch(product(), arguments, variables)
    }

    /// Starts `consonance-bench` in the same way.
    pub fn bench(arguments: &[&str]) -> Self {
        let program = binary("consonance-bench").expect("the tests of consonance-bench");
        Self::launch(Command::new(program), arguments, &[])
    }

    /// Starts any program in the same way.
    pub fn launch(mut command: Command, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        command.args(arguments).env_remove("RUST_LOG").env_remove("NO_COLOR");
        command.env("CONSONANCE_OVERLOAD_ENABLED", "false");
        // Tests must not touch this user's own state.
        command
            .env("XDG_STATE_HOME", env::temp_dir().join(format!("consonance-state-{}", std::process::id())));
        command.envs(variables.iter().copied());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (out, err) = (Lines::of(child.stdout.take()), Lines::of(child.stderr.take()));
        let stdin = child.stdin.take();
        Self { child, stdin, out, err }
    }

    /// The process ID.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// A server on a free port, and the address of its first session.
    pub fn serve(sessions: &[&str]) -> (Self, String) {
        let mut arguments = vec!["serve", "--listen", "127.0.0.1:0"];
        for session in sessions {
            arguments.extend(["--session", session]);
        }
        let server = Self::start(&arguments);
        let line = server.until_line("the session's address", |line| line.contains("quic://"));
        let address = line.split(' ').next_back().unwrap().to_owned();
        (server, address)
    }

    /// Types a line.
    pub fn type_line(&mut self, line: &[u8]) {
        let stdin = self.stdin.as_mut().unwrap();
        stdin.write_all(line).unwrap();
        stdin.write_all(b"\n").unwrap();
    }

    /// Ends the program's input.
    pub fn end_input(&mut self) {
        self.stdin = None;
    }

    /// Waits for a line on the standard output.
    pub fn until_line(&self, what: &str, is_it: impl Fn(&str) -> bool) -> String {
        self.until(&self.out, what, is_it)
    }

    /// Waits for a line on the standard error.
    pub fn until_complaint(&self, words: &str) -> String {
        self.until(&self.err, words, |line| line.starts_with("consonance: ") && line.contains(words))
    }

    /// Waits for a line on the standard error that contains these words.
    pub fn until_logged(&self, words: &str) -> String {
        self.until(&self.err, words, |line| line.contains(words))
    }

    /// How many lines on the standard error contain these words so far.
    pub fn count_logged(&self, words: &str) -> usize {
        self.err.now().iter().filter(|line| line.contains(words)).count()
    }

    /// Waits for the address of the inspector's page.
    pub fn until_inspector(&self) -> String {
        let line = self.until(&self.err, "an inspector", |line| line.starts_with("inspector: "));
        line.trim_start_matches("inspector: ").to_owned()
    }

    /// Waits for the address of the admin listener, without its scheme.
    pub fn until_admin(&self) -> String {
        let line = self.until(&self.err, "an admin listener", |line| line.starts_with("admin: http://"));
        line.trim_start_matches("admin: http://").trim_end_matches('/').to_owned()
    }

    /// Waits for an event of `join --json` that has all these fields.
    pub fn until_event(&self, fields: &Value) -> Value {
        self.until_events(fields, 1)
    }

    /// Waits for this many of them; returns the last one.
    pub fn until_events(&self, fields: &Value, count: usize) -> Value {
        let is_it = |line: &str| {
            let event: Value = serde_json::from_str(line).unwrap();
            fields.as_object().unwrap().iter().all(|(name, value)| event.get(name) == Some(value))
        };
        let line = self.until_count(&self.out, &fields.to_string(), count, is_it);
        serde_json::from_str(&line).unwrap()
    }

    fn until(&self, lines: &Lines, what: &str, is_it: impl Fn(&str) -> bool) -> String {
        self.until_count(lines, what, 1, is_it)
    }

    fn until_count(&self, lines: &Lines, what: &str, count: usize, is_it: impl Fn(&str) -> bool) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(line) = lines.now().into_iter().filter(|line| is_it(line)).nth(count - 1) {
                return line;
            }
            let (out, err) = (self.out.now(), self.err.now());
            assert!(Instant::now() < deadline, "no line with {what}, only {out:?} and {err:?}");
            thread::sleep(POLL_INTERVAL);
        }
    }

    /// Sends a signal by its name: `HUP`, `INT`, `KILL` or `TERM`.
    #[cfg(unix)]
    pub fn signal(&self, name: &str) {
        let signal = match name {
            "HUP" => Signal::HUP,
            "INT" => Signal::INT,
            "KILL" => Signal::KILL,
            "TERM" => Signal::TERM,
            _ => panic!("{name} is not one of HUP, INT, KILL, TERM"),
        };
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Interrupts it, as Ctrl-C does, and waits for its end.
    #[cfg(unix)]
    pub fn interrupt(self) -> Ended {
        self.signal("INT");
        self.end()
    }

    /// Waits until the program has ended by itself.
    pub fn end(mut self) -> Ended {
        let deadline = Instant::now() + PATIENCE;
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(Instant::now() < deadline, "it goes on: {:?} and {:?}", self.out.now(), self.err.now());
            thread::sleep(POLL_INTERVAL);
        };
        Ended { status, out: self.out.all(), err: self.err.all() }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Ended {
    /// Asserts that the program succeeded without complaints. What a server's log says of ordinary events is none.
    pub fn assert_well(&self) {
        assert!(self.status.success(), "{}: {:?}", self.status, self.err);
        let is_event = |line: &&String| line.contains("Z  INFO ");
        let complaints: Vec<_> = self.err.iter().filter(|line| !is_event(line)).collect();
        assert!(complaints.is_empty(), "{complaints:?}");
    }

    /// Asserts that the program failed with a one-line message; returns that line without the program's name.
    pub fn complaint(&self) -> &str {
        assert_eq!(self.status.code(), Some(1), "{:?}", self.err);
        let [line] = &self.err[..] else { panic!("{} lines: {:?}", self.err.len(), self.err) };
        line.strip_prefix("consonance: ").unwrap_or_else(|| panic!("{line}"))
    }

    /// The events that `join --json` printed: each line is one.
    pub fn events(&self) -> Vec<Value> {
        self.out.iter().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

/// The command `consonance`: a separate program, or part of `consonance-bench` in that package's tests.
fn product() -> Command {
    if let Some(program) = binary("consonance") {
        return Command::new(program);
    }
    let mut command = Command::new(binary("consonance-bench").expect("a program to test"));
    command.arg("consonance");
    command
}

/// The path of a program of the tested package, as set by cargo.
fn binary(name: &str) -> Option<OsString> {
    env::var_os(format!("CARGO_BIN_EXE_{name}"))
}

/// The output of a pipe, line by line.
#[derive(Debug)]
struct Lines {
    lines: Arc<Mutex<Vec<String>>>,
    reader: Option<JoinHandle<()>>,
}

impl Lines {
    fn of(pipe: Option<impl Read + Send + 'static>) -> Self {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&lines);
        let pipe = BufReader::new(pipe.unwrap());
        let read = move || {
            for line in pipe.lines() {
                kept.lock().unwrap().push(line.unwrap());
            }
        };
        Self { lines, reader: Some(thread::spawn(read)) }
    }

    fn now(&self) -> Vec<String> {
        self.lines.lock().unwrap().clone()
    }

    /// Everything, once the program has ended.
    fn all(&mut self) -> Vec<String> {
        if let Some(reader) = self.reader.take() {
            reader.join().unwrap();
        }
        self.now()
    }
}
