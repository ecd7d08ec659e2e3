//! The receivers of the packets: a bound socket for each listener, on this machine.

use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};

/// Sockets that keep packets until they are drained.
pub(super) struct Listeners {
    sockets: Vec<UdpSocket>,
    addresses: Vec<SocketAddr>,
}

impl Listeners {
    pub(super) fn open(count: usize) -> io::Result<Self> {
        let sockets: Vec<_> = (0..count).map(|_| bind()).collect::<Result<_, _>>()?;
        let addresses = sockets.iter().map(UdpSocket::local_addr).collect::<Result<_, _>>()?;
        for socket in &sockets {
            socket.set_nonblocking(true)?;
        }
        Ok(Self { sockets, addresses })
    }

    /// Their addresses, in order.
    pub(super) fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Takes all received packets; `each` gets the listener's number and a packet.
    pub(super) fn drain(&self, mut each: impl FnMut(usize, &[u8])) -> io::Result<()> {
        let mut buffer = [0; 2048];
        for (listener, socket) in self.sockets.iter().enumerate() {
            loop {
                match socket.recv(&mut buffer) {
                    Ok(bytes) => each(listener, &buffer[..bytes]),
                    Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(())
    }
}

/// Binds a socket on this machine, at a port that the system chooses.
pub(super) fn bind() -> io::Result<UdpSocket> {
    UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))
}

/// Checks that the whole packet was sent.
pub(super) fn whole(sent_bytes: usize, packet: &[u8]) -> io::Result<()> {
    if sent_bytes == packet.len() { Ok(()) } else { Err(io::Error::other("a packet was cut off")) }
}
