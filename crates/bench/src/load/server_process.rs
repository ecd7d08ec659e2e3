//! A measured server of our own.

use std::error::Error;

use consonance_quic::QuicAddress;

use crate::child_process::{ChildProcess, MeasuredProgram};

/// A server that creates any session on demand; its address is that of the first one.
pub(super) type ServerProcess = ChildProcess<QuicAddress>;

/// Starts it; see [`ChildProcess::start`].
///
/// # Errors
/// If there is no program to start, or it prints no address.
pub(super) fn start(measured: &MeasuredProgram, lifts_limits: bool) -> Result<ServerProcess, Box<dyn Error>> {
    start_with_workers(measured, lifts_limits, 1)
}

/// The same with this many workers, each on a core, all of which serve each session.
///
/// # Errors
/// As [`start`].
pub(super) fn start_with_workers(
    measured: &MeasuredProgram,
    lifts_limits: bool,
    workers: u8,
) -> Result<ServerProcess, Box<dyn Error>> {
    start_node(measured, lifts_limits, workers, None)
}

/// The same as a cluster node with this name, on this NATS server.
///
/// # Errors
/// As [`start`].
pub(super) fn start_node(
    measured: &MeasuredProgram,
    lifts_limits: bool,
    workers: u8,
    node: Option<(&str, &str)>,
) -> Result<ServerProcess, Box<dyn Error>> {
    let lifted = if lifts_limits { LIFTED_LIMITS } else { &[] };
    let settings = ROOM.iter().chain(lifted).map(|(name, value)| (*name, (*value).to_owned()));
    // Older servers lack these settings, and are only measured with one worker.
    let of_workers =
        [("CONSONANCE_WORKERS", workers.to_string()), ("CONSONANCE_SPREAD_SESSIONS_FROM", "0".to_owned())];
    let settings = settings.chain(of_workers.into_iter().filter(|_| workers > 1));
    let mut arguments = vec!["serve", "--listen", "127.0.0.1:0", "--session", "main"];
    if let Some((nats, name)) = node {
        arguments.extend(["--nats", nats, "--node", name]);
    }
    ChildProcess::start(measured, workers.into(), &arguments, settings, address_in)
}

/// The address in a line of the server's output, which has one for each session with the address at its end.
fn address_in(line: &str) -> Option<QuicAddress> {
    line.split_whitespace().next_back()?.parse().ok()
}

/// Settings with room for all clients, none of which must be lost while a rate is too high.
const ROOM: &[(&str, &str)] = &[
    ("CONSONANCE_QUIC_CONNECTIONS_MAX", "65536"),
    ("CONSONANCE_QUIC_HANDSHAKES_MAX", "4096"),
    ("CONSONANCE_LIMITS_LINKS", "65535"),
    ("CONSONANCE_SESSIONS_ON_DEMAND", "[\"*\"]"),
    ("CONSONANCE_SESSIONS_MAX", "65536"),
    ("CONSONANCE_QUIC_IDLE_TIMEOUT_S", "60"),
];

/// Settings without rate limits and overload protection, so that these do not end a measurement; everything else has
/// its default.
const LIFTED_LIMITS: &[(&str, &str)] = &[
    ("CONSONANCE_LIMITS_VOICE_PACKETS_PER_SECOND", "4294967295"),
    ("CONSONANCE_LIMITS_VOICE_PACKETS_BURST", "4294967295"),
    ("CONSONANCE_LIMITS_VOICE_BYTES_PER_SECOND", "4294967295"),
    ("CONSONANCE_LIMITS_VOICE_BYTES_BURST", "4294967295"),
    ("CONSONANCE_LIMITS_FAN_OUT_PER_SECOND", "4294967295"),
    ("CONSONANCE_LIMITS_FAN_OUT_BURST", "4294967295"),
    ("CONSONANCE_OVERLOAD_ENABLED", "false"),
];
