//! More messages than a node can process, over NATS's own protocol, and the memory that this takes here.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;

use consonance_testing::nats::NatsServer;

/// Publishes this many messages of this many bytes; the server has received all of them when this returns.
pub(crate) fn publish(server: &NatsServer, subject: &str, messages: u64, bytes: usize) {
    let url = server.url();
    let mut stream = TcpStream::connect(url.trim_start_matches("nats://")).unwrap();
    stream.write_all(b"CONNECT {\"verbose\":false}\r\n").unwrap();
    let mut message = format!("PUB {subject} {bytes}\r\n").into_bytes();
    message.extend(std::iter::repeat_n(b'x', bytes));
    message.extend_from_slice(b"\r\n");
    for _ in 0..messages {
        stream.write_all(&message).unwrap();
    }
    stream.write_all(b"PING\r\n").unwrap();
    let mut lines = BufReader::new(stream).lines();
    assert!(lines.any(|line| line.unwrap() == "PONG"));
}

/// The resident memory of this process.
pub(crate) fn resident_bytes() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches("kB").trim().parse::<u64>().unwrap() * 1024
}
