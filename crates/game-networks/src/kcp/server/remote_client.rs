//! One client of the server.

use std::net::SocketAddr;
use std::time::Instant;

use consonance_link::gateway::udp::{BytesQueue, Credit};

use crate::kcp::link::Link;

#[derive(Debug)]
pub(super) struct RemoteClient {
    pub(super) link: Link,
    pub(super) remote: SocketAddr,
    /// The cookie in its datagrams.
    pub(super) cookie: u32,
    pub(super) phase: Phase,
    /// Another client sends hellos from its address: nothing is sent there that could be taken for an answer to these.
    pub(super) is_muted: bool,
    /// The credit of bytes that may be sent to the address.
    pub(super) credit: Credit,
    /// The deadline for the proof of its address, once it can prove it.
    pub(super) prove_until: Option<Instant>,
    /// Whether it is in the queue of clients from which something may have arrived.
    pub(super) is_ready: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// It has said hello, and gets no answer before it is accepted.
    Newcomer,
    Open,
    /// We have ended it; messages sent before may still arrive until this time.
    Closing(Instant),
}

impl RemoteClient {
    pub(super) fn new(link: Link, remote: SocketAddr, cookie: u32, prove_until: Option<Instant>) -> Self {
        Self {
            link,
            remote,
            cookie,
            phase: Phase::Newcomer,
            is_muted: false,
            credit: Credit::new(),
            prove_until,
            is_ready: false,
        }
    }

    pub(super) fn is_proved(&self) -> bool {
        self.credit.is_proved()
    }

    /// Notes that it has proved its address. Pings wait for that: they would use up the credit of the datagrams that
    /// prove it.
    pub(super) fn prove(&mut self, now: Instant) {
        if !self.is_proved() {
            self.credit.prove();
            self.start_pings(now);
        }
    }

    /// Starts sending pings to it, if it is accepted and has proved its address.
    pub(super) fn start_pings(&mut self, now: Instant) {
        if self.phase == Phase::Open && self.is_proved() {
            self.link.start_pings(now);
        }
    }

    /// Queues due datagrams. An unproved address gets no more bytes than came from it: each repeated hello gets our
    /// answer again.
    pub(super) fn flush(&mut self, now: Instant, outgoing: &mut BytesQueue<SocketAddr>) {
        let credit = self.credit.left();
        let (link, mut exit) = self.exit(outgoing);
        match credit {
            None => link.flush(now, |datagram| exit.emit(datagram)),
            Some(bytes) => link.flush_unproved(now, bytes, |datagram| exit.emit(datagram)),
        }
    }

    /// Queues an unreliable message, which must fit.
    pub(super) fn send_unreliable(&mut self, message: &[u8], outgoing: &mut BytesQueue<SocketAddr>) {
        let (link, mut exit) = self.exit(outgoing);
        link.emit_unreliable(message, |datagram| exit.emit(datagram));
    }

    /// Queues the goodbye if it consists of separate datagrams.
    pub(super) fn emit_goodbye(&mut self, outgoing: &mut BytesQueue<SocketAddr>) {
        let (link, mut exit) = self.exit(outgoing);
        link.emit_goodbye(|datagram| exit.emit(datagram));
    }

    fn exit<'c>(&'c mut self, outgoing: &'c mut BytesQueue<SocketAddr>) -> (&'c mut Link, Exit<'c>) {
        let Self { link, remote, is_muted, credit, .. } = self;
        (link, Exit { remote: *remote, is_muted: *is_muted, credit, outgoing })
    }

    pub(super) fn poll_timeout(&self) -> Instant {
        let mut timeout = self.link.poll_timeout();
        if let Phase::Closing(until) = self.phase {
            timeout = timeout.min(until);
        }
        self.must_prove_by().map_or(timeout, |until| timeout.min(until))
    }

    /// The deadline for the proof of its address, if it has not proved it yet and can.
    pub(super) fn must_prove_by(&self) -> Option<Instant> {
        self.prove_until.filter(|_| !self.is_proved())
    }
}

/// The outlet for a connection's datagrams, within the limits of its credit. Reliable ones are resent later.
struct Exit<'c> {
    remote: SocketAddr,
    is_muted: bool,
    credit: &'c mut Credit,
    outgoing: &'c mut BytesQueue<SocketAddr>,
}

impl Exit<'_> {
    fn emit(&mut self, datagram: &[u8]) {
        if !self.is_muted && self.credit.spend(datagram.len()) {
            self.outgoing.push(self.remote, |bytes| bytes.extend_from_slice(datagram));
        }
    }
}
