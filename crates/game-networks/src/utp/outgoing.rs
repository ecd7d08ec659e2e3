//! Outgoing datagrams of one connection.

use std::time::Instant;

use consonance_link::gateway::MessageChannel;
use consonance_link::gateway::udp::BytesQueue;

use crate::utp::datagram::{Datagram, DatagramKind, Token};

/// A queue that knows whose it is, and when it last got something.
#[derive(Debug)]
pub(crate) struct Outgoing {
    token: Token,
    queue: BytesQueue<()>,
    /// The time at which the newest datagram was queued.
    pub(crate) sent_at: Instant,
    /// The number of datagrams queued so far.
    pub(crate) datagrams: u64,
}

impl Outgoing {
    pub(crate) fn new(now: Instant, token: Token) -> Self {
        Self { token, queue: BytesQueue::default(), sent_at: now, datagrams: 0 }
    }

    pub(crate) fn token(&self) -> Token {
        self.token
    }

    /// Queues a datagram that consists only of its kind.
    pub(crate) fn put(&mut self, now: Instant, kind: DatagramKind<'_>) {
        let datagram = Datagram { token: self.token, kind };
        self.push(now, |bytes| datagram.write(bytes));
    }

    /// Puts in a datagram of a pipeline, with what follows the pipeline's number in parts.
    pub(crate) fn put_data(&mut self, now: Instant, pipeline: MessageChannel, parts: &[&[u8]]) {
        let kind = DatagramKind::Data { pipeline: pipeline.0 as u8, body: &[] };
        let head = Datagram { token: self.token, kind };
        self.push(now, |bytes| {
            head.write(bytes);
            for part in parts {
                bytes.extend_from_slice(part);
            }
        });
    }

    pub(crate) fn pop(&mut self, datagram: &mut Vec<u8>) -> bool {
        self.queue.pop(datagram).is_some()
    }

    fn push(&mut self, now: Instant, write: impl FnOnce(&mut Vec<u8>)) {
        self.queue.push((), write);
        self.sent_at = now;
        self.datagrams += 1;
    }
}
