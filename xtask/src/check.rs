//! `cargo xtask check`: one part of the project, or one platform, or one foreign program.

use std::path::Path;

use clap::Subcommand;

use crate::failure::Failure;
use crate::{
    bevy, browser_test, check_docs, clients, cluster, deny, dissector, dotnet, foreign_peers, libopus,
    manifests, matchbox, mumble, platforms, python, sanitize, scenario, udp_blocked, unity, web,
};

/// What to check.
#[derive(Subcommand)]
pub(crate) enum Part {
    /// Checks what can be checked here for the other operating systems and for bare metal.
    Platforms(platforms::Plan),
    /// Lints and tests the feature `libopus`, which needs cmake.
    Libopus,
    /// Lets sanitizers watch the crates that call C, and that C; needs a nightly toolchain, gcc and cmake.
    Sanitize,
    /// Checks licences, versions and sources of the crates of others, if cargo-deny is there.
    Deny,
    /// Tests matchbox's socket, in a network of its own.
    Matchbox,
    /// Tests players whose UDP is blocked, in a network of its own, which needs nftables.
    UdpBlocked,
    /// Has peers of libdatachannel and aiortc, which npm and pip bring, join both listeners that speak WebRTC.
    ForeignPeers,
    /// Has a bot of pymumble, which pip brings, talk with a native player.
    Mumble,
    /// Tests several servers that share their sessions, on NATS servers, which pip brings, and checks manifests.
    Cluster,
    /// Checks what packages say to Kubernetes, Helm and systemd, as `cluster` does; pip brings Helm and the schema.
    Manifests,
    /// Compiles and tests the library for C#, with two compilers and three runtimes; needs Mono.
    Dotnet(dotnet::Plan),
    /// Compiles and tests the package for Unity, against stand-ins for the engine; needs Mono.
    Unity(dotnet::Plan),
    /// Checks the package for Python, and tests its wheel against a real server; pip brings what it needs.
    Python(python::Plan),
    /// Builds and tests the crate for Bevy with the packages that are published; the first time, all of Bevy is
    /// compiled.
    Bevy(bevy::Plan),
    /// Checks the Wireshark plugin against the golden vectors, which needs tshark.
    Dissector,
    /// Type-checks and tests the page and its library, and compares `web/dist` with a fresh build, which needs Node.js.
    Web,
    /// Opens the page in a real browser, talks there and listens, which needs Chromium.
    Browser(browser_test::Plan),
    /// Players of many networks on a real server, and a table of what each must hear; some five minutes.
    Scenario(scenario::Plan),
    /// Clients of every kind in one session, and which of them heard which; two minutes.
    Clients(clients::Plan),
    /// Meets the project as a newcomer does: a clone that knows nothing, and every command that the pages show.
    Docs(check_docs::Plan),
}

/// Runs the check.
///
/// # Errors
/// [`Failure`] where something does not hold.
pub(crate) fn run(root: &Path, part: &Part) -> Result<(), Failure> {
    match part {
        Part::Platforms(plan) => platforms::run(root, plan).map(drop),
        Part::Libopus => libopus::run(root).map(drop),
        Part::Sanitize => sanitize::run(root),
        Part::Deny => deny::run(root).map(drop),
        Part::Matchbox => matchbox::run(root).map(drop),
        Part::UdpBlocked => udp_blocked::run(root).map(drop),
        Part::ForeignPeers => foreign_peers::run(root).map(drop),
        Part::Mumble => mumble::run(root).map(drop),
        Part::Cluster => cluster::run(root).map(drop),
        Part::Manifests => manifests::run(root).map(drop),
        Part::Dotnet(plan) => dotnet::run(root, plan),
        Part::Unity(plan) => unity::run(root, plan),
        Part::Python(plan) => python::run(root, plan).map(|skips| println!("{skips}")),
        Part::Bevy(plan) => bevy::run(root, plan).map(drop),
        Part::Dissector => dissector::run(root).map(drop),
        Part::Web => web::run(root).map(drop),
        Part::Browser(plan) => browser_test::run(root, plan),
        Part::Scenario(plan) => scenario::run(root, plan),
        Part::Clients(plan) => clients::run(root, plan),
        Part::Docs(plan) => check_docs::run(root, plan),
    }
}
