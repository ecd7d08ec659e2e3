//! A client's fast path: a separate socket beside the connection.

use std::io;
use std::net::UdpSocket;
use std::time::Instant;

use consonance_quic::PathGrant;
use consonance_quic::fast_path::{ClientPath, ClientPathSettings};

use super::inbox::{Inbox, stamp};
use super::probe::Stamp;
use super::udp::{connect, lossy};

/// The path that voice takes while it is open.
#[derive(Debug)]
pub(super) struct FastPath {
    socket: UdpSocket,
    path: ClientPath,
}

impl FastPath {
    /// Opens a socket for the path that the server has granted; the path is probed at once.
    pub(super) fn new(now: Instant, grant: &PathGrant) -> io::Result<Self> {
        let path = ClientPath::new(now, &grant.secrets, &grant.announcement, ClientPathSettings::default());
        Ok(Self { socket: connect(grant.remote)?, path })
    }

    pub(super) fn is_open(&self) -> bool {
        self.path.is_open()
    }

    pub(super) fn port(&self) -> io::Result<u16> {
        Ok(self.socket.local_addr()?.port())
    }

    pub(super) fn stamp(&self) -> io::Result<()> {
        stamp(&self.socket)
    }

    /// Takes the next pending datagram, and passes its packets to `each` with the time of arrival; false if there is
    /// none.
    pub(super) fn receive(
        &mut self,
        now: Instant,
        inbox: &mut Inbox,
        mut each: impl FnMut(&[u8], Stamp),
    ) -> io::Result<bool> {
        let Some((datagram, arrived_at)) = inbox.next(&self.socket)? else { return Ok(false) };
        // Datagrams that cannot be opened count as lost, which the report shows.
        if let Ok(packets) = self.path.handle_datagram(now, datagram) {
            packets.for_each(|packet| each(packet, arrived_at));
        }
        Ok(true)
    }

    /// Runs the path's timers, and sends its own datagrams.
    pub(super) fn run_once(&mut self, now: Instant, datagram: &mut Vec<u8>) -> io::Result<()> {
        if self.path.poll_timeout().is_some_and(|at| at <= now) {
            self.path.handle_timeout(now);
        }
        loop {
            datagram.clear();
            if !self.path.poll_transmit(now, datagram) {
                return Ok(());
            }
            lossy(self.socket.send(datagram))?;
        }
    }

    /// Sends a packet; false if it has to go over the connection.
    pub(super) fn send(&mut self, packet: &[u8], datagram: &mut Vec<u8>) -> io::Result<bool> {
        datagram.clear();
        if !self.path.seal(packet, datagram) {
            return Ok(false);
        }
        lossy(self.socket.send(datagram))?;
        Ok(true)
    }
}
