//! A UDP socket that does not block, and whose errors are counted.

use std::io;
use std::net::{SocketAddr, UdpSocket};

use socket2::{Domain, Protocol, Socket, Type};

/// Counters of datagrams at a socket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DatagramCounts {
    /// Read.
    pub received: u64,
    /// Taken by the system.
    pub sent: u64,
    /// Dropped because the socket's buffer was full: voice does not wait, and reliable messages are sent again.
    pub buffer_full: u64,
    /// Refused by the system, as for an address without a route, and dropped.
    pub failed: u64,
    /// Errors while reading, such as the report that no socket listens at the destination of an earlier datagram.
    pub receive_errors: u64,
}

impl DatagramCounts {
    /// The sum with the counters of another socket.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self {
            received: self.received + other.received,
            sent: self.sent + other.sent,
            buffer_full: self.buffer_full + other.buffer_full,
            failed: self.failed + other.failed,
            receive_errors: self.receive_errors + other.receive_errors,
        }
    }
}

/// How many errors in a row are skipped: each belongs to a datagram that was sent.
const ERRORS_IN_A_ROW_MAX: usize = 64;

/// A non-blocking UDP socket, for networks that use one in addition to another transport.
#[derive(Debug)]
pub struct DatagramSocket {
    socket: UdpSocket,
    pub(super) counts: DatagramCounts,
}

impl DatagramSocket {
    /// A socket at this address; port 0 is any free one, and `[::]` takes both families. The system is asked for
    /// `buffer_bytes` bytes of room each way.
    ///
    /// # Errors
    /// The system's error: the port is in use, or we may not bind it.
    pub fn bind(address: SocketAddr, buffer_bytes: usize) -> io::Result<Self> {
        let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
        if address.ip().is_unspecified() && address.is_ipv6() {
            // Systems differ in their default; an unspecified address means both families.
            socket.set_only_v6(false)?;
        }
        // Best effort: systems cap it silently, and smaller buffers only lose datagrams earlier under load.
        let _ = socket.set_recv_buffer_size(buffer_bytes);
        let _ = socket.set_send_buffer_size(buffer_bytes);
        socket.set_nonblocking(true)?;
        socket.bind(&address.into())?;
        Ok(Self { socket: socket.into(), counts: DatagramCounts::default() })
    }

    /// From now on for this address only.
    ///
    /// # Errors
    /// There is no way to this address.
    pub fn connect(&self, address: SocketAddr) -> io::Result<()> {
        self.socket.connect(address)
    }

    /// The socket itself, to wait for.
    pub fn socket(&self) -> &UdpSocket {
        &self.socket
    }

    /// The next datagram that waits, and where it came from.
    pub fn receive(&mut self, buffer: &mut [u8]) -> Option<(usize, SocketAddr)> {
        for _ in 0..ERRORS_IN_A_ROW_MAX {
            match self.socket.recv_from(buffer) {
                Ok(received) => {
                    self.counts.received += 1;
                    return Some(received);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return None,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // An error from an earlier outgoing datagram says nothing about the next incoming one.
                Err(_) => self.counts.receive_errors += 1,
            }
        }
        None
    }

    /// Counters of this socket's datagrams.
    pub fn counts(&self) -> DatagramCounts {
        self.counts
    }

    /// To an address, or to the one that the socket is connected to.
    pub fn send(&mut self, to: Option<SocketAddr>, datagram: &[u8]) {
        // The first send after a failed delivery reports that earlier error instead of sending.
        for _ in 0..2 {
            let sent = match to {
                Some(to) => self.socket.send_to(datagram, to),
                None => self.socket.send(datagram),
            };
            match sent {
                Ok(_) => {
                    self.counts.sent += 1;
                    return;
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.counts.buffer_full += 1;
                    return;
                }
                Err(_) => {}
            }
        }
        self.counts.failed += 1;
    }
}
