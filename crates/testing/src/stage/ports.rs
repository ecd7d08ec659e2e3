//! Ports of this machine for programs that cannot choose their own.

use std::io;
use std::net::{Ipv4Addr, TcpListener, UdpSocket};
use std::sync::atomic::{AtomicU16, Ordering};

/// Below the range from which Linux and Windows assign free ports, which other tests use all the time.
const FIRST: u16 = 20_000;
/// The number of ports for each process, as far as PIDs modulo 100 are distinct.
const EACH: u16 = 100;

/// A port that is free for TCP and for UDP, and that this run has not assigned yet: scenarios are played side by side,
/// and a port is free until its program opens it, and again between two programs of a test.
///
/// # Errors
/// If no port is free.
pub fn free_port() -> io::Result<u16> {
    static GIVEN: AtomicU16 = AtomicU16::new(0);
    let own = FIRST + (std::process::id() % 100) as u16 * EACH;
    for _ in 0..100 * EACH {
        // A scenario that runs out of its own ports uses its neighbours'.
        let port = FIRST + (own - FIRST + GIVEN.fetch_add(1, Ordering::Relaxed)) % (100 * EACH);
        let place = (Ipv4Addr::LOCALHOST, port);
        if TcpListener::bind(place).is_ok() && UdpSocket::bind(place).is_ok() {
            return Ok(port);
        }
    }
    Err(io::ErrorKind::AddrInUse.into())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_port_is_given_twice() {
        let ports: BTreeSet<_> = (0..100).map(|_| free_port().unwrap()).collect();
        assert_eq!(ports.len(), 100);
    }

    #[test]
    fn what_is_in_use_is_not_given() {
        let next = free_port().unwrap() + 1;
        let _holder = UdpSocket::bind((Ipv4Addr::LOCALHOST, next));
        assert_ne!(free_port().unwrap(), next);
    }
}
