//! What a client's control stream costs the server, at worst: hellos of every kind, and as many packets as are read at
//! once. QUIC itself is the library's.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod fast_path;

use consonance_quic::fuzz::control_stream;
use consonance_testing::cost::{Cost, CountingAllocator, alone, measured};

#[global_allocator]
static ALLOCATOR: CountingAllocator = consonance_testing::cost::ALLOCATOR;

const PIECE_BYTES: usize = 4096;
const HELLO_BYTES_MAX: usize = 1024;
const PACKET_BYTES_MAX: usize = 16 * 1024;

fn framed(packet: &[u8]) -> Vec<u8> {
    [&(packet.len() as u32).to_be_bytes()[..], packet].concat()
}

fn cost(stream: &[u8]) -> (Cost, usize) {
    let mut packets = 0;
    let cost = measured(|| {
        packets = control_stream(stream, PACKET_BYTES_MAX);
        packets
    });
    (cost, packets)
}

/// A hello for a session of this name, with these items.
fn hello(name: &[u8], items: &[u8]) -> Vec<u8> {
    [&[1][..], &(name.len() as u16).to_be_bytes(), name, items].concat()
}

#[test]
fn no_hello_costs_more_than_a_millisecond_or_a_megabyte() {
    alone(|| {
        let longest = HELLO_BYTES_MAX - 3;
        let mut hellos = vec![Vec::new(), vec![1], vec![2; HELLO_BYTES_MAX], hello(b"main", &[])];
        hellos.extend([b'x', 0xff].map(|byte| hello(&vec![byte; longest], &[])));
        for tag in 0..=u8::MAX {
            for length in [0, 1, 3, 255] {
                let item = [&[tag, 0, length][..], &vec![7; usize::from(length)]].concat();
                let room = (HELLO_BYTES_MAX - 10) / item.len();
                hellos.push(hello(b"main", &item.repeat(room)));
            }
            hellos.push(hello(b"main", &[tag; 1000]));
        }
        for hello in hellos {
            let (cost, packets) = cost(&framed(&hello));
            let what = format!("a hello of {} bytes: {:?}", hello.len(), &hello[..hello.len().min(10)]);
            cost.assert_is_bounded(&what);
            assert_eq!(packets, 1, "{what}");
        }
    });
}

#[test]
fn no_piece_of_a_control_stream_costs_more() {
    alone(|| {
        for bytes in [0, 1, 100, 1000, PACKET_BYTES_MAX, PACKET_BYTES_MAX + 1] {
            let packet = framed(&vec![7; bytes]);
            let times = (PIECE_BYTES / packet.len()).max(1);
            let (cost, packets) = cost(&packet.repeat(times));
            cost.assert_is_bounded(&format!("{times} packets of {bytes} bytes"));
            assert_eq!(packets, if bytes <= PACKET_BYTES_MAX { times } else { 0 });
        }
        cost(&[0xff; PIECE_BYTES]).0.assert_is_bounded("an impossible length");
    });
}
