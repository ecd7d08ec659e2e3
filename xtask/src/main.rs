//! The project's own checks and chores, run as `cargo xtask`.
//!
//! * `cargo xtask ci` runs everything a change has to pass, step by step, and shows how long each step took.
//! * `cargo xtask tidy` checks the rules that the compiler does not know: which crate may use which, how long a
//!   file or a function may be, what the pure crates must not call, which words must not be published.
//!   It also runs as a test, so `cargo test` is enough.
//! * `cargo xtask platforms` checks as much of the other operating systems as the installed toolchain allows.
//! * `cargo xtask libopus` lints and tests the feature of that name, if cmake is there;
//! * `cargo xtask sanitize` lets sanitizers watch the crates that call C;
//! * `cargo xtask matchbox` tests matchbox's socket, in a network of its own.
//! * `cargo xtask udp-blocked` lets players join and stay behind a firewall that drops UDP, in a network of its own.
//! * `cargo xtask foreign-peers` has peers of other WebRTC stacks join a real server.
//! * `cargo xtask mumble` has a bot of pymumble talk with a native player on a real server.
//! * `cargo xtask deny` checks licences, versions and sources of the crates of others, if cargo-deny is there.
//! * `cargo xtask declarations` writes the plain data of C again for C#, Python and TypeScript; `tidy` compares it.
//! * `cargo xtask cluster` tests several servers on NATS, and checks what packages say to Kubernetes, Helm and systemd.
//! * `cargo xtask sim` plays 10 000 seeds in simulated time, of one server or of several.
//! * `cargo xtask dotnet` compiles and tests the library for C#, with the compilers and the runtimes of games.
//! * `cargo xtask metas` writes the `.meta` files of the package for Unity that are missing.
//! * `cargo xtask unity` does the same with the package for Unity, against stand-ins for the engine.
//! * `cargo xtask python` checks the package for Python, and tests its wheel against a server.
//! * `cargo xtask dissector` checks the Wireshark plugin against the golden vectors, if tshark is there.
//! * `cargo xtask web` checks the page's sources and that what is checked in of them is what
//!   they make, if Node.js is there.
//! * `cargo xtask browser-test` opens the page in a headless Chromium, and listens to what is heard there.
//! * `cargo xtask scenario` has players of many networks talk on a real server, and compares what each of
//!   them heard with the programme.
//! * `cargo xtask clients` does so with clients of every kind: a game, the page, other languages and engines.
//! * `cargo xtask wasm` compiles the WebAssembly that is checked in with the page, and `cargo xtask web` compares it.
//! * `cargo xtask soak` plays two hours of sound between clocks that drift, in simulated time, and then runs a server
//!   under attack and faults for as long as one likes; `soak audio` and `soak server` do one of the two, and
//!   `soak --cluster` runs several servers that share their sessions.
//! * `cargo xtask licences` writes down under which licences the crates of others are used, and collects their texts.
//! * `cargo xtask book` makes a site with a search of the pages in `docs/`, if mdBook is there.
//! * `cargo xtask check-docs` clones the project into an empty folder and types every command that the pages show,
//!   beginning with the README's; `--here` does so in this checkout.
//! * `cargo xtask package` packs the crates that are published, and uses them in projects outside of the repository.
//! * `cargo xtask bevy` builds and tests the crate for Bevy, in `bevy/`, with the packages that are published.
//! * `cargo xtask dist` makes what is downloaded: archives of the command for several systems, a container image, a
//!   Debian package, the libraries for pages, C, C#, Python and Rust; and tries each of them.
//! * `cargo xtask benchmarks` runs every bench of the command beside what it cannot be better than, and writes
//!   `docs/benchmarks.md`.
//! * `cargo xtask mouth-to-ear` measures how much later a loudspeaker plays what a microphone hears, for native
//!   players, pages and Mumble's own client.
//! * `cargo xtask mutants` changes the code of some crates in a copy, a little at a time, and lists the changes that no
//!   test notices.
//! * `cargo xtask fuzz` looks for inputs that the engine cannot take; it needs cargo-fuzz and a nightly toolchain.
//!
//! Used by: contributors, and `.ci/run`. It depends on no other crate of the workspace, so that it still runs when they
//! do not compile.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line tool talks to people by printing"
)]

