//! The UDP socket of one worker: batches out, datagrams in, never blocking.

#[cfg(target_os = "linux")]
mod dont_fragment;
#[cfg(target_os = "linux")]
mod many;

use std::io;
use std::net::{SocketAddr, UdpSocket};

use crate::fast_path::DatagramBatch;

/// A socket that does not block.
#[derive(Debug)]
pub struct PathSocket {
    socket: UdpSocket,
    #[cfg_attr(
        not(target_os = "linux"),
        expect(dead_code, reason = "only Linux has something to leave out")
    )]
    offload: UdpOffload,
}

/// The use of the system's UDP features by a socket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UdpOffload {
    /// Several datagrams per call, segmentation by the system, a port that workers share, congestion marks: as far as
    /// the system has them.
    #[default]
    WhereAvailable,
    /// One datagram per call, and a port per worker, which works on every system.
    Off,
}

/// The results of sending datagrams.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SendCounts {
    /// Datagrams that the system accepted.
    pub sent: u64,
    /// Datagrams dropped because the socket's buffer was full: voice does not wait.
    pub buffer_full: u64,
    /// Datagrams that the system rejected, as to an address without a route, and that were dropped.
    pub failed: u64,
}

impl PathSocket {
    pub(crate) fn new(socket: UdpSocket, offload: UdpOffload) -> Self {
        keep_whole(&socket);
        Self { socket, offload }
    }

    /// The socket itself, to wait for.
    pub fn socket(&self) -> &UdpSocket {
        &self.socket
    }

    /// Gives a batch to the system, and clears it.
    pub fn send(&self, batch: &mut DatagramBatch, counts: &mut SendCounts) {
        let mut sending = Sending { batch: &*batch, next: 0, counts };
        while sending.next < batch.len() {
            self.send_some(&mut sending);
        }
        batch.clear();
    }

    /// The next datagram in the socket and its sender, or `None`.
    pub fn receive(&self, buffer: &mut [u8]) -> Option<(usize, SocketAddr)> {
        past_errors(|| self.socket.recv_from(buffer))
    }

    #[cfg(target_os = "linux")]
    fn send_some(&self, sending: &mut Sending<'_>) {
        match sending.batch.len() - sending.next {
            0 | 1 => self.send_one(sending),
            _ if self.offload == UdpOffload::Off => self.send_one(sending),
            2..=8 => many::send::<8>(&self.socket, sending),
            9..=32 => many::send::<32>(&self.socket, sending),
            _ => many::send::<64>(&self.socket, sending),
        }
    }

    #[cfg(not(target_os = "linux"))]
    fn send_some(&self, sending: &mut Sending<'_>) {
        self.send_one(sending);
    }

    fn send_one(&self, sending: &mut Sending<'_>) {
        let Some((to, datagram)) = sending.batch.get(sending.next) else { return };
        let sent = self.socket.send_to(datagram, to).map(|_| 1);
        sending.note(sent);
    }
}

/// Asks that a socket's datagrams are never cut into fragments: they fit into every path that carries QUIC (RFC 9000,
/// section 14), and what is never cut needs no number to be put together by, which is a part in thirty of the work of
/// sending it. Where the system does not know how, nothing changes.
pub fn keep_whole(socket: &UdpSocket) {
    #[cfg(target_os = "linux")]
    dont_fragment::keep_whole(socket);
    #[cfg(not(target_os = "linux"))]
    let _ = socket;
}

/// The next result that is not an error, if there is one.
fn past_errors<T>(mut read: impl FnMut() -> io::Result<T>) -> Option<T> {
    for _ in 0..ERRORS_IN_A_ROW_MAX {
        match read() {
            Ok(found) => return Some(found),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return None,
            // The error is about a datagram sent earlier, or, on Windows, about one longer than the buffer. It says
            // nothing about the next datagram.
            Err(_) => {}
        }
    }
    None
}

