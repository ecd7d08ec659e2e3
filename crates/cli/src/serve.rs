//! `consonance serve`: sessions over QUIC and other networks until Ctrl-C.

mod admin;
mod certificate_watch;
mod ending;
mod game_listener;
mod gateway;
mod joining;
mod operation;
mod prepared;
mod recording;
mod room_rules;
mod running;
mod service_manager;
mod settings;
mod supervision;

use std::error::Error;
use std::io::{self, Write as _, stdout};
use std::net::{Ipv4Addr, SocketAddr};

use clap::Args;
use consonance_quic::QuicAddress;
use consonance_server::config::{ConfigSources, DEFAULT_PORT, Value, default_file};

use crate::interrupt::{Hangup, Interrupt};
use crate::logging;
use gateway::Gateway;
pub(crate) use operation::Operation;
pub(crate) use prepared::Prepared;
use running::Running;
use settings::SettingsArguments;
pub(crate) use settings::{OperatorArguments, file_and_environment};

/// Where and what to serve.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Print a file with every setting, its default and what it means.
    #[arg(long, conflicts_with = "check")]
    print_config: bool,
    #[command(flatten)]
    operation: Operation,
    #[command(flatten)]
    settings: SettingsArguments,
}

/// Serves until interrupted.
pub(crate) fn run(arguments: &Serve) -> Result<(), Box<dyn Error>> {
    if arguments.print_config {
        return Ok(print(&default_file())?);
    }
    let prepare = || Ok(Prepared::read(arguments.settings.load(arguments.operation.config())?)?);
    arguments.operation.run(&prepare)
}

/// What the command does when it is told nothing: one session for this machine, and how to join it.
pub(crate) fn run_default() -> Result<(), Box<dyn Error>> {
    let interrupt = Interrupt::listen()?;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, DEFAULT_PORT)).to_string();
    let mut sources = ConfigSources::default();
    sources.add_argument("--listen", "listen", Value::from(&*address));
    let prepared = Prepared::read(sources.load()?)?;
    let log_level = logging::start_for_server(prepared.loaded.config.log);
    let running = Running::start(prepared, Vec::new())?;
    print(&running.addresses().iter().map(invitation).collect::<String>())?;
    supervision::supervise(running, &interrupt, &Hangup::default(), &log_level, &|| {
        Err("there is no file".into())
    })
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
