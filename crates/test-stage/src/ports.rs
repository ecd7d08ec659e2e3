//! Ports of this machine for programs that have to be told theirs.

use std::collections::BTreeSet;
use std::io;
use std::net::{Ipv4Addr, TcpListener, UdpSocket};
use std::sync::{Mutex, PoisonError};

/// One that is free for TCP and for UDP, and that this run has given to nobody else: scenarios are played side by side, and a
/// port is free again until its program has it.
///
/// # Errors
/// If the operating system has none.
pub fn free_port() -> io::Result<u16> {
    loop {
        let tcp = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = tcp.local_addr()?.port();
        let is_free = UdpSocket::bind((Ipv4Addr::LOCALHOST, port)).is_ok();
        if is_free && GIVEN.lock().unwrap_or_else(PoisonError::into_inner).insert(port) {
            return Ok(port);
        }
    }
}

static GIVEN: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_port_is_given_twice() {
        let ports: BTreeSet<_> = (0..100).map(|_| free_port().unwrap()).collect();
        assert_eq!(ports.len(), 100);
    }
}
