//! The body of a fuzz target, which tests run, too: arbitrary bytes as the first message of a client, and as the text
//! of an address.

use bytes::BytesMut;

use crate::QuicAddress;
use crate::hello::{
    HELLO_BYTES_MAX, read_client_hello, read_server_hello, read_web_socket_port, server_hello,
};
use crate::link::frames::take_packet;

/// Reads the bytes as a control stream that comes in pieces, as either side's hello, and as an address.
///
/// # Panics
/// If the result depends on how the stream was cut, if a packet is longer than allowed, or if something that was read
/// and written again is not the same.
pub fn client_hello(bytes: &[u8]) {
    let whole = packets(bytes, bytes.len().max(1));
    assert!(whole.iter().all(|packet| packet.len() <= HELLO_BYTES_MAX), "a packet is too long");
    let piece = 1 + bytes.first().map_or(0, |byte| usize::from(*byte));
    assert_eq!(packets(bytes, piece), whole, "in pieces of {piece}");
    for hello in whole.iter().map(Vec::as_slice).chain([bytes]) {
        if let Ok(read) = read_client_hello(hello) {
            assert_eq!(read_client_hello(&read.encode()).as_ref(), Ok(&read), "what was read is written");
        }
        if let Ok(announcement) = read_server_hello(hello) {
            let port = read_web_socket_port(hello);
            let written = server_hello(announcement.as_ref(), port);
            assert_eq!(read_server_hello(&written), Ok(announcement), "what was read is written");
            assert_eq!(read_web_socket_port(&written), port, "what was read is written");
        }
    }
    if let Ok(text) = str::from_utf8(bytes)
        && let Ok(address) = text.parse::<QuicAddress>()
    {
        assert_eq!(address.to_string().parse().as_ref(), Ok(&address), "an address reads as it is shown");
    }
}

/// The packets before the first that is too long.
fn packets(stream: &[u8], piece: usize) -> Vec<Vec<u8>> {
    let (mut buffer, mut packets) = (BytesMut::new(), Vec::new());
    for piece in stream.chunks(piece) {
        buffer.extend_from_slice(piece);
        loop {
            match take_packet(&mut buffer, HELLO_BYTES_MAX) {
                Ok(Some(packet)) => packets.push(packet.to_vec()),
                Ok(None) => break,
                Err(_) => return packets,
            }
        }
    }
    packets
}

/// Reads all packets of a control stream that has come at once, as a server does, and the first one as a hello. Returns
/// the number of packets.
pub fn control_stream(stream: &[u8], packet_bytes_max: usize) -> usize {
    let mut buffer = BytesMut::new();
    buffer.extend_from_slice(stream);
    let mut packets = 0;
    while let Ok(Some(packet)) = take_packet(&mut buffer, packet_bytes_max) {
        if packets == 0 && packet.len() <= HELLO_BYTES_MAX {
            let _ = read_client_hello(&packet);
        }
        packets += 1;
    }
    packets
}
