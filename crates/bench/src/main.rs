//! The `consonance-bench` command: what Consonance takes of a machine and how it sounds, as tables for people or JSON
//! lines for scripts.
//!
//! * `relay`, `join`, `memory`, … measure the engines alone, without a network.
//! * `load`, `proxy` and `browser` measure a whole server in a process of its own.
//! * `quality` scores speech over lossy networks; `lab` runs single pieces of the audio engine over WAV files.
//! * `sim` runs whole sessions on simulated time and checks them.
//!
//! One file per command. `docs/benchmarks.md` explains the measurements, and how each is run for that page.
//!
//! # Features
//!
//! * `plain-cipher`: `load --udp-plain` measures voice without encryption.
//! * `libopus`: voices are encoded and decoded by the reference implementation of Opus.

mod audio;
mod bans;
mod bare;
#[cfg(target_os = "linux")]
mod browser;
#[cfg(target_os = "linux")]
mod child_process;
#[cfg(target_os = "linux")]
mod cores;
#[cfg(target_os = "linux")]
mod delays;
mod encoding;
mod first_words;
mod floor;
mod frames;
mod groups;
mod join;
mod keeping;
mod lab;
#[cfg(target_os = "linux")]
mod load;
mod local_server;
mod median;
mod memory;
mod mouth_to_ear;
#[cfg(target_os = "linux")]
mod murmur;
#[cfg(target_os = "linux")]
mod node_delay;
mod offline_call;
#[cfg(target_os = "linux")]
mod process_figures;
mod proximity;
#[cfg(target_os = "linux")]
mod proxy;
mod quality;
mod recordings;
mod relay;
mod routing;
#[cfg(target_os = "linux")]
mod schedule;
mod session;
mod sim;
mod table;
mod thread_clock;
#[cfg(target_os = "linux")]
mod turns;

use std::error::Error;
use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

#[global_allocator]
static ALLOCATOR: &stats_alloc::StatsAlloc<std::alloc::System> = &stats_alloc::INSTRUMENTED_SYSTEM;

/// With this word as its first argument, this program is the command `consonance`.
const PRODUCT: &str = "consonance";

/// The environment variable that names a NATS server, for benches of several nodes.
#[cfg(target_os = "linux")]
const NATS_SERVER: &str = "NATS_SERVER";

/// What Consonance takes of this machine, and how it sounds.
#[derive(Debug, Parser)]
#[command(name = "consonance-bench", version, propagate_version = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    #[command(flatten)]
    Bench(Bench),
    /// Run pieces of the audio engine off-line, from WAV files to WAV files.
    #[command(subcommand)]
    Lab(lab::Lab),
    /// Simulate a session with everything that can go wrong, and check what each player hears.
    Sim(sim::Sim),
    /// The command `consonance`, as the server that is measured.
    #[command(name = PRODUCT, hide = true, disable_help_flag = true, disable_version_flag = true)]
    Product {
        /// Its own arguments.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<OsString>,
    },
}

/// What to measure.
#[derive(Debug, Subcommand)]
enum Bench {
    /// One speaker to 1, 10, 100 and 250 of 300 clients: packets out per second of one core, and allocations.
    Relay(Output),
    /// One more client joins where 1, 100, 1000 and 5000 are present: what that costs.
    Join(Output),
    /// What the engine holds for 1000 and 10 000 clients that have joined and do nothing, in few sessions and in many.
    Memory(Output),
    /// What a listener costs if the sender lists it, and if the server finds it by itself.
    Routing(Output),
    /// A newcomer is looked up among 0, 1000 and 100 000 bans.
    Bans(Output),
    /// What a worker pays for each frame to keep it for reports, and to record it.
    Keeping(Output),
    /// What it costs to seal and open a voice frame end to end, and to derive a key, beside the crate `sframe` alone.
    Frames(Output),
    /// What a group of 10, 100 and 1000 members costs each of them, and how soon 99 have other keys when one leaves.
    Groups(Output),
    /// 1000, 3000 and 10 000 players that walk about, a tenth of them speaking, heard by players nearby: what the
    /// engine takes of a core, besides the sending.
    Proximity(Output),
    /// What every stage of the audio engine takes of a core, and the whole client with 1 and 16 speakers.
    Audio(Output),
    /// How soon a joining player hears a voice that is speaking already, over QUIC on this machine.
    FirstWords(Output),
    /// How much later a listener hears what a speaker says, over QUIC on this machine, and where that time goes.
    MouthToEar(mouth_to_ear::MouthToEar),
    /// The bare loops that a voice server is measured against: packets per CPU second of the
    /// sending thread, over loopback.
    Floor(floor::Floor),
    /// A server under the load of many clients: what it relays per CPU second, what is lost, how long frames take,
    /// and what memory a client costs.
    #[cfg(target_os = "linux")]
    Load(load::Load),
    /// A proxy between a game's clients and the game's server: how much later messages are than without it, and what
    /// each costs, while some of the clients speak.
    #[cfg(target_os = "linux")]
    Proxy(proxy::ProxyBench),
    /// Players in browsers at a server of our own, beside native ones: how much later their voices are, what each
    /// costs, and many browsers in one session on one core.
    #[cfg(target_os = "linux")]
    Browser(browser::BrowserBench),
    /// Our server beside Mumble's, in turn, at 50 frames per second of each speaker: frames out per CPU second.
    #[cfg(target_os = "linux")]
    Murmur(murmur::MurmurBench),
    /// Two nodes of a cluster and a real NATS server: how much later a worker of one has the frames of the other.
    #[cfg(target_os = "linux")]
    NodeDelay(node_delay::NodeDelay),
    /// Speech over lossy and jittery networks: a score and the delay, for this engine and for others.
    Quality(quality::Quality),
}

