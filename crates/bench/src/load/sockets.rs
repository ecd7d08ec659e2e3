//! Sockets for many clients.

use std::error::Error;
use std::net::{SocketAddr, ToSocketAddrs};

use consonance_quic::QuicAddress;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// The address of a server; of several addresses, the first.
pub(super) fn socket_address(address: &QuicAddress) -> Result<SocketAddr, Box<dyn Error>> {
    let mut found = (address.host(), address.port()).to_socket_addrs()?;
    Ok(found.next().ok_or_else(|| format!("{} has no address", address.host()))?)
}

/// Raises the limit so that these sockets and some more can be opened, as far as this process is allowed to; if that
/// is not enough, opening them fails with an error.
pub(super) fn raise_descriptor_limit(sockets: u64) {
    let wanted = sockets + DESCRIPTORS_BESIDES;
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current.is_some_and(|current| current < wanted) {
        let raised = Rlimit { current: Some(wanted), maximum: maximum.map(|maximum| maximum.max(wanted)) };
        if setrlimit(Resource::Nofile, raised).is_err() {
            let _ = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
        }
    }
}

/// Other descriptors: those of the bare loops, of newcomers, and of any program.
const DESCRIPTORS_BESIDES: u64 = 10_000;
