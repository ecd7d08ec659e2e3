//! `consonance serve`: sessions over QUIC until Ctrl-C.

mod room_rules;

use std::error::Error;
use std::io::{self, Write, stderr, stdout};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use clap::Args;
use consonance_inspector::page::Inspector;
use consonance_pcap::{PacketCapture, PacketCaptureSettings};
use consonance_quic::{
    Identity, QuicAddress, QuicRuntime, QuicServer, QuicServerSettings, session_name_problem,
};
use consonance_server::{DedicatedServer, SessionLoop, SessionsSettings};

use crate::inspect;
use crate::interrupt::Interrupt;
use crate::token::read_key;
use room_rules::RoomRules;

/// The default UDP port.
const PORT: u16 = 7777;
const INTERRUPT_CHECK: Duration = Duration::from_millis(50);

/// Where and what to serve.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// UDP address to listen on; port 0 takes any free one.
    #[arg(long, value_name = "ADDR", default_value = "[::]:7777")]
    listen: String,
    /// A session to serve; may be given several times.
    #[arg(long = "session", value_name = "NAME", default_value = "main")]
    sessions: Vec<String>,
    /// The name or address under which players reach this machine, for the printed addresses.
    #[arg(long, value_name = "HOST")]
    host: Option<String>,
    /// A PEM file with the certificate (chain) to show, instead of one made at each start.
    #[arg(long, value_name = "FILE", requires = "key")]
    cert: Option<PathBuf>,
    /// The PEM file with the certificate's private key.
    #[arg(long, value_name = "FILE", requires = "cert")]
    key: Option<PathBuf>,
    /// A file to write the plain packets of all sessions to, for Wireshark: 64 MiB or an hour at most. Tell the players:
    /// what they say and write is in it.
    #[arg(long, value_name = "FILE.pcapng")]
    capture_packets: Option<PathBuf>,
    /// Let in only who shows a join token signed with the key in this file (a JSON Web Key; see `consonance token`); may be given
    /// several times. Without this, everybody may join, and rooms that need access tokens stay closed.
    #[arg(long = "token-key", value_name = "FILE")]
    token_keys: Vec<PathBuf>,
    #[command(flatten)]
    rooms: RoomRules,
    /// Show what happens on a page on this machine, and print its address; port 0 takes any free one.
    #[arg(long, value_name = "PORT", num_args = 0..=1, default_missing_value = "0", require_equals = true)]
    inspector: Option<u16>,
}

/// Serves until interrupted.
pub(crate) fn run(arguments: &Serve) -> Result<(), Box<dyn Error>> {
    let listen = parse_listen(&arguments.listen)?;
    let interrupt = Interrupt::listen()?;
    let capture = arguments.capture_packets.as_ref();
    let capture = capture.map(|file| PacketCapture::start(file, PacketCaptureSettings::default()));
    let capture = capture.transpose()?;
    let (server, addresses) = start(arguments, listen, capture.as_ref())?;
    let _inspector = inspector(arguments, &server)?;
    print(&addresses.iter().map(line).collect::<String>())?;
    if arguments.host.is_none() && listen.ip().is_unspecified() {
        let note = "these addresses work on this machine; with --host they name the one that others reach";
        let _ = writeln!(stderr(), "{note}");
    }
    wait(server, &interrupt)?;
    capture.map_or(Ok(()), |capture| capture.stop().map(drop))?;
    Ok(())
}

/// What the command does when it is told nothing: one session for this machine, and how to join it.
pub(crate) fn run_default() -> Result<(), Box<dyn Error>> {
    let arguments = Serve {
        listen: String::new(),
        sessions: vec!["main".into()],
        host: None,
        cert: None,
        key: None,
        capture_packets: None,
        rooms: RoomRules::default(),
        token_keys: Vec::new(),
        inspector: None,
    };
    let interrupt = Interrupt::listen()?;
    let (server, addresses) = start(&arguments, SocketAddr::from((Ipv4Addr::LOCALHOST, PORT)), None)?;
    print(&addresses.iter().map(invitation).collect::<String>())?;
    wait(server, &interrupt)
}

/// The page, if somebody wants it; it ends when it is dropped.
fn inspector(arguments: &Serve, server: &DedicatedServer) -> Result<Option<Inspector>, Box<dyn Error>> {
    let Some(port) = arguments.inspector else { return Ok(None) };
    let settings = inspect::settings(port);
    let inspection = server.inspection().with_log_levels(&*settings.log_levels);
    let inspector = Inspector::start(&settings, Arc::new(inspection))?;
    inspect::print_url(&inspector.url());
    Ok(Some(inspector))
}

fn line(address: &QuicAddress) -> String {
    format!("session {:?} is open at {address}\n", address.session())
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

fn start(
    arguments: &Serve,
    listen: SocketAddr,
    capture: Option<&PacketCapture>,
) -> Result<(DedicatedServer, Vec<QuicAddress>), Box<dyn Error>> {
    let mut settings = SessionsSettings::new(arguments.sessions.iter().cloned())?;
    arguments.rooms.apply(&mut settings);
    for path in &arguments.token_keys {
        settings.token_keys.push(read_key(path)?);
    }
    let host = arguments.host.clone().unwrap_or_else(|| host_of(listen.ip()));
    let identity = match (&arguments.cert, &arguments.key) {
        (Some(cert), Some(key)) => Identity::from_pem(&read(cert)?, &read(key)?)?,
        _ => Identity::self_signed([host.clone()])?,
    };
    // Checks the names and the host before the port is taken.
    for session in &arguments.sessions {
        if let Some(problem) = session_name_problem(session) {
            return Err(format!("--session {session:?}: {problem}").into());
        }
        QuicAddress::new(&*host, PORT, &**session, None)
            .map_err(|error| format!("--host {host:?}: {error}"))?;
    }
    let runtime = QuicRuntime::new(1)?;
    let listener = QuicServer::bind(&runtime, listen, &identity, QuicServerSettings::default())?;
    let (port, fingerprint) = (listener.local_addr().port(), listener.fingerprint());
    let mut session_loop = SessionLoop::new(&settings);
    session_loop.add_listener(Box::new(listener));
    if let Some(capture) = capture {
        session_loop.capture_packets(capture.sink());
    }
    let sessions = arguments.sessions.iter();
    let addresses = sessions.map(|session| QuicAddress::new(&*host, port, &**session, Some(fingerprint)));
    let addresses = addresses.collect::<Result<Vec<_>, _>>()?;
    Ok((DedicatedServer::start(session_loop), addresses))
}

fn wait(server: DedicatedServer, interrupt: &Interrupt) -> Result<(), Box<dyn Error>> {
    while !interrupt.happened() {
        if !server.is_running() {
            return Err("the server has stopped by itself, which is a fault of ours: please report it".into());
        }
        thread::sleep(INTERRUPT_CHECK);
    }
    server.stop();
    Ok(())
}

fn parse_listen(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| {
        format!("cannot listen on {text:?}: an address looks like 0.0.0.0:{PORT}, [::]:{PORT} or 127.0.0.1:0")
    })
}

/// The host that a client on this machine can dial.
fn host_of(ip: IpAddr) -> String {
    if ip.is_unspecified() { Ipv4Addr::LOCALHOST.to_string() } else { ip.to_string() }
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|error| format!("cannot read {}: {error}", path.display()))
}