/// How to print.
#[derive(Debug, Args)]
pub(crate) struct Output {
    /// Print one JSON object per line instead of a table.
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let Arguments { command } = Arguments::parse();
    if let Command::Product { arguments } = command {
        return consonance_cli::run(
            [PRODUCT.into()].into_iter().chain(arguments),
            consonance_server_config::Networks::new(consonance_server_config::NETWORKS),
        );
    }
    consonance_cli::start_log();
    consonance_cli::exit_code(run(&command))
}

fn run(command: &Command) -> Result<(), Box<dyn Error>> {
    match command {
        Command::Bench(bench) => measure(bench),
        Command::Lab(lab) => lab::run(lab),
        Command::Sim(sim) => sim::run(sim),
        Command::Product { .. } => Ok(()),
    }
}

fn measure(bench: &Bench) -> Result<(), Box<dyn Error>> {
    match bench {
        Bench::Relay(output) => relay::run(output.json),
        Bench::Join(output) => join::run(output.json),
        Bench::Memory(output) => memory::run(output.json),
        Bench::Routing(output) => routing::run(output.json),
        Bench::Bans(output) => bans::run(output.json),
        Bench::Keeping(output) => keeping::run(output.json),
        Bench::Frames(output) => frames::run(output.json),
        Bench::Groups(output) => groups::run(output.json),
        Bench::Proximity(output) => proximity::run(output.json),
        Bench::Audio(output) => audio::run(output.json),
        Bench::FirstWords(output) => first_words::run(output.json),
        Bench::MouthToEar(bench) => mouth_to_ear::run(bench),
        Bench::Floor(floor) => floor::run(floor),
        #[cfg(target_os = "linux")]
        Bench::Load(load) => load::run(load),
        #[cfg(target_os = "linux")]
        Bench::Proxy(bench) => proxy::run(bench),
        #[cfg(target_os = "linux")]
        Bench::Browser(bench) => browser::run(bench),
        #[cfg(target_os = "linux")]
        Bench::Murmur(bench) => murmur::run(bench),
        #[cfg(target_os = "linux")]
        Bench::NodeDelay(bench) => node_delay::run(bench),
        Bench::Quality(quality) => quality::run(quality),
    }
}

/// Parses a number within a range, for the parsers of options.
fn within(text: &str, least: f64, most: f64) -> Result<f64, String> {
    let value: f64 = text.parse().map_err(|_| "invalid number".to_owned())?;
    if (least..=most).contains(&value) { Ok(value) } else { Err(format!("it must be {least} to {most}")) }
}

/// Parses the duration of a bench.
fn seconds(text: &str) -> Result<f64, String> {
    within(text, 0.1, 3600.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bench_has_a_place_on_the_page_of_benchmarks() {
        let page = include_str!("../../../docs/benchmarks.md");
        for bench in Bench::augment_subcommands(clap::Command::new("bench")).get_subcommands() {
            let name = bench.get_name();
            for needed in [format!("`consonance-bench {name}`\n"), format!("<!-- begin: {name} -->")] {
                assert!(page.contains(&needed), "docs/benchmarks.md has no {needed}");
            }
        }
    }
}
