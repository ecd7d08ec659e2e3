//! Polling of a server: one event at a time.

use std::net::SocketAddr;
use std::time::Instant;

use crate::{
    Delivery, DisconnectReason, EndCode, EndReason, MADE_ROOM, MessageChannel, NoHandshakeSlot, Peer,
    SERVER_FULL, ServerLinkEvent, ServerNetwork as _, SlotsFull,
};

use super::{Phase, ServerLink, StreamServer};
use crate::gateway::streams::link::Link;
use crate::gateway::streams::{
    Found, MessageStream as _, RELIABLE, StreamProtocol, StreamViolation, TOO_SLOW_BYTES_MAX,
};
use crate::gateway::tcp::{TcpEnd, TcpEvent, TcpId};

impl<P: StreamProtocol> StreamServer<P> {
    /// The next event, whose greeting or message is in the buffer.
    pub(super) fn step(
        &mut self,
        now: Instant,
        bytes: &mut Vec<u8>,
    ) -> Option<ServerLinkEvent<MessageChannel>> {
        if let Some(event) = self.run_timers(now) {
            return Some(event);
        }
        loop {
            if let Some(event) = self.read_streams(now, bytes) {
                return Some(event);
            }
            let Some(tcp_event) = self.tcp.poll(now) else {
                self.catch_up(now);
                return None;
            };
            if let Some(event) = self.handle_tcp(now, tcp_event, bytes) {
                return Some(event);
            }
        }
    }

    /// Sends what was queued for connections that keep up again.
    pub(super) fn catch_up(&mut self, now: Instant) {
        let Self { behind, links, tcp, out, .. } = self;
        behind.retain(|id| {
            let link = links.get_mut(id).filter(|link| link.phase == Phase::Up);
            link.is_some_and(|link| !link.link.send_waiting(now, tcp, out))
        });
        tcp.flush(now);
    }

    /// Ends a connection for which a further message would not fit, if the protocol has words for that.
    pub(super) fn ends_as_too_slow(&mut self, now: Instant, id: TcpId, message_bytes: usize) -> bool {
        let needed = message_bytes + 2 * TOO_SLOW_BYTES_MAX;
        let is_full =
            |server: &Self| server.tcp.waiting_bytes(id) + needed > server.settings.tcp.outgoing_bytes_max;
        if !is_full(self) {
            return false;
        }
        self.tcp.flush(now);
        if !is_full(self) {
            return false;
        }
        let Some(link) = self.links.get_mut(&id) else { return false };
        self.out.clear();
        link.link.stream.end_as_too_slow(&mut self.out);
        if self.out.is_empty() {
            return false;
        }
        link.phase = Phase::TooSlow;
        link.link.finish(now, &mut self.tcp, &self.out);
        self.counts.too_slow += 1;
        true
    }

    /// A connection is gone.
    pub(super) fn forget(&mut self, id: TcpId) -> Option<ServerLink<P::Stream>> {
        self.timers.clear(id);
        let link = self.links.remove(&id)?;
        self.behind.remove(&id);
        if link.phase == Phase::Requested {
            self.handshake_slots.release(Some(link.remote.ip()), id);
        } else {
            self.slots.release(id);
            self.counts.connected -= 1;
        }
        Some(link)
    }

    fn run_timers(&mut self, now: Instant) -> Option<ServerLinkEvent<MessageChannel>> {
        while let Some(id) = self.timers.pop(now) {
            let Some(link) = self.links.get_mut(&id) else { continue };
            match link.phase {
                Phase::Requested => {
                    self.tcp.abort(id);
                    self.forget(id);
                    self.counts.failed_handshakes += 1;
                }
                Phase::Up if link.link.handle_pulse(now, &mut self.tcp, &mut self.out) => {
                    self.timers.set(id, link.link.pulse.poll_timeout());
                }
                Phase::Up => {
                    self.tcp.abort(id);
                    self.forget(id);
                    return Some(ServerLinkEvent::Disconnected {
                        peer: Peer(id.0),
                        reason: DisconnectReason::TimedOut,
                    });
                }
                Phase::Waiting | Phase::TooSlow | Phase::Leaving | Phase::Left => {}
            }
        }
        None
    }

    fn handle_tcp(
        &mut self,
        now: Instant,
        event: TcpEvent,
        bytes: &mut Vec<u8>,
    ) -> Option<ServerLinkEvent<MessageChannel>> {
        match event {
            TcpEvent::Opened { id, remote } => self.handle_opened(now, id, remote, bytes),
            TcpEvent::Received { id } => {
                if let Some(link) = self.links.get_mut(&id) {
                    link.link.pulse.heard(now);
                }
                self.reading.push_back(id);
                None
            }
            TcpEvent::Closed { id, end } => self.handle_closed(id, &end),
        }
    }

    fn handle_opened(
        &mut self,
        now: Instant,
        id: TcpId,
        remote: SocketAddr,
        bytes: &mut Vec<u8>,
    ) -> Option<ServerLinkEvent<MessageChannel>> {
        match self.handshake_slots.take(now, Some(remote.ip()), id) {
            Ok(None) => {}
            Ok(Some(longest_here)) => self.reject(longest_here),
            Err(NoHandshakeSlot) => {
                self.reject(id);
                return None;
            }
        }
        let mut link = Link::new(id, self.protocol.open());
        bytes.clear();
        self.out.clear();
        let is_greeted = link.stream.begin(&mut self.out);
        self.tcp.send(now, id, &[&self.out]);
        self.links.insert(id, ServerLink { link, remote, phase: Phase::Requested });
        self.timers.set(id, now + self.settings.handshake_timeout);
        if is_greeted { self.handle_greeting(now, id) } else { None }
    }

