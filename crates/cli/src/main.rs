//! The `consonance` command: serve sessions, join one, hear a demonstration, measure.
//!
//! For players and operators in a terminal, and for scripts; a game uses the `consonance` crate instead.
//!
//! * `serve` runs sessions over QUIC and prints an address for each; without a sub-command it is tried out at
//!   once, with a page for browsers.
//! * `admin` shows and changes what a running server does.
//! * `join` is one player, with the machine's microphone and loudspeaker or with WAV files.
//! * `demo` puts a server and four players on a bad network and reports who heard whom.
//! * `devices` lists microphones and loudspeakers; `mic-test` records and plays it back.
//! * `inspect` shows how a running player or server is doing, and `why` says why somebody is not heard.
//! * `bench` measures the session engine, the quality of the sound, and what it takes of a core.
//! * `lab` runs pieces of the audio engine off-line, from WAV files to WAV files.
//! * `token` makes keys and join tokens for servers that do not let in everybody.
//! * `recordings` shows what a server has recorded.
//! * `splice` stands before a game's own server and takes voice out of what its clients say.
//! * `sim` runs whole sessions on simulated time and checks them.
//!
//! One file per sub-command; what each does stands there. Start reading at `join.rs`, a whole player in one file, or at
//! `serve.rs`, a whole server.
//!
//! Whatever goes wrong ends in one line that says what to do next, and a non-zero exit.
//! Events and results go to the standard output, everything else to the standard error; `RUST_LOG` turns logging up,
//! for example `RUST_LOG=debug`.
//!
//! # Features
//!
//! * `libopus`: voices are encoded and decoded by the reference implementation of Opus, which conceals loss
//!   better and needs cmake to build.
//! * `plain-cipher`: `bench load --udp-plain` measures voice without encryption; never for players.
//! * `steam`: listeners for games over Steam, with Steam's own library, which is proprietary.

mod admin;
mod bench;
mod capture_arguments;
mod demo;
mod devices;
mod inspect;
mod interrupt;
mod join;
mod lab;
mod logging;
mod mic_test;
mod offline_call;
mod progress;
mod recordings;
mod secret_text;
mod serve;
mod sim;
mod splice;
mod state_folder;
mod token;
mod why;

use std::error::Error;
use std::io;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[global_allocator]
static ALLOCATOR: &stats_alloc::StatsAlloc<std::alloc::System> = &stats_alloc::INSTRUMENTED_SYSTEM;

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
    /// Stand before a game's own server: pass everything on, and take voice out, which goes to a session here.
    Splice(splice::Splice),
    /// Join a session: talk with the microphone and hear the others, or use WAV files instead.
    Join(join::Join),
    /// Four players talk over a bad network; a report shows who heard whom.
    Demo(demo::Demo),
    /// List microphones and loudspeakers.
    Devices(devices::Devices),
    /// Record with the microphone, see how loud it is, and hear it.
    MicTest(mic_test::MicTest),
    /// Look into a running player or server: live meters, graphs, mutes.
    Inspect(inspect::Inspect),
    /// Find out why one player does not hear another one. Ends with 0 if nothing is broken, 1 if something is, 2 if
    /// nobody could be asked.
    Why(why::Why),
    /// Measure what this machine can do.
    #[command(subcommand)]
    Bench(bench::Bench),
    /// Run pieces of the audio engine off-line, from WAV files to WAV files.
    #[command(subcommand)]
    Lab(lab::Lab),
    /// See and do what an operator may: sessions, players, mutes, bans, over a server's admin listener.
    Admin(admin::Admin),
    /// Make keys, and join tokens that are signed with them.
    #[command(subcommand)]
    Token(token::Token),
    /// Show what a server has recorded.
    #[command(subcommand)]
    Recordings(recordings::Recordings),
    /// Simulate a session with everything that can go wrong, and check what everybody hears.
    Sim(sim::Sim),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if !matches!(arguments.command, None | Some(Command::Serve(_) | Command::Splice(_))) {
        logging::start();
    }
    let outcome = match arguments.command {
        None => serve::run_default(),
        Some(Command::Serve(serve)) => serve::run(&serve),
        Some(Command::Splice(splice)) => splice::run(&splice),
        Some(Command::Join(join)) => join::run(&join),
        Some(Command::Demo(demo)) => demo::run(&demo),
        Some(Command::Devices(devices)) => devices::run(&devices),
        Some(Command::MicTest(mic_test)) => mic_test::run(&mic_test),
        Some(Command::Inspect(inspect)) => inspect::run(&inspect),
        Some(Command::Why(why)) => return why::run(&why),
        Some(Command::Bench(bench)) => bench::run(&bench),
        Some(Command::Lab(lab)) => lab::run(&lab),
        Some(Command::Admin(admin)) => admin::run(&admin),
        Some(Command::Token(token)) => token::run(&token),
        Some(Command::Recordings(recordings)) => recordings::run(&recordings),
        Some(Command::Sim(sim)) => sim::run(&sim),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads our output has read enough, as `| head -1` does: that is an end like any other.
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