/// The number of errors in a row after which reading stops: each belongs to a datagram, but a broken socket has no
/// end of them.
const ERRORS_IN_A_ROW_MAX: usize = 64;

/// A batch that is being sent.
struct Sending<'b> {
    batch: &'b DatagramBatch,
    next: usize,
    counts: &'b mut SendCounts,
}

impl Sending<'_> {
    /// Handles the system's result: the number of datagrams sent, or the error of the next one.
    fn note(&mut self, sent: io::Result<usize>) {
        match sent {
            Ok(taken) => {
                self.next += taken;
                self.counts.sent += taken as u64;
            }
            Err(error) => match error.kind() {
                io::ErrorKind::Interrupted => {}
                io::ErrorKind::WouldBlock => {
                    self.counts.buffer_full += (self.batch.len() - self.next) as u64;
                    self.next = self.batch.len();
                }
                _ => {
                    self.counts.failed += 1;
                    self.next += 1;
                }
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;
    use std::time::Duration;

    use super::*;

    const OFFLOADS: [UdpOffload; 2] = [UdpOffload::WhereAvailable, UdpOffload::Off];

    fn socket(offload: UdpOffload) -> PathSocket {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        socket.set_nonblocking(true).unwrap();
        PathSocket::new(socket, offload)
    }

    #[test]
    fn every_datagram_of_a_batch_goes_where_it_should() {
        for offload in OFFLOADS {
            let receivers: Vec<_> =
                (0..75).map(|_| UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap()).collect();
            let mut batch = DatagramBatch::new(receivers.len());
            for (number, receiver) in receivers.iter().enumerate() {
                assert!(batch.push(receiver.local_addr().unwrap(), |out| out.extend(vec![7; number])));
            }
            let mut counts = SendCounts::default();
            socket(offload).send(&mut batch, &mut counts);
            assert!(batch.is_empty());
            assert_eq!(counts, SendCounts { sent: 75, ..SendCounts::default() });
            for (number, receiver) in receivers.iter().enumerate() {
                receiver.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
                assert_eq!(receiver.recv(&mut [0; 100]).unwrap(), number);
            }
        }
    }

    #[test]
    fn a_datagram_that_cannot_be_sent_does_not_hold_the_others_up() {
        for offload in OFFLOADS {
            let receiver = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
            receiver.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
            let mut batch = DatagramBatch::new(10);
            for number in 0..10 {
                // Sending to port 0 fails.
                let port = if number % 3 == 0 { 0 } else { receiver.local_addr().unwrap().port() };
                batch.push((Ipv4Addr::LOCALHOST, port).into(), |out| out.push(number));
            }
            let mut counts = SendCounts::default();
            socket(offload).send(&mut batch, &mut counts);
            assert_eq!(counts, SendCounts { sent: 6, buffer_full: 0, failed: 4 });
            let mut byte = [0];
            for number in [1, 2, 4, 5, 7, 8] {
                assert_eq!((receiver.recv(&mut byte).unwrap(), byte), (1, [number]));
            }
        }
    }

    #[test]
    fn what_cannot_be_read_does_not_hide_what_came_behind_it() {
        use io::ErrorKind::{ConnectionReset, InvalidInput, Other, WouldBlock};
        let read = |ends: &[Result<u8, io::ErrorKind>]| {
            let mut ends = ends.iter();
            past_errors(|| ends.next().expect("it asks no further").map_err(io::Error::from))
        };
        assert_eq!(read(&[Err(Other), Err(ConnectionReset), Err(InvalidInput), Ok(1)]), Some(1));
        assert_eq!(read(&[Err(Other), Err(WouldBlock)]), None);
        assert_eq!(read(&[Err(Other); 64]), None, "a socket that is broken takes no turn for itself");
    }

    #[test]
    fn a_socket_with_nothing_to_read_says_so() {
        assert_eq!(socket(UdpOffload::WhereAvailable).receive(&mut [0; 10]), None);
    }
}
