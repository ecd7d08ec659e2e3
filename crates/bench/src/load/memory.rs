//! What a client that is only there costs the server in memory.

use std::error::Error;
use std::time::Duration;

use consonance_quic::QuicClientSettings;
use consonance_quic::sans_io::Dialer;

use super::client::Guest;
use super::crowd::Crowd;
use super::server_process;
use super::socket_address;
use crate::child_process::MeasuredProgram;

/// The first clients warm up what every server has once.
const BEFORE: usize = 200;
const MORE: usize = 1000;
/// Rooms full of people: each client is told of as many others.
const CLIENTS_PER_SESSION: usize = 100;
/// Until everything that joining takes is over.
const SETTLE: Duration = Duration::from_secs(2);

/// Growth of a fresh server's anonymous memory from 200 to 1200 idle clients, in bytes per client.
/// `told` hears how many are in.
pub(super) fn bytes_per_client(
    measured: &MeasuredProgram,
    settings: QuicClientSettings,
    mut told: impl FnMut(usize),
) -> Result<f64, Box<dyn Error>> {
    let server = server_process::start(measured, true)?;
    let dialer = Dialer::new(server.address(), socket_address(server.address())?, settings);
    let mut crowd = Crowd::new(vec![dialer], 0, false);
    let guest = |index: usize| idle_guest(index, index / CLIENTS_PER_SESSION);
    crowd.join((0..BEFORE).map(guest), Vec::new(), &mut told)?;
    crowd.idle(SETTLE)?;
    let before = server.figures().anonymous_bytes()?;
    crowd.join((BEFORE..BEFORE + MORE).map(guest), Vec::new(), &mut told)?;
    crowd.idle(SETTLE)?;
    let after = server.figures().anonymous_bytes()?;
    Ok((after as f64 - before as f64) / MORE as f64)
}

/// A player that is only present.
pub(super) fn idle_guest(index: usize, session: usize) -> Guest {
    Guest {
        name: format!("idle {index}"),
        session: format!("idle-{session}"),
        room: Some("lobby".to_owned()),
        listens: true,
        speaks: false,
        encrypts: false,
    }
}
