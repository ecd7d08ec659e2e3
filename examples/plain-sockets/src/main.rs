//! A voice server and a voice client over plain sockets, as a command.
//!
//! ```sh
//! cargo run -p plain-sockets -- server --listen 127.0.0.1:7000
//! cargo run -p plain-sockets -- client --connect 127.0.0.1:7000 --name Bob --listen lobby --output heard.wav
//! cargo run -p plain-sockets -- client --connect 127.0.0.1:7000 --name Alice --speak lobby --input assets/speech/austen-1.wav
//! ```
//!
//! With `--sidecar` the server keeps its clients and hands their voice to a `consonance serve`, as
//! `docs/networks/sidecar.md` says.
//!
//! The network is the library of this package; everything else comes from `consonance` and `consonance-server`, as it
//! would for a network of yours. Ctrl-C leaves.

mod event_line;
mod sidecar;

use std::error::Error;
use std::io::{Write, stdout};
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use clap::{Args, Parser};
use consonance::audio::{WavInput, WavOutput};
use consonance::{EventKind, VoiceChat};
use consonance_server::{DedicatedServer, SessionLoop, SessionsSettings};
use plain_sockets::{PlainClient, PlainServer, PlainServerSettings};
use tracing::level_filters::LevelFilter;

/// How soon Ctrl-C is noticed.
const INTERRUPT_CHECK: Duration = Duration::from_millis(50);
/// How long to go on trying when the server is gone.
const PATIENCE: Duration = Duration::from_secs(30);

/// Voice over TCP and UDP, not encrypted: an example of a network of one's own.
#[derive(Parser)]
enum Command {
    /// Serves one session, or carries its players to a voice server, until Ctrl-C.
    Server(Server),
    /// Joins the session of a server.
    Client(Client),
}

#[derive(Args)]
struct Server {
    /// Where to listen, for TCP and UDP; port 0 takes any free one.
    #[arg(long, value_name = "ADDR")]
    listen: SocketAddr,
    /// Clients at once; one more is told that the server is full.
    #[arg(long, value_name = "N", default_value_t = PlainServerSettings::default().clients_max,
        value_parser = clap::value_parser!(u32).range(1..=65_535))]
    clients_max: u32,
    /// Serve no session here: hand the players' packets to the voice server whose sidecar listener is there.
    #[arg(long, value_name = "ADDR")]
    sidecar: Option<SocketAddr>,
    /// The file whose first line that listener and this server both know.
    #[arg(long, value_name = "FILE", requires = "sidecar")]
    secret_file: Option<PathBuf>,
}

#[derive(Args)]
struct Client {
    /// Where the server listens.
    #[arg(long, value_name = "ADDR")]
    connect: String,
    /// Your name in the session.
    #[arg(long)]
    name: String,
    /// A room to listen to; may be given several times.
    #[arg(long, value_name = "ROOM")]
    listen: Vec<String>,
    /// A room to speak to; may be given several times.
    #[arg(long, value_name = "ROOM")]
    speak: Vec<String>,
    /// A WAV file to speak.
    #[arg(long, value_name = "WAV")]
    input: Option<PathBuf>,
    /// Where to write what you hear.
    #[arg(long, value_name = "WAV")]
    output: Option<PathBuf>,
    /// Leave after this many seconds in the session.
    #[arg(long = "duration", value_name = "S")]
    seconds: Option<f64>,
    /// Print events as JSON lines.
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let result = match Command::parse() {
        Command::Server(server) => serve(&server),
        Command::Client(client) => join(&client),
    };
    if let Err(error) = result {
        // Nothing more can be done if even this write fails.
        let _ = writeln!(std::io::stderr(), "plain-sockets: {error}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn serve(arguments: &Server) -> Result<(), Box<dyn Error>> {
    let interrupt = interrupt()?;
    show_warnings();
    let settings = PlainServerSettings { clients_max: arguments.clients_max };
    let listener = PlainServer::bind(arguments.listen, settings)
        .map_err(|error| format!("cannot listen on {}: {error}; choose another port", arguments.listen))?;
    let address = listener.local_addr();
    writeln!(stdout(), "listening on {address}")?;
    if !address.ip().is_loopback() {
        writeln!(stdout(), "nothing here is encrypted: anyone on the path can listen in")?;
    }
    stdout().flush()?;
    if let Some(voice_server) = arguments.sidecar {
        let link = sidecar::link(voice_server, arguments.secret_file.as_deref())?;
        return sidecar::carry(listener, link, &interrupt);
    }
    let mut session_loop = SessionLoop::new(&SessionsSettings::new(["main"])?);
    session_loop.add_network(Box::new(listener));
    let server = DedicatedServer::start(session_loop);
    while server.is_running() && !interrupt.load(Ordering::Acquire) {
        thread::sleep(INTERRUPT_CHECK);
    }
    server.stop();
    Ok(())
}

fn join(arguments: &Client) -> Result<(), Box<dyn Error>> {
    let stay = arguments.seconds.map(Duration::try_from_secs_f64).transpose();
    let stay = stay.map_err(|_| "--duration takes a number of seconds, such as 10 or 2.5")?;
    let server = arguments
        .connect
        .to_socket_addrs()
        .map_err(|error| format!("cannot find {} ({error}): write it as HOST:PORT", arguments.connect))?
        .next()
        .ok_or_else(|| format!("{} has no address", arguments.connect))?;
    let transport = PlainClient::new(server);
    let mut voice = VoiceChat::over(Box::new(transport)).name(&*arguments.name).reconnect_timeout(PATIENCE);
    for room in &arguments.listen {
        voice = voice.listen_to_room(room);
    }
    for room in &arguments.speak {
        voice = voice.speak_in_room(&**room);
    }
    if let Some(path) = &arguments.input {
        voice = voice.input(Box::new(WavInput::open(path)?));
    }
    if let Some(path) = &arguments.output {
        voice = voice.output(Box::new(WavOutput::create(path)?));
    }
    let interrupt = interrupt()?;
    let voice = voice.start()?;
    follow(&voice, &interrupt, stay, arguments)?;
    voice.leave()?;
    Ok(())
}

/// Prints what happens until it is time to go.
fn follow(
    voice: &VoiceChat,
    interrupt: &AtomicBool,
    stay: Option<Duration>,
    arguments: &Client,
) -> Result<(), Box<dyn Error>> {
    let started = Instant::now();
    let mut leave_at = None;
    while !interrupt.load(Ordering::Acquire) && leave_at.is_none_or(|at| Instant::now() < at) {
        let Some(event) = voice.wait_event(INTERRUPT_CHECK) else { continue };
        let seconds = event.at.saturating_duration_since(started).as_secs_f64();
        if let Some(line) = event_line::of(&event.kind, &arguments.name, seconds, arguments.json) {
            writeln!(stdout(), "{line}")?;
            stdout().flush()?;
        }
        match event.kind {
            EventKind::Joined => leave_at = leave_at.or(stay.map(|stay| event.at + stay)),
            // `leave` returns the reason.
            EventKind::Ended(_) => break,
            _ => {}
        }
    }
    Ok(())
}

/// Writes to the standard error what an operator should know.
fn show_warnings() {
    let log = tracing_subscriber::fmt().with_max_level(LevelFilter::WARN).with_ansi(false);
    log.with_writer(std::io::stderr).init();
}

/// Becomes true at Ctrl-C.
fn interrupt() -> Result<Arc<AtomicBool>, ctrlc::Error> {
    let interrupt = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&interrupt);
    ctrlc::set_handler(move || seen.store(true, Ordering::Release))?;
    Ok(interrupt)
}
