//! The server's log: whether it is ready, its faults, its last lines, and all of it in a file.

use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Read, Write as _};
use std::path::Path;
use std::process::Child;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Instant;

/// The log, read by threads of its own, so that the server never waits for us.
#[derive(Clone, Debug)]
pub(super) struct Log(Arc<Mutex<Said>>);

#[derive(Debug)]
struct Said {
    is_ready: bool,
    faults: Vec<String>,
    takeovers: Vec<Instant>,
    last: VecDeque<String>,
    file: File,
    file_bytes: usize,
}

const LAST_LINES: usize = 12;
const FILE_BYTES_MAX: usize = 64 << 20;
/// Parts of lines that report a fault of the server's own. Nothing that happens here justifies an error in its log.
const FAULTS: [&str; 4] = ["panicked at", "which is a bug", "overflowed its stack", " ERROR "];

/// Part of a NATS server's log line once it serves.
const NATS_READY: &str = "Server is ready";
/// Part of a server's log line when it takes over a session in a cluster.
const TAKEOVER: &str = "is_takeover=true";
const TAKEOVERS_MAX: usize = 64;

impl Log {
    pub(super) fn follow(child: &mut Child, file: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(file)?;
        let said = Said {
            is_ready: false,
            faults: Vec::new(),
            takeovers: Vec::new(),
            last: VecDeque::new(),
            file,
            file_bytes: 0,
        };
        let log = Self(Arc::new(Mutex::new(said)));
        if let Some(out) = child.stdout.take() {
            log.read(out)?;
        }
        if let Some(err) = child.stderr.take() {
            log.read(err)?;
        }
        Ok(log)
    }

    pub(super) fn is_ready(&self) -> bool {
        self.said().is_ready
    }

    pub(super) fn take_faults(&self) -> Vec<String> {
        std::mem::take(&mut self.said().faults)
    }

    pub(super) fn take_takeovers(&self) -> Vec<Instant> {
        std::mem::take(&mut self.said().takeovers)
    }

    pub(super) fn last_words(&self) -> Vec<String> {
        self.said().last.iter().cloned().collect()
    }

    fn read(&self, pipe: impl Read + Send + 'static) -> io::Result<()> {
        let log = self.clone();
        let read = move || {
            for line in BufReader::new(pipe).split(b'\n').map_while(Result::ok) {
                log.said().take(&String::from_utf8_lossy(&line));
            }
        };
        thread::Builder::new().name("server-log".to_owned()).spawn(read).map(drop)
    }

    fn said(&self) -> MutexGuard<'_, Said> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Said {
    fn take(&mut self, line: &str) {
        let is_session = line.starts_with("session ") && line.contains("quic://");
        self.is_ready |= is_session || line.contains(NATS_READY);
        if line.contains(TAKEOVER) && self.takeovers.len() < TAKEOVERS_MAX {
            self.takeovers.push(Instant::now());
        }
        if FAULTS.iter().any(|words| line.contains(words)) {
            self.faults.push(line.to_owned());
        }
        if self.last.len() == LAST_LINES {
            self.last.pop_front();
        }
        self.last.push_back(line.to_owned());
        if self.file_bytes < FILE_BYTES_MAX {
            self.file_bytes += line.len() + 1;
            // The file is only for later inspection; the soak does not need it.
            let _ = writeln!(self.file, "{line}");
        }
    }
}
