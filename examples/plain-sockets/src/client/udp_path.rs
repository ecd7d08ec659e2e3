//! A client's way for unreliable packets.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use crate::LIMITS;
use crate::token::Token;

/// How often the token is sent until the server answers.
const TOKEN_INTERVAL: Duration = Duration::from_millis(200);

#[derive(Debug)]
pub(super) struct UdpPath {
    socket: UdpSocket,
    token: [u8; 12],
    /// A datagram came back: the server knows where we are.
    is_known: bool,
    next_token_at: Instant,
    /// One byte more than a packet may have, so that longer ones are noticed.
    buffer: [u8; LIMITS.unreliable_bytes + 1],
}

impl UdpPath {
    pub(super) fn new(server: SocketAddr, token: Token, now: Instant) -> io::Result<Self> {
        let any: SocketAddr = match server {
            SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
            SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
        };
        let socket = UdpSocket::bind(any)?;
        // From now on the system drops datagrams from any other source.
        socket.connect(server)?;
        socket.set_nonblocking(true)?;
        let buffer = [0; LIMITS.unreliable_bytes + 1];
        Ok(Self { socket, token: token.to_bytes(), is_known: false, next_token_at: now, buffer })
    }

    pub(super) fn is_known(&self) -> bool {
        self.is_known
    }

    /// Sends the token when it is time, until the server has answered.
    pub(super) fn introduce(&mut self, now: Instant) {
        if !self.is_known && now >= self.next_token_at {
            self.next_token_at = now + TOKEN_INTERVAL;
            // If the token is lost, it is sent again.
            let _ = self.socket.send(&self.token);
        }
    }

    /// Sends one packet; false if it was dropped.
    #[must_use]
    pub(super) fn send(&self, packet: &[u8]) -> bool {
        self.is_known && self.socket.send(packet).is_ok()
    }

    /// The next packet, if one has come.
    pub(super) fn receive(&mut self) -> Option<Vec<u8>> {
        loop {
            // No datagram, or an unreachable port; the TCP connection reports whether the server is gone.
            let length = self.socket.recv(&mut self.buffer).ok()?;
            self.is_known = true;
            let datagram = &self.buffer[..length];
            if datagram != self.token && length <= LIMITS.unreliable_bytes {
                return Some(datagram.to_vec());
            }
        }
    }
}
