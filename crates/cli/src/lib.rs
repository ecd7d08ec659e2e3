//! The `consonance` command: serve sessions, join one, run a demonstration.
//!
//! For players and operators in a terminal, and for scripts; a game uses the `consonance` crate instead.
//!
//! * `serve` runs sessions over QUIC and prints an address for each; without a sub-command, the program starts a server
//!   to try, with a page for browsers.
//! * `admin` shows and changes what a running server does.
//! * `join` is one player, with the machine's microphone and loudspeaker or with WAV files.
//! * `demo` puts a server and four players on a bad network and reports what each player heard.
//! * `devices` lists microphones and loudspeakers; `mic-test` records and plays it back.
//! * `inspect` shows how a running player or server is doing, and `why` says why a player is not heard.
//! * `token` makes keys and join tokens for servers that restrict joining.
//! * `recordings` lists what a server has recorded; `decrypt` opens recordings of encrypted sessions.
//! * `proxy` sits in front of a game server and extracts voice from its clients' messages.
//!
//! Each sub-command has its own file. Start reading at `join.rs`, a whole player in one file, or at `serve.rs`, a whole
//! server.
//!
//! An error prints one line that says what to do next, and the exit code is not zero. Events and results go to the
//! standard output, everything else to the standard error; `RUST_LOG` turns logging up, for example `RUST_LOG=debug`.
//!
//! # Features
//!
//! * `otlp`, by default: metrics and traces are exported to an OpenTelemetry collector, if the configuration names one.
//! * `libopus`: voices are encoded and decoded by the reference implementation of Opus, which conceals loss
//!   better and needs cmake to build.
//! * `steam`: listeners for games over Steam, with Steam's own library, which is proprietary.

mod admin;
mod capture_arguments;
mod decrypt;
mod demo;
mod device_arguments;
mod devices;
mod inspect;
mod interrupt;
mod join;
mod logging;
mod mic_test;
mod new_file;
mod page_hash;
mod progress;
mod proxy;
mod recordings;
mod renamed_flags;
mod secret_text;
mod serve;
mod state_folder;
mod token;
mod why;

use std::error::Error;
use std::ffi::OsString;
use std::io;
use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use consonance_server_config::Networks;

pub use capture_arguments::CaptureArguments;
pub use logging::{complain, start as start_log};
pub use progress::ProgressLine;

/// Voice chat for games: a server, a player, a demonstration.
///
/// Without a command it serves one session to programs and browsers on this machine.
#[derive(Debug, Parser)]
#[command(name = "consonance", version, about, propagate_version = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve sessions until Ctrl-C; prints an address to join for each.
    Serve(serve::Serve),
    /// Proxy a game server and route its voice to a session here.
    Proxy(proxy::ProxyCommand),
    /// Join a session with a microphone and a loudspeaker, or with WAV files.
    Join(join::Join),
    /// Run a demonstration: four players talk over a bad network, and a report shows what each one heard.
    Demo(demo::Demo),
    /// List microphones and loudspeakers.
    Devices(devices::Devices),
    /// Record with the microphone, show its level, and play the recording.
    MicTest(mic_test::MicTest),
    /// Inspect a running player or server: live meters, graphs, mutes.
    Inspect(inspect::Inspect),
    /// Find out why one player does not hear another. Exit codes: 0 if nothing is broken, 1 if something is, 2 if no
    /// inspector could be reached.
    Why(why::Why),
    /// Inspect and administer a running server over its admin listener: sessions, players, mutes, bans.
    Admin(admin::Admin),
    /// Generate keys, and sign join tokens with them.
    #[command(subcommand)]
    Token(token::Token),
    /// Show what a server has recorded.
    #[command(subcommand)]
    Recordings(recordings::Recordings),
    /// Decrypt what a server has recorded of encrypted sessions, with the keys that a member has logged.
    Decrypt(decrypt::Decrypt),
    /// Print the hash of the page that this program serves to browsers. A page shows the same of what its browser got,
    /// under Encryption; if they differ, the server has sent other code.
    PageHash,
}

/// Does what these arguments say; the first is the name of the program. Ends the process where they are wrong, or ask
/// for help. A server knows these networks besides QUIC.
pub fn run(arguments: impl IntoIterator<Item = OsString>, networks: Networks) -> ExitCode {
    let arguments = parse(arguments, networks);
    if !matches!(arguments.command, None | Some(Command::Serve(_) | Command::Proxy(_))) {
        logging::start();
    }
    let outcome = match arguments.command {
        None => serve::run_default(networks),
        Some(Command::Serve(serve)) => serve::run(&serve, networks),
        Some(Command::Proxy(proxy)) => proxy::run(&proxy, networks),
        Some(Command::Join(join)) => join::run(&join),
        Some(Command::Demo(demo)) => demo::run(&demo),
        Some(Command::Devices(devices)) => devices::run(&devices),
        Some(Command::MicTest(mic_test)) => mic_test::run(&mic_test),
        Some(Command::Inspect(inspect)) => inspect::run(&inspect),
        Some(Command::Why(why)) => return why::run(&why),
        Some(Command::Admin(admin)) => admin::run(&admin),
        Some(Command::Token(token)) => token::run(&token),
        Some(Command::PageHash) => page_hash::print(),
        Some(Command::Recordings(recordings)) => recordings::run(&recordings),
        Some(Command::Decrypt(decrypt)) => decrypt::run(&decrypt),
    };
    exit_code(outcome)
}

fn parse(arguments: impl IntoIterator<Item = OsString>, networks: Networks) -> Arguments {
    let command = Arguments::command().mut_subcommand("proxy", |proxy| proxy::with_networks(proxy, networks));
    let parsed = command.try_get_matches_from(arguments);
    let parsed = parsed.and_then(|matches| Arguments::from_arg_matches(&matches));
    parsed.unwrap_or_else(|error| renamed_flags::explain(error).exit())
}

/// The exit code for an outcome; prints the error, if it is one.
pub fn exit_code(outcome: Result<(), Box<dyn Error>>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        // The reader of our output closed the pipe, as `| head -1` does: a normal end.
        Err(error) if is_broken_pipe(&*error) => ExitCode::SUCCESS,
        Err(error) => {
            logging::fail(&error);
            ExitCode::FAILURE
        }
    }
}

fn is_broken_pipe(error: &(dyn Error + 'static)) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
