//! Clients for which there is no slot: each is notified, and now and then the operator is.

use std::collections::VecDeque;
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use crate::tcp_link::TcpLink;
use crate::{GOODBYE, full};

/// Connections that are told at once. Above it, one more is closed without a word.
const TOLD_MAX: usize = 64;
/// A server that stays full says so this often.
const LOG_INTERVAL: Duration = Duration::from_mins(1);

/// Connections that are on their way out.
#[derive(Debug, Default)]
pub(super) struct Refusals {
    leaving: VecDeque<(TcpLink, Instant)>,
    logged: Option<Instant>,
    /// How many were refused since the last line in the log.
    unlogged: u64,
}

impl Refusals {
    /// Tells a client that the server is full, and the log at most once a minute.
    pub(super) fn refuse(&mut self, now: Instant, stream: TcpStream, remote: SocketAddr, clients_max: u32) {
        self.unlogged += 1;
        if self.logged.is_none_or(|logged| now.saturating_duration_since(logged) >= LOG_INTERVAL) {
            let refused = std::mem::take(&mut self.unlogged);
            self.logged = Some(now);
            tracing::warn!(clients_max, refused, %remote, "the server is full: clients are refused");
        }
        if self.leaving.len() >= TOLD_MAX {
            return;
        }
        if let Ok(mut tcp) = TcpLink::new(stream) {
            // The first packet of a connection always has room.
            let _ = tcp.send(&full::to_bytes(clients_max));
            tcp.finish();
            self.leaving.push_back((tcp, now + GOODBYE));
        }
    }

    /// Forgets those that know it, or had their time to.
    pub(super) fn look(&mut self, now: Instant) {
        self.leaving.retain_mut(|(tcp, until)| !tcp.is_over() && now < *until);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;
    use std::net::{Ipv4Addr, TcpListener};

    use super::*;

    #[test]
    fn the_log_is_told_once_a_minute_and_connections_beyond_the_bound_are_closed_without_a_word() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let (mut refusals, start) = (Refusals::default(), Instant::now());
        let mut clients = Vec::new();
        for _ in 0..=TOLD_MAX {
            clients.push(TcpStream::connect(listener.local_addr().unwrap()).unwrap());
            let (stream, remote) = listener.accept().unwrap();
            refusals.refuse(start, stream, remote, 2);
        }
        assert_eq!((refusals.leaving.len(), refusals.unlogged), (TOLD_MAX, TOLD_MAX as u64));
        assert_eq!(clients[TOLD_MAX].read(&mut [0; 16]).unwrap(), 0, "no answer");
        let (mut answer, mut first) = ([0; 16], &clients[0]);
        first.read_exact(&mut answer).unwrap();
        assert_eq!(answer, *b"\0\0\0\x0cSRV_FULL\0\0\0\x02");
        refusals.look(start + GOODBYE);
        assert!(refusals.leaving.is_empty());
        let another = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (stream, remote) = listener.accept().unwrap();
        refusals.refuse(start + LOG_INTERVAL, stream, remote, 2);
        assert_eq!(refusals.unlogged, 0, "the log knows of all");
        drop(another);
    }
}
