//! A client written only from the description of the wire format, with blocking sockets.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream, UdpSocket};

use consonance_link::Peer;

use crate::open_server::{OpenServer, PATIENCE};

pub(crate) struct RawClient {
    pub(crate) tcp: TcpStream,
    pub(crate) udp: UdpSocket,
    /// Its name at the server.
    pub(crate) peer: Peer,
    /// The 12 bytes that the server sent first.
    pub(crate) token: Vec<u8>,
}

impl RawClient {
    /// Connected over TCP only.
    pub(crate) fn connect(server: &mut OpenServer) -> Self {
        let known = server.peers.len();
        let tcp = TcpStream::connect(server.transport.local_addr()).unwrap();
        tcp.set_read_timeout(Some(PATIENCE)).unwrap();
        server.poll_until("the server accepts a client", |server| server.peers.len() > known);
        server.poll();
        let mut client = Self { tcp, udp: udp(server), peer: server.peers[known], token: Vec::new() };
        client.token = client.read_packet();
        client
    }

    /// Connected over TCP and UDP.
    pub(crate) fn introduced(server: &mut OpenServer) -> Self {
        let client = Self::connect(server);
        client.udp.send(&client.token).unwrap();
        server.poll_until("the server answers", |_| has_datagram(&client.udp));
        assert_eq!(read_datagram(&client.udp), client.token);
        client
    }

    pub(crate) fn write_packet(&mut self, packet: &[u8]) {
        self.tcp.write_all(&(packet.len() as u32).to_be_bytes()).unwrap();
        self.tcp.write_all(packet).unwrap();
    }

    pub(crate) fn read_packet(&mut self) -> Vec<u8> {
        let mut length = [0; 4];
        self.tcp.read_exact(&mut length).unwrap();
        let mut packet = vec![0; u32::from_be_bytes(length) as usize];
        self.tcp.read_exact(&mut packet).unwrap();
        packet
    }
}

/// A socket towards the server's UDP port.
pub(crate) fn udp(server: &OpenServer) -> UdpSocket {
    let udp = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    udp.connect(server.transport.local_addr()).unwrap();
    udp.set_read_timeout(Some(PATIENCE)).unwrap();
    udp
}

pub(crate) fn has_datagram(udp: &UdpSocket) -> bool {
    udp.set_nonblocking(true).unwrap();
    let has_one = udp.peek(&mut [0; 16]).is_ok();
    udp.set_nonblocking(false).unwrap();
    has_one
}

pub(crate) fn read_datagram(udp: &UdpSocket) -> Vec<u8> {
    let mut buffer = [0; 2048];
    let length = udp.recv(&mut buffer).unwrap();
    buffer[..length].to_vec()
}
