//! `consonance serve`: sessions over QUIC until Ctrl-C.

mod admin;
mod certificate_watch;
mod ending;
mod joining;
mod prepared;
mod recording;
mod room_rules;
mod running;
mod service_manager;
mod settings;
mod supervision;

use std::error::Error;
use std::io::{self, Write as _, stdin, stdout};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::thread;

use clap::Args;
use consonance_quic::QuicAddress;
use consonance_server::config::{ConfigSources, DEFAULT_PORT, Value, default_file};

use crate::interrupt::{Hangup, Interrupt};
use crate::logging;
use prepared::Prepared;
use running::Running;
use settings::SettingsArguments;

/// Where and what to serve.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Read the settings from this TOML file; --print-config shows all there are. Environment variables override it, and
    /// arguments override both. The signal HUP reads everything again.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Say what would run, or what is wrong, and serve nothing.
    #[arg(long)]
    check: bool,
    /// Print a file with every setting, its default and what it means.
    #[arg(long, conflicts_with = "check")]
    print_config: bool,
    /// End when the standard input ends, so that a program that starts a server never leaves it behind.
    #[arg(long, hide = true)]
    end_with_input: bool,
    #[command(flatten)]
    settings: SettingsArguments,
}

/// Serves until interrupted.
pub(crate) fn run(arguments: &Serve) -> Result<(), Box<dyn Error>> {
    if arguments.print_config {
        return Ok(print(&default_file())?);
    }
    let prepared = arguments.prepare()?;
    if arguments.check {
        prepared.loaded.notes.iter().for_each(logging::complain);
        return Ok(print(&prepared.in_words())?);
    }
    let log_level = logging::start_for_server(prepared.loaded.config.log);
    prepared.loaded.notes.iter().for_each(logging::complain);
    let (interrupt, hangup) = listen(arguments)?;
    if arguments.end_with_input {
        end_with_input(interrupt.clone())?;
    }
    let running = Running::start(prepared)?;
    let is_settled =
        |address: &QuicAddress| running.config().sessions.iter().any(|it| it == address.session());
    let line = |address| if is_settled(address) { line(address) } else { example_line(address) };
    print(&running.addresses().iter().map(line).collect::<String>())?;
    if running.config().host.is_none() && running.config().listen.iter().any(|at| at.ip().is_unspecified()) {
        logging::show(
            "these addresses work on this machine; with --host they name the one that others reach",
        );
    }
    supervision::supervise(running, &interrupt, &hangup, &log_level, &|| arguments.prepare())
}

/// What the command does when it is told nothing: one session for this machine, and how to join it.
pub(crate) fn run_default() -> Result<(), Box<dyn Error>> {
    let interrupt = Interrupt::listen()?;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, DEFAULT_PORT)).to_string();
    let mut sources = ConfigSources::default();
    sources.add_argument("--listen", "listen", Value::from(&*address));
    let prepared = Prepared::read(sources.load()?)?;
    let log_level = logging::start_for_server(prepared.loaded.config.log);
    let running = Running::start(prepared)?;
    print(&running.addresses().iter().map(invitation).collect::<String>())?;
    supervision::supervise(running, &interrupt, &Hangup::default(), &log_level, &|| {
        Err("there is no file".into())
    })
}

impl Serve {
    /// Reads everything anew: the file, the environment, the arguments, and the files that they name.
    fn prepare(&self) -> Result<Prepared, Box<dyn Error>> {
        Ok(Prepared::read(self.settings.load(self.config.as_deref())?)?)
    }
}

/// Without a file, a terminal that is closed ends the server as it ends any other program.
#[cfg(unix)]
fn listen(arguments: &Serve) -> Result<(Interrupt, Hangup), Box<dyn Error>> {
    if arguments.config.is_none() {
        return Ok((Interrupt::listen()?, Hangup::default()));
    }
    Ok(Interrupt::listen_besides_hangup()?)
}

/// There is no such signal.
#[cfg(not(unix))]
fn listen(_: &Serve) -> Result<(Interrupt, Hangup), Box<dyn Error>> {
    Ok((Interrupt::listen()?, Hangup::default()))
}

fn end_with_input(interrupt: Interrupt) -> io::Result<()> {
    let wait = move || {
        // An input that breaks has ended, too.
        let _ = io::copy(&mut stdin(), &mut io::sink());
        interrupt.happen();
    };
    thread::Builder::new().name("input".to_owned()).spawn(wait).map(drop)
}

fn line(address: &QuicAddress) -> String {
    format!("session {:?} is open at {address}\n", address.session())
}

fn example_line(address: &QuicAddress) -> String {
    format!(
        "sessions begin when somebody joins them, for example session {:?} at {address}\n",
        address.session()
    )
}

fn invitation(address: &QuicAddress) -> String {
    format!(
        "A voice session for programs on this machine is open; Ctrl-C ends it.\n\
         Join it from other terminals:\n\n  \
         consonance join '{address}' --name Alice --listen lobby --output heard.wav\n  \
         consonance join '{address}' --name Bob --talk lobby --input speech.wav\n\n\
         `consonance serve` serves other machines, `consonance demo` plays a demonstration.\n{}",
        line(address)
    )
}

/// All at once: a reader that has enough after the first line must not end the server.
fn print(text: &str) -> io::Result<()> {
    let mut out = stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}
