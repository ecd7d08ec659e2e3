//! A server's sockets: one for the connections, and one for each worker, on one port if the system supports it.

use std::io;
use std::net::{SocketAddr, UdpSocket};

use socket2::{Domain, Protocol, Socket, Type};

use crate::fast_path::{PathSocket, UdpOffload};

/// The size of the system's buffers, except that for a worker's input, in bytes, if the system allows it: a busy
/// server's packets of a few milliseconds.
const BUFFER_BYTES: usize = 4 * 1024 * 1024;

/// The size of the buffer for a worker's input: on Linux about a thousand frames. The buffer of an overloaded worker
/// is always full, and a larger one would only delay all voice.
const WORKER_BUFFER_BYTES: usize = 512 * 1024;

/// The sockets of one address. They are closed together: the system steers by their order.
#[derive(Debug)]
pub struct PortGroup {
    /// For the connections.
    pub main: UdpSocket,
    /// For the datagrams of each worker, in the order of their numbers.
    pub paths: Vec<PathSocket>,
    /// Whether all have the same port. If not, clients need the port of their worker's socket.
    pub is_one_port: bool,
}

impl PortGroup {
    /// Takes a UDP port; port 0 is any free one, and `[::]` takes both families. For up to 255 workers; without any it
    /// is a usual socket.
    ///
    /// On Linux all sockets share the port, and the system gives each datagram to its worker. Elsewhere, and where
    /// it refuses that, the workers' sockets have ports of their own, the next ones if they are free.
    ///
    /// # Errors
    /// The address is not available.
    pub fn bind(address: SocketAddr, workers: u8, offload: UdpOffload) -> io::Result<Self> {
        let main = open(address, BUFFER_BYTES)?;
        main.bind(&address.into())?;
        let main = UdpSocket::from(main);
        let address = main.local_addr()?;
        // If another socket had the port, the exclusive bind above would have failed.
        #[cfg(target_os = "linux")]
        if workers > 0
            && offload == UdpOffload::WhereAvailable
            && let Ok(paths) =
                crate::fast_path::steering::share(&main, workers, || open(address, WORKER_BUFFER_BYTES))
        {
            return Ok(Self {
                main,
                paths: paths.into_iter().map(|socket| PathSocket::new(socket, offload)).collect(),
                is_one_port: true,
            });
        }
        let near = |step| open_near(address, step, offload);
        let paths = (1..=u16::from(workers)).map(near).collect::<io::Result<_>>()?;
        Ok(Self { main, paths, is_one_port: false })
    }
}

fn open(address: SocketAddr, receive_bytes: usize) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
    if address.ip().is_unspecified() && address.is_ipv6() {
        // System defaults differ; here, an unspecified address means both families.
        socket.set_only_v6(false)?;
    }
    // Best effort: systems cap the size silently, and smaller buffers only lose packets earlier under load.
    let _ = socket.set_recv_buffer_size(receive_bytes);
    let _ = socket.set_send_buffer_size(BUFFER_BYTES);
    socket.set_nonblocking(true)?;
    Ok(socket)
}

/// A socket some ports further, or at any free one.
fn open_near(address: SocketAddr, step: u16, offload: UdpOffload) -> io::Result<PathSocket> {
    let socket = open(address, WORKER_BUFFER_BYTES)?;
    let near = SocketAddr::new(address.ip(), address.port().wrapping_add(step));
    if near.port() <= step || socket.bind(&near.into()).is_err() {
        socket.bind(&SocketAddr::new(address.ip(), 0).into())?;
    }
    Ok(PathSocket::new(socket.into(), offload))
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    #[cfg(target_os = "linux")]
    const PATIENCE: std::time::Duration = std::time::Duration::from_mins(2);

    fn any() -> SocketAddr {
        (Ipv4Addr::LOCALHOST, 0).into()
    }

    /// Sends one datagram and returns the number of the socket that gets it; 0 is the socket of the connections.
    #[cfg(target_os = "linux")]
    fn receiver(group: &PortGroup, datagram: &[u8]) -> usize {
        let sender = UdpSocket::bind(any()).unwrap();
        sender.send_to(datagram, group.main.local_addr().unwrap()).unwrap();
        let deadline = std::time::Instant::now() + PATIENCE;
        let mut buffer = [0; 64];
        loop {
            let sockets = std::iter::once(&group.main).chain(group.paths.iter().map(PathSocket::socket));
            for (number, socket) in sockets.enumerate() {
                if let Ok((length, _)) = socket.recv_from(&mut buffer) {
                    assert_eq!(&buffer[..length], datagram);
                    return number;
                }
            }
            assert!(std::time::Instant::now() < deadline, "{datagram:?} went nowhere");
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn on_one_port_each_datagram_goes_to_its_worker() {
        let group = PortGroup::bind(any(), 3, UdpOffload::WhereAvailable).unwrap();
        assert!(group.is_one_port);
        // Several of each, so that not all can go right by chance.
        for _ in 0..10 {
            for (datagram, expected) in [
                (&[0xc3, 1, 2][..], 0),
                (&[0x40, 0], 0),
                (&[0x7f, 2], 0),
                (&[0x01, 0], 1),
                (&[0x03, 1, 9], 2),
                (&[0x06, 2], 3),
                (&[0x01], 0),
                (&[], 0),
            ] {
                assert_eq!(receiver(&group, datagram), expected, "{datagram:?}");
            }
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_datagram_for_a_missing_worker_goes_to_a_socket_that_can_drop_it() {
        let group = PortGroup::bind(any(), 2, UdpOffload::WhereAvailable).unwrap();
        assert!(receiver(&group, &[0x01, 200]) <= 2);
    }

    #[test]
    fn a_port_that_is_taken_is_refused_also_when_it_is_shared_by_others() {
        for workers in [0, 2] {
            let group = PortGroup::bind(any(), workers, UdpOffload::WhereAvailable).unwrap();
            let address = group.main.local_addr().unwrap();
            for others in [0, 2] {
                let error = PortGroup::bind(address, others, UdpOffload::WhereAvailable).unwrap_err();
                assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
            }
            drop(group);
            PortGroup::bind(address, 2, UdpOffload::WhereAvailable).unwrap();
        }
    }

    #[test]
    fn sockets_with_ports_of_their_own_are_near_or_anywhere() {
        let main = UdpSocket::bind(any()).unwrap().local_addr().unwrap();
        let path = open_near(main, 1, UdpOffload::WhereAvailable).unwrap();
        let again = open_near(main, 1, UdpOffload::WhereAvailable).unwrap();
        assert_ne!(path.socket().local_addr().unwrap(), again.socket().local_addr().unwrap());
    }
}
