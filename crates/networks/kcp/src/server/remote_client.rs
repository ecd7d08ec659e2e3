//! One client as the server has it.

use std::net::SocketAddr;
use std::time::Instant;

use consonance_gateway::udp::{BytesQueue, Credit};

use crate::link::Link;

#[derive(Debug)]
pub(super) struct RemoteClient {
    pub(super) link: Link,
    pub(super) remote: SocketAddr,
    /// What its datagrams carry.
    pub(super) cookie: u32,
    pub(super) stage: Stage,
    /// Another client says hello from its address: nothing is sent there that could be taken for an answer to that.
    pub(super) is_muted: bool,
    /// What may be sent to the address.
    pub(super) credit: Credit,
    /// Until when it has to prove its address, from when it can.
    pub(super) prove_until: Option<Instant>,
    /// Whether it is in the queue of those from which something may have come.
    pub(super) is_ready: bool,
    /// Whether it is in the queue of those to which something may have to be sent.
    pub(super) is_dirty: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// It has said hello, and gets no answer before it is admitted.
    Newcomer,
    Open,
    /// We have ended it: what was sent may still arrive until then.
    Closing(Instant),
}

impl RemoteClient {
    pub(super) fn new(link: Link, remote: SocketAddr, cookie: u32, prove_until: Option<Instant>) -> Self {
        Self {
            link,
            remote,
            cookie,
            stage: Stage::Newcomer,
            is_muted: false,
            credit: Credit::new(),
            prove_until,
            is_ready: false,
            is_dirty: false,
        }
    }

    pub(super) fn is_proved(&self) -> bool {
        self.credit.is_proved()
    }

    /// It has shown that it gets what is sent to its address. Pings wait for that: they would take the credit of what
    /// proves it.
    pub(super) fn prove(&mut self, now: Instant) {
        if !self.is_proved() {
            self.credit.prove();
            self.start_pings(now);
        }
    }

    /// From now on it is told regularly that we are here, if it is in and has proved its address.
    pub(super) fn start_pings(&mut self, now: Instant) {
        if self.stage == Stage::Open && self.is_proved() {
            self.link.start_pings(now);
        }
    }

    /// Queues what is due. An unproved address gets no more bytes than came from it: each repeated hello gets our
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

    /// Queues the goodbye, where it is datagrams of its own.
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
        if let Stage::Closing(until) = self.stage {
            timeout = timeout.min(until);
        }
        self.must_prove_by().map_or(timeout, |until| timeout.min(until))
    }

    /// Until when it has to prove its address, if it has not yet and can.
    pub(super) fn must_prove_by(&self) -> Option<Instant> {
        self.prove_until.filter(|_| !self.is_proved())
    }
}

/// Where a connection's datagrams leave, as far as they may. What is reliable is repeated later.
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
