//! A server of our own to be measured: a child on a core of its own, which ends with us.

use std::env;
use std::error::Error;
use std::io::{self, BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::thread;

use consonance_quic::QuicAddress;

use super::super::cores;
use super::process_figures::ProcessFigures;

/// Dropping it ends it. If this process dies without that, the server sees the end of its input, and ends by itself.
pub(super) struct ServerProcess {
    child: Child,
    address: QuicAddress,
    core: usize,
}

/// Everybody finds room, and nobody is lost while a rate is tried that is too much.
const ROOM: &[(&str, &str)] = &[
    ("CONSONANCE_QUIC_CONNECTIONS_MAX", "65536"),
    ("CONSONANCE_QUIC_HANDSHAKES_MAX", "4096"),
    ("CONSONANCE_LIMITS_LINKS", "65535"),
    ("CONSONANCE_SESSIONS_ON_DEMAND", "[\"*\"]"),
    ("CONSONANCE_SESSIONS_MAX", "65536"),
    ("CONSONANCE_QUIC_IDLE_TIMEOUT_S", "60"),
];

/// Neither a link's rate nor what an overloaded server gives up may be what a measurement ends at; everything else is as it
/// is by default.
const LIFTED_LIMITS: &[(&str, &str)] = &[
    ("CONSONANCE_LIMITS_VOICE_PACKETS_PER_SECOND", "4294967295"),
    ("CONSONANCE_LIMITS_VOICE_PACKETS_BURST", "4294967295"),
    ("CONSONANCE_LIMITS_VOICE_BYTES_PER_SECOND", "4294967295"),
    ("CONSONANCE_LIMITS_VOICE_BYTES_BURST", "4294967295"),
    ("CONSONANCE_LIMITS_FAN_OUT_PER_SECOND", "4294967295"),
    ("CONSONANCE_LIMITS_FAN_OUT_BURST", "4294967295"),
    ("CONSONANCE_OVERLOAD_SHED", "false"),
];

/// How the variables of a server's settings begin.
const VARIABLES: &str = "CONSONANCE_";

impl ServerProcess {
    /// Starts a server, with whatever sessions somebody asks for, on the last core that this process may use, and keeps the calling thread, and those that it starts,
    /// off that core.
    ///
    /// # Errors
    /// If there is no program to start, or it says no address.
    pub(super) fn start(lifts_limits: bool) -> Result<Self, Box<dyn Error>> {
        let mut command = Command::new(env::current_exe()?);
        command.args(["serve", "--listen", "127.0.0.1:0", "--session", "main", "--end-with-input"]);
        for (name, _) in env::vars_os() {
            if name.to_string_lossy().starts_with(VARIABLES) {
                command.env_remove(name);
            }
        }
        command.envs(ROOM.iter().copied());
        if lifts_limits {
            command.envs(LIFTED_LIMITS.iter().copied());
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let (mut child, core) = spawn_apart(command)?;
        let address = read_address(&mut child);
        // From here on, dropping ends the child.
        let address = address.inspect_err(|_| end(&mut child))?;
        Ok(Self { child, address, core })
    }

    /// The address of its first session.
    pub(super) fn address(&self) -> &QuicAddress {
        &self.address
    }

    /// The core that it has for itself.
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

impl Drop for ServerProcess {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

fn end(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}

/// A child stays on the cores of the thread that starts it.
fn spawn_apart(mut command: Command) -> io::Result<(Child, usize)> {
    let start = move || {
        let core = cores::stay_on_one()?;
        Ok::<_, io::Error>((core, command.spawn()?))
    };
    let started = thread::spawn(start).join();
    let (core, child) =
        started.map_err(|_| io::Error::other("the thread that starts the server is gone"))??;
    if cores::keep_off(core).is_err() {
        crate::logging::complain(&"there is no second core: server and clients take time from each other");
    }
    Ok((child, core))
}

/// The server prints a line for each session, and its address last in it.
fn read_address(child: &mut Child) -> Result<QuicAddress, Box<dyn Error>> {
    let out = child.stdout.take().ok_or("the server has no standard output")?;
    let mut out = BufReader::new(out);
    let mut line = String::new();
    let address = loop {
        line.clear();
        if out.read_line(&mut line)? == 0 {
            return Err("the server that was to be measured did not start".into());
        }
        if let Some(address) = line.split_whitespace().next_back().filter(|word| word.starts_with("quic://"))
        {
            break address.parse()?;
        }
    };
    // Whatever else it prints must not make it wait.
    thread::Builder::new().name("server-output".to_owned()).spawn(move || {
        let _ = io::copy(&mut out, &mut io::sink());
    })?;
    Ok(address)
}