    fn reject(&mut self, pending: TcpId) {
        self.tcp.abort(pending);
        self.forget(pending);
        self.counts.rejected_handshaking += 1;
    }

    fn handle_greeting(&mut self, now: Instant, id: TcpId) -> Option<ServerLinkEvent<MessageChannel>> {
        let remote = self.links.get(&id).filter(|link| link.phase == Phase::Requested)?.remote;
        match self.slots.take(now, remote.ip(), id) {
            Ok(None) => {}
            Ok(Some(displaced)) => {
                self.counts.made_room += 1;
                self.disconnect(now, Peer(displaced.0), &self.line(EndCode::MadeRoom, MADE_ROOM));
            }
            Err(SlotsFull) => {
                self.refuse_as_full(now, id);
                return None;
            }
        }
        let link = self.links.get_mut(&id)?;
        link.phase = Phase::Waiting;
        self.timers.clear(id);
        self.handshake_slots.release(Some(remote.ip()), id);
        self.counts.connected += 1;
        self.counts.accepted += 1;
        let (session, remote) = (String::new(), remote.into());
        Some(ServerLinkEvent::Connected { peer: Peer(id.0), session, remote })
    }

    /// Forgets a newcomer for which there is no slot, and tells it so as far as its protocol can.
    fn refuse_as_full(&mut self, now: Instant, id: TcpId) {
        self.counts.rejected_full += 1;
        let Some(mut link) = self.forget(id) else { return };
        self.out.clear();
        let reason = self.line(EndCode::ServerFull, SERVER_FULL);
        link.link.stream.refuse(&reason, &mut self.out);
        link.link.finish(now, &mut self.tcp, &self.out);
    }

    /// A reason of this network's own: its code, or words where codes do not arrive.
    pub(super) fn line(&self, code: EndCode, words: &str) -> String {
        if self.protocol.carries_end_reasons() { EndReason::from(code).encode() } else { words.to_owned() }
    }

    fn handle_closed(&mut self, id: TcpId, end: &TcpEnd) -> Option<ServerLinkEvent<MessageChannel>> {
        let link = self.forget(id)?;
        let reason = match link.phase {
            Phase::Requested => {
                self.counts.failed_handshakes += 1;
                return None;
            }
            Phase::Waiting | Phase::Up => {
                self.counts.too_slow += u64::from(matches!(end, TcpEnd::TooSlow));
                end.reason()
            }
            Phase::TooSlow => TcpEnd::TooSlow.reason(),
            Phase::Leaving => DisconnectReason::ClosedByUs,
            Phase::Left => DisconnectReason::closed_by_peer(b""),
        };
        Some(ServerLinkEvent::Disconnected { peer: Peer(id.0), reason })
    }

    /// The next thing in the streams that something came on.
    fn read_streams(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<ServerLinkEvent<MessageChannel>> {
        while let Some(&id) = self.reading.front() {
            let stream = self.tcp.received(id);
            let link =
                self.links.get_mut(&id).filter(|link| matches!(link.phase, Phase::Requested | Phase::Up));
            let Some(link) = link else {
                self.reading.pop_front();
                continue;
            };
            bytes.clear();
            self.out.clear();
            let read = link.link.stream.read(stream, bytes, &mut self.out);
            let (taken, found) = match read {
                Ok(read) => read,
                Err(violation) => {
                    if let Some(event) = self.expel(now, id, violation) {
                        return Some(event);
                    }
                    continue;
                }
            };
            self.tcp.consume(id, taken);
            if !self.out.is_empty() {
                self.tcp.send(now, id, &[&self.out]);
            }
            // A stream that buffers its input may return a message without consuming more bytes.
            if taken == 0 && found == Found::Nothing {
                self.reading.pop_front();
            }
            if let Some(event) = self.process(now, id, found, bytes) {
                return Some(event);
            }
        }
        None
    }

    fn process(
        &mut self,
        now: Instant,
        id: TcpId,
        found: Found,
        bytes: &[u8],
    ) -> Option<ServerLinkEvent<MessageChannel>> {
        match found {
            Found::Nothing | Found::Refusal => None,
            Found::Greeting => self.handle_greeting(now, id),
            Found::Message => {
                self.statistics.received.count(Delivery::Reliable, 1, bytes.len());
                Some(ServerLinkEvent::Packet { peer: Peer(id.0), channel: RELIABLE })
            }
            Found::End => {
                self.handle_goodbye(now, id);
                None
            }
        }
    }

    fn handle_goodbye(&mut self, now: Instant, id: TcpId) {
        self.tcp.finish(now, id);
        let Some(link) = self.links.get_mut(&id) else { return };
        if link.phase == Phase::Requested {
            self.forget(id);
            self.counts.failed_handshakes += 1;
        } else {
            link.phase = Phase::Left;
        }
    }

    /// A connection broke the protocol.
    fn expel(
        &mut self,
        now: Instant,
        id: TcpId,
        violation: StreamViolation,
    ) -> Option<ServerLinkEvent<MessageChannel>> {
        let mut link = self.forget(id)?;
        self.out.clear();
        link.link.stream.expel(violation, &mut self.out);
        if self.out.is_empty() {
            self.tcp.abort(id);
        } else {
            link.link.finish(now, &mut self.tcp, &self.out);
        }
        if link.phase == Phase::Requested {
            self.counts.failed_handshakes += 1;
            return None;
        }
        self.counts.protocol_violations += 1;
        let reason = DisconnectReason::ProtocolViolated { violation: violation.0.to_owned() };
        Some(ServerLinkEvent::Disconnected { peer: Peer(id.0), reason })
    }
}
