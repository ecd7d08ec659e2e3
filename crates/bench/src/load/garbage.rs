//! Datagrams from no client of the server: noise, noise that looks like QUIC, and noise that looks like the fast path.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use crate::schedule::Schedule;

/// The number of sources, each with its own address.
const SOURCES: usize = 16;
const DATAGRAM_BYTES: usize = 1200;
const PIECES: usize = 256;
const PAUSE: Duration = Duration::from_millis(1);
/// How datagrams begin: QUIC's long header (RFC 9000, section 17.2) of an initial packet of version 1, its short
/// header, and a datagram of the fast path. Noise follows.
const BEGINNINGS: &[&[u8]] = &[&[0xc0, 0, 0, 0, 1, 8], &[0x40], &[0x00, 0x00], &[]];

/// Sends until it is over; returns the number of datagrams.
pub(super) fn send_garbage(
    to: SocketAddr,
    rate: f64,
    is_over: &AtomicBool,
) -> Result<Map<String, Value>, String> {
    let local: SocketAddr = match to {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let sockets = (0..SOURCES).map(|_| UdpSocket::bind(local)).collect::<Result<Vec<_>, _>>();
    let sockets = sockets.map_err(|error| error.to_string())?;
    let started = Instant::now();
    let mut schedule = Schedule::new(started, SOURCES, rate / SOURCES as f64);
    let (mut garbage, mut sent) = (Garbage::new(), 0_u64);
    while sent == 0 || !is_over.load(Ordering::Relaxed) {
        while let Some(due) = schedule.next_due(Instant::now()) {
            match sockets[due.speaker].send_to(garbage.datagram(sent), to) {
                Ok(_) => sent += 1,
                Err(error) if error.kind() == ErrorKind::ConnectionRefused => {}
                Err(error) => return Err(error.to_string()),
            }
        }
        thread::sleep(PAUSE);
    }
    let mut fields = Map::new();
    fields.insert("garbage_datagrams".to_owned(), sent.into());
    fields.insert("garbage_per_s".to_owned(), json!((sent as f64 / started.elapsed().as_secs_f64()).round()));
    Ok(fields)
}

/// Datagrams of all lengths, cut from noise at positions that do not repeat for long.
struct Garbage {
    pieces: Vec<Vec<u8>>,
    noise: Noise,
}

impl Garbage {
    fn new() -> Self {
        let mut noise = Noise(0x9e37_79b9_7f4a_7c15);
        let pieces = BEGINNINGS.iter().cycle().take(PIECES).map(|beginning| {
            let rest = std::iter::repeat_with(|| (noise.next() >> 56) as u8);
            beginning.iter().copied().chain(rest).take(DATAGRAM_BYTES).collect()
        });
        let pieces = pieces.collect();
        Self { pieces, noise }
    }

    fn datagram(&mut self, number: u64) -> &[u8] {
        let piece = &self.pieces[number as usize % PIECES];
        &piece[..=self.noise.next() as usize % DATAGRAM_BYTES]
    }
}

/// Xorshift (Marsaglia 2003).
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}