mod benchmarks;
mod bevy;
mod book;
mod browser_test;
mod built;
mod check_docs;
mod child;
mod ci;
mod clients;
mod cluster;
mod command;
mod cross_target;
mod declarations;
mod deny;
mod dissector;
mod dist;
mod distribution_compiler;
mod dotnet;
mod download;
mod failure;
mod foreign_peers;
mod fuzz;
mod header;
mod interrupt;
mod libopus;
mod licences;
mod manifests;
mod markdown;
mod matchbox;
mod metas;
mod mouth_to_ear;
mod mumble;
mod mutants;
mod network_namespace;
mod package;
mod patience;
mod platforms;
mod publish;
mod python;
mod remapping;
mod sanitize;
mod scenario;
mod signal;
mod sim;
mod skips;
mod soak;
mod tidy;
mod udp_blocked;
mod unity;
mod unity_package;
mod web;
mod workspace;
mod workspace_root;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::failure::Failure;

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("xtask: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// The project's own checks and chores.
#[derive(Parser)]
#[command(name = "cargo xtask", version)]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Runs everything a change has to pass; stops at the first step that fails.
    Ci(ci::Selection),
    /// Checks the rules that the compiler does not know: walls, shape, forbidden calls, words, documents.
    Tidy,
    /// Checks what can be checked here for the other operating systems and for bare metal.
    Platforms(platforms::Plan),
    /// Lints and tests the feature `libopus`, which needs cmake.
    Libopus,
    /// Lets sanitizers watch the crates that call C, and that C; needs a nightly toolchain, gcc and cmake.
    Sanitize,
    /// Tests matchbox's socket, in a network of its own.
    Matchbox,
    /// Tests players whose UDP is blocked, in a network of its own, which needs nftables.
    UdpBlocked,
    /// Has peers of libdatachannel and aiortc, which npm and pip bring, join both listeners that speak WebRTC.
    ForeignPeers,
    /// Has a bot of pymumble, which pip brings, talk with a native player.
    Mumble,
    /// Checks licences, versions and sources of the crates of others, if cargo-deny is there.
    Deny,
    /// Writes the header of the C library again, `crates/ffi/include/consonance.h`, which needs cbindgen.
    Header(header::Plan),
    /// Writes the declarations of plain data in C#, Python and TypeScript again, from `crates/ffi`.
    Declarations,
    /// Tests several servers that share their sessions, on NATS servers, which pip brings, and checks manifests.
    Cluster,
    /// Checks what packages say to Kubernetes, Helm and systemd, as `cluster` does; pip brings Helm and the schema.
    Manifests,
    /// Plays seeds in simulated time: of one server, of several that share their sessions, or of encrypted sessions.
    Sim(sim::Plan),
    /// Compiles and tests the library for C#, with two compilers and three runtimes; needs Mono.
    Dotnet(dotnet::Plan),
    /// Writes a `.meta` for each file of the package for Unity that has none.
    Metas(metas::Plan),
    /// Compiles and tests the package for Unity, against stand-ins for the engine; needs Mono.
    Unity(dotnet::Plan),
    /// Checks the package for Python, and tests its wheel against a real server; pip brings what it needs.
    Python(python::Plan),
    /// Checks the Wireshark plugin against the golden vectors, which needs tshark.
    Dissector,
    /// Type-checks and tests the page and its library, and compares `web/dist` with a fresh build, which needs Node.js.
    Web,
    /// Opens the page in a real browser, talks there and listens, which needs Chromium.
    BrowserTest(browser_test::Plan),
    /// Players of many networks on a real server, and a table of what each must hear; some five minutes.
    Scenario(scenario::Plan),
    /// Clients of every kind in one session, and which of them heard which; two minutes.
    Clients(clients::Plan),
    /// Compiles what pages without WebRTC and pages of encrypted sessions load, `web/dist/*.wasm`, which needs the
    /// target wasm32-unknown-unknown.
    Wasm(web::wasm::Plan),
    /// Long runs: sound between clocks that drift, and a server under honest players, attackers and faults.
    Soak(soak::Plan),
    /// Writes `docs/licences.md` again, and collects the texts of licences.
    Licences(licences::Plan),
    /// Makes a site with a search of the pages in `docs/`, in `target/book`, which needs mdBook.
    Book,
    /// Meets the project as a newcomer does: a clone that knows nothing, and every command that the pages show.
    CheckDocs(check_docs::Plan),
    /// Packs the crates that are published, and uses them in projects outside of the repository.
    Package(package::Plan),
    /// Builds and tests the crate for Bevy with the packages that are published; the first time, all of Bevy is
    /// compiled.
    Bevy(bevy::Plan),
    /// Makes what is downloaded, in `target/dist`, and tries each of the files.
    Dist(dist::Plan),
    /// Brings a release to its places, or prints how; takes credentials from the environment.
    Publish(publish::Plan),
    /// Runs every bench of the command beside what it cannot be better than, and writes `docs/benchmarks.md`.
    Benchmarks(benchmarks::Plan),
    /// Measures how much later a loudspeaker plays what a microphone hears; half an hour. Needs `PulseAudio`.
    MouthToEar(mouth_to_ear::Plan),
    /// Changes code of some crates in a copy, and lists the changes that their tests do not notice.
    Mutants(mutants::Plan),
    /// Looks for inputs that the engine cannot take, ten minutes for each target, and keeps what it learned.
    Fuzz(fuzz::Plan),
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let root = workspace_root::find()?;
    match &arguments.chore {
        Chore::Ci(selection) => ci::run(&root, selection),
        Chore::Tidy => tidy::run(&root),
        Chore::Platforms(plan) => platforms::run(&root, plan).map(drop),
        Chore::Libopus => libopus::run(&root).map(drop),
        Chore::Sanitize => sanitize::run(&root),
        Chore::Matchbox => matchbox::run(&root).map(drop),
        Chore::UdpBlocked => udp_blocked::run(&root).map(drop),
        Chore::ForeignPeers => foreign_peers::run(&root).map(drop),
        Chore::Mumble => mumble::run(&root).map(drop),
        Chore::Deny => deny::run(&root).map(drop),
        Chore::Header(plan) => header::run(&root, plan),
        Chore::Declarations => declarations::run(&root),
        Chore::Cluster => cluster::run(&root).map(drop),
        Chore::Manifests => manifests::run(&root).map(drop),
        Chore::Sim(plan) => sim::run(&root, plan),
        Chore::Dotnet(plan) => dotnet::run(&root, plan),
        Chore::Metas(plan) => metas::run(&root, plan),
        Chore::Unity(plan) => unity::run(&root, plan),
        Chore::Python(plan) => python::run(&root, plan).map(|skips| println!("{skips}")),
        Chore::Dissector => dissector::run(&root).map(drop),
        Chore::Web => web::run(&root).map(drop),
        Chore::BrowserTest(plan) => browser_test::run(&root, plan),
        Chore::Scenario(plan) => scenario::run(&root, plan),
        Chore::Clients(plan) => clients::run(&root, plan),
        Chore::Wasm(plan) => web::wasm::run(&root, plan),
        Chore::Soak(plan) => soak::run(&root, plan),
        Chore::Licences(plan) => licences::run(&root, plan),
        Chore::Book => book::run(&root),
        Chore::CheckDocs(plan) => check_docs::run(&root, plan),
        Chore::Package(plan) => package::run(&root, plan),
        Chore::Bevy(plan) => bevy::run(&root, plan).map(drop),
        Chore::Dist(plan) => dist::run(&root, plan).map(drop),
        Chore::Publish(plan) => publish::run(&root, plan),
        Chore::Benchmarks(plan) => benchmarks::run(&root, plan),
        Chore::MouthToEar(plan) => mouth_to_ear::run(&root, plan),
        Chore::Mutants(plan) => mutants::run(&root, plan),
        Chore::Fuzz(plan) => fuzz::run(&root, plan),
    }
}
