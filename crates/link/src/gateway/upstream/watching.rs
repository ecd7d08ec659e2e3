//! The sockets that a server with upstreams is woken for.

use std::io;

use crate::gateway::readiness::{Interest, Readiness, Ready};
use crate::{ClientNetwork, MessageChannel, Peer, ServerNetwork};

/// Whether there is a descriptor to sleep at; otherwise all have to be polled periodically.
pub(crate) const SEES: bool = cfg!(target_os = "linux");

/// Wakes the driver for clients, which it polls at each turn anyway.
///
/// # Errors
/// When the system watches as many sockets as it may.
pub(super) fn watch_clients(
    readiness: &mut Readiness,
    clients: &impl ServerNetwork<MessageChannel>,
) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    if let Some(descriptor) = clients.descriptor() {
        readiness.add(descriptor, CLIENTS, Interest::READ)?;
    }
    #[cfg(not(target_os = "linux"))]
    let _ = (readiness, clients);
    Ok(())
}

/// Lets the driver wake for one player's upstream, whose socket is watched until it is closed.
/// Doing so again changes nothing.
///
/// # Errors
/// When the system watches as many sockets as it may.
pub(super) fn watch_upstream(
    readiness: &mut Readiness,
    upstream: &impl ClientNetwork<MessageChannel>,
    peer: Peer,
) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    if let Some(descriptor) = upstream.descriptor() {
        match readiness.add(descriptor, peer.0, Interest::READ) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            watched => watched?,
        }
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = upstream;
        readiness.add((), peer.0, Interest::READ)?;
    }
    Ok(())
}

/// This player is gone, and its socket closed.
pub(super) fn forget(readiness: &mut Readiness, peer: Peer) {
    #[cfg(target_os = "linux")]
    let _ = (readiness, peer);
    #[cfg(not(target_os = "linux"))]
    readiness.remove((), peer.0);
}

/// The player whose upstream is ready, if there is one.
pub(super) fn upstream_of(ready: Ready) -> Option<Peer> {
    (ready.key != CLIENTS).then_some(Peer(ready.key))
}

/// No name of a peer: those stay below 2⁴⁸.
const CLIENTS: u64 = u64::MAX;
