//! Receives datagrams from sockets, with their times of arrival.

use std::io::{self, ErrorKind, IoSliceMut};
use std::net::UdpSocket;
use std::os::fd::AsRawFd;

use nix::cmsg_space;
use nix::errno::Errno;
use nix::sys::socket::{ControlMessageOwned, MsgFlags, recvmsg, setsockopt, sockopt::ReceiveTimestampns};
use nix::sys::time::TimeSpec;

use super::probe::Stamp;

/// The receive buffer of all sockets.
#[derive(Debug)]
pub(super) struct Inbox {
    datagram: Box<[u8; 2048]>,
    control: Vec<u8>,
    stamped_by_kernel: bool,
}

impl Inbox {
    pub(super) fn new() -> Self {
        Self { datagram: Box::new([0; 2048]), control: cmsg_space!(TimeSpec), stamped_by_kernel: false }
    }

    /// Makes times of arrival the kernel's from now on, so that they do not depend on when we read. [`stamp`] must
    /// have been called for all sockets. That costs the sender a little, so it is off where sending is measured.
    pub(super) fn expect_stamps(&mut self) {
        self.stamped_by_kernel = true;
    }

    /// The next pending datagram of a socket, and its time of arrival; without stamps, that is now.
    pub(super) fn next(&mut self, socket: &UdpSocket) -> io::Result<Option<(&mut [u8], Stamp)>> {
        let received = if self.stamped_by_kernel {
            self.receive_stamped(socket)
        } else {
            socket.recv(&mut *self.datagram).map(|bytes| (bytes, None))
        };
        match received {
            Ok((bytes, stamp)) => Ok(Some((&mut self.datagram[..bytes], stamp.unwrap_or_else(Stamp::now)))),
            // The other side has closed its socket; QUIC will notice.
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::ConnectionRefused) => {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    fn receive_stamped(&mut self, socket: &UdpSocket) -> io::Result<(usize, Option<Stamp>)> {
        let mut slices = [IoSliceMut::new(&mut *self.datagram)];
        let control = Some(&mut *self.control);
        let received = recvmsg::<()>(socket.as_raw_fd(), &mut slices, control, MsgFlags::MSG_DONTWAIT);
        let received = received.map_err(io::Error::from)?;
        let stamp =
            received.cmsgs().map_err(|error: Errno| io::Error::from(error))?.find_map(|it| match it {
                ControlMessageOwned::ScmTimestampns(at) => {
                    Some(Stamp(at.tv_sec() as u64 * 1_000_000_000 + at.tv_nsec() as u64))
                }
                _ => None,
            });
        Ok((received.bytes, stamp))
    }
}

/// Makes the kernel record when datagrams arrive at this socket.
pub(super) fn stamp(socket: &UdpSocket) -> io::Result<()> {
    Ok(setsockopt(socket, ReceiveTimestampns, &true)?)
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;
    use std::time::{Duration, Instant};

    use super::*;

    fn pair() -> [UdpSocket; 2] {
        let sockets = [(); 2].map(|()| UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap());
        sockets[0].connect(sockets[1].local_addr().unwrap()).unwrap();
        sockets[1].set_nonblocking(true).unwrap();
        sockets
    }

    #[test]
    fn stamps_are_taken_on_arrival_and_not_on_reading() {
        let [sender, listener] = pair();
        stamp(&listener).unwrap();
        let mut inbox = Inbox::new();
        inbox.expect_stamps();
        let before = Stamp::now();
        sender.send(b"frame").unwrap();
        let deadline = Instant::now() + Duration::from_secs(30);
        let (datagram, arrived) = loop {
            let read_from = Stamp::now();
            if let Some((datagram, arrived)) = inbox.next(&listener).unwrap() {
                assert!(arrived.0 <= read_from.0 + 1_000_000, "the stamp is the kernel's");
                break (datagram.to_vec(), arrived);
            }
            assert!(Instant::now() < deadline, "nothing arrives over loopback");
        };
        assert_eq!(datagram, b"frame");
        assert!(arrived.0 >= before.0);
        assert!(inbox.next(&listener).unwrap().is_none());
    }

    #[test]
    fn without_stamps_reading_works_too() {
        let [sender, listener] = pair();
        let mut inbox = Inbox::new();
        assert!(inbox.next(&listener).unwrap().is_none());
        sender.send(b"frame").unwrap();
        let deadline = Instant::now() + Duration::from_secs(30);
        while inbox.next(&listener).unwrap().is_none() {
            assert!(Instant::now() < deadline, "nothing arrives over loopback");
        }
    }
}
