//! The server's memory per idle client.

use std::error::Error;
use std::time::Duration;

use consonance_quic::QuicClientSettings;
use consonance_quic::sans_io::Dialer;

use super::client::Guest;
use super::crowd::Crowd;
use super::server_process;
use super::sockets::socket_address;
use crate::child_process::MeasuredProgram;

/// The first clients warm up everything that a server allocates once.
const BEFORE: usize = 200;
const MORE: usize = 1000;
/// Full rooms: each client is told about this many others.
const CLIENTS_PER_SESSION: usize = 100;
/// A wait until all work for joining is done.
const SETTLE: Duration = Duration::from_secs(2);

/// Growth of a fresh server's anonymous memory from 200 to 1200 idle clients, in bytes per client. `told` is called
/// with the number that have joined.
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
