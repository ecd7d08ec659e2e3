//! `consonance serve`: sessions over QUIC and other networks until Ctrl-C.

mod admin;
mod browser_window;
mod browsers;
mod certificate_watch;
mod checking;
mod cluster;
mod ending;
mod free_addresses;
mod game_listener;
mod host;
mod inherited;
mod joining;
mod opened_listener;
mod operation;
mod operator_access;
mod prepared;
mod recording;
mod room_rules;
mod running;
mod service_manager;
mod settings;
mod supervision;
mod telemetry;
mod webhooks;

use std::env;
use std::error::Error;
use std::io::{self, Write as _, stdout};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};

use clap::Args;
use consonance_quic::QuicAddress;
use consonance_server_config::{ConfigSources, DEFAULT_PORT, Networks, default_file, json_schema};

use crate::interrupt::{Hangup, Interrupt};
use crate::logging;
use browsers::Browsers;
pub(crate) use operation::Operation;
pub(crate) use prepared::Prepared;
use running::Running;
use settings::SettingsArguments;
pub(crate) use settings::{OperatorArguments, file_and_environment};

/// Where and what to serve.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Print a configuration file with every setting, its default and its meaning.
    #[arg(long, conflicts_with = "check")]
    print_config: bool,
    /// Print the JSON Schema of the configuration file, for completion and checks in editors.
    #[arg(long, conflicts_with_all = ["check", "print_config"])]
    print_schema: bool,
    /// Print the NATS permissions that each server of the cluster needs; see docs/cluster.md.
    #[arg(long, conflicts_with_all = ["check", "print_config", "print_schema"])]
    print_nats_permissions: bool,
    #[command(flatten)]
    operation: Operation,
    #[command(flatten)]
    settings: SettingsArguments,
}

/// Serves until interrupted.
pub(crate) fn run(arguments: &Serve, networks: Networks) -> Result<(), Box<dyn Error>> {
    if arguments.print_config {
        return Ok(print(&default_file())?);
    }
    if arguments.print_schema {
        return Ok(print(&json_schema(networks.tables()))?);
    }
    if arguments.print_nats_permissions {
        let loaded = arguments.settings.load(arguments.operation.config(), networks)?;
        return Ok(print(&cluster::permissions(&loaded)?)?);
    }
    let prepare = || {
        let loaded = arguments.settings.load(arguments.operation.config(), networks)?;
        Ok(Prepared::read(loaded, networks)?)
    };
    arguments.operation.run(&prepare)
}

/// Runs the program without arguments: opens one session for this machine, and prints how to join it.
pub(crate) fn run_default(networks: Networks) -> Result<(), Box<dyn Error>> {
    let interrupt = Interrupt::listen()?;
    let mut sources = ConfigSources::new(networks.tables());
    let native = free_or_any(DEFAULT_PORT, |address| UdpSocket::bind(address).is_ok());
    sources.add_argument("--listen", "listen", native.to_string());
    let page = free_or_any(browsers::PAGE_PORT, |address| {
        UdpSocket::bind(address).is_ok() && TcpListener::bind(address).is_ok()
    });
    sources.add_argument("--web", "web.listen", page.to_string());
    let prepared = Prepared::read(sources.load()?, networks)?;
    let log_level = logging::start_for_server(&prepared.loaded.config.log);
    let running = Running::start(prepared, Vec::new())?;
    let page = running.browsers().map(Browsers::url).unwrap_or_default();
    let program = env::args().next().unwrap_or_else(|| "consonance".to_owned());
    print(&running.addresses().iter().map(|native| invitation(&program, &page, native)).collect::<String>())?;
    browser_window::open(&page);
    supervision::supervise(running, &interrupt, &Hangup::default(), &log_level, &|| {
        Err("there is no file".into())
    })
}

fn line(address: &QuicAddress) -> String {
    format!("session {:?} is open at {address}\n", address.session())
}

fn example_line(address: &QuicAddress) -> String {
    format!("sessions start on demand, for example session {:?} at {address}\n", address.session())
}

/// This port of this machine, or a free one if it is taken.
fn free_or_any(port: u16, is_free: impl Fn(SocketAddr) -> bool) -> SocketAddr {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    if is_free(address) { address } else { SocketAddr::from((Ipv4Addr::LOCALHOST, 0)) }
}

/// The invitation, with commands that start with `program`, as the user typed it.
fn invitation(program: &str, page: &str, native: &QuicAddress) -> String {
    format!(
        "Open this page in a browser and talk; another tab is another player:\n\n  {page}\n\n\
         The same room without a browser, from another terminal:\n\n  \
         {program} join '{native}' --name Carol --listen lobby --speak lobby\n\n\
         This server is for this machine only; `consonance serve` serves others, `consonance demo` plays a \
         demonstration. Ctrl-C stops it.\n{}",
        line(native)
    )
}

/// All at once: a reader that has enough after the first line must not end the server.
fn print(text: &str) -> io::Result<()> {
    let mut out = stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}
