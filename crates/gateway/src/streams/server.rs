//! The server over real sockets.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io;
use std::net::SocketAddr;
#[cfg(target_os = "linux")]
use std::os::fd::BorrowedFd;
use std::time::Instant;

use consonance_transport::{
    ConnectionCounts, Delivery, DisconnectReason, Peer, ServerStatistics, Statistics,
};

use super::link::Link;
use super::{
    Found, MessageStream as _, RELIABLE, StreamProtocol, StreamSettings, channel_for, delivery_of, reason_of,
};
use crate::tcp::{TcpConnections, TcpEnd, TcpEvent, TcpId};
use crate::{Channel, GameServer, GameServerEvent};

/// A server whose clients' messages come in TCP streams.
#[derive(Debug)]
pub struct StreamServer<P: StreamProtocol> {
    protocol: P,
    settings: StreamSettings,
    tcp: TcpConnections,
    links: BTreeMap<TcpId, ServerLink<P::Stream>>,
    /// When strangers have to have said who they are.
    deadlines: BTreeSet<(Instant, TcpId)>,
    /// Whose streams may hold something more.
    reading: VecDeque<TcpId>,
    /// For whom unreliable messages wait.
    behind: BTreeSet<TcpId>,
    /// What the last event showed.
    message: Vec<u8>,
    out: Vec<u8>,
    statistics: Statistics,
    counts: ConnectionCounts,
}

#[derive(Debug)]
struct ServerLink<S> {
    link: Link<S>,
    remote: SocketAddr,
    stage: Stage,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Its part of the handshake is not complete.
    Knocking {
        until: Instant,
    },
    /// Reported, but not taken in yet.
    Waiting,
    Up,
    /// We said goodbye.
    Leaving,
    /// The client did.
    Left,
}

enum Step {
    Connected(Peer, SocketAddr),
    Message(Peer),
    Disconnected(Peer, DisconnectReason),
}

impl<P: StreamProtocol> StreamServer<P> {
    /// Listens at this address; an unspecified IPv6 address takes IPv4 too.
    ///
    /// # Errors
    ///
    /// What the system says: the port is taken, or not ours to take.
    pub fn bind(address: SocketAddr, protocol: P, settings: StreamSettings) -> io::Result<Self> {
        Ok(Self {
            protocol,
            tcp: TcpConnections::listen(address, settings.tcp.clone())?,
            settings,
            links: BTreeMap::new(),
            deadlines: BTreeSet::new(),
            reading: VecDeque::new(),
            behind: BTreeSet::new(),
            message: Vec::new(),
            out: Vec::new(),
            statistics: Statistics::default(),
            counts: ConnectionCounts::default(),
        })
    }

    /// Where it listens.
    ///
    /// # Errors
    ///
    /// It does not any more.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.tcp.local_addr().ok_or_else(|| io::ErrorKind::NotConnected.into())
    }

    fn step(&mut self, now: Instant) -> Option<Step> {
        self.give_up_late_ones(now);
        loop {
            if let Some(step) = self.read_streams(now) {
                return Some(step);
            }
            let Some(event) = self.tcp.poll(now) else {
                self.catch_up(now);
                return None;
            };
            if let Some(step) = self.handle_tcp(now, event) {
                return Some(step);
            }
        }
    }

    fn handle_tcp(&mut self, now: Instant, event: TcpEvent) -> Option<Step> {
        match event {
            TcpEvent::Opened { id, remote } => self.handle_opened(now, id, remote),
            TcpEvent::Received { id } => {
                self.reading.push_back(id);
                None
            }
            TcpEvent::Closed { id, end } => self.handle_closed(id, &end),
        }
    }

    fn handle_opened(&mut self, now: Instant, id: TcpId, remote: SocketAddr) -> Option<Step> {
        let mut link = Link::new(id, self.protocol.open());
        self.out.clear();
        let is_greeted = link.stream.begin(&mut self.out);
        self.tcp.send(now, id, &[&self.out]);
        let until = now + self.settings.handshake_max;
        self.links.insert(id, ServerLink { link, remote, stage: Stage::Knocking { until } });
        self.deadlines.insert((until, id));
        if is_greeted { self.handle_greeting(id) } else { None }
    }

    fn handle_greeting(&mut self, id: TcpId) -> Option<Step> {
        let link = self.links.get_mut(&id)?;
        let Stage::Knocking { until } = link.stage else { return None };
        link.stage = Stage::Waiting;
        self.deadlines.remove(&(until, id));
        self.counts.connected += 1;
        self.counts.accepted += 1;
        Some(Step::Connected(Peer(id.0), link.remote))
    }

    fn handle_closed(&mut self, id: TcpId, end: &TcpEnd) -> Option<Step> {
        let link = self.forget(id)?;
        self.counts.too_slow += u64::from(matches!(end, TcpEnd::TooSlow));
        let reason = match link.stage {
            Stage::Knocking { .. } => {
                self.counts.failed_handshakes += 1;
                return None;
            }
            Stage::Waiting | Stage::Up => reason_of(end),
            Stage::Leaving => DisconnectReason::ClosedByUs,
            Stage::Left => DisconnectReason::closed_by_peer(b""),
        };
        Some(Step::Disconnected(Peer(id.0), reason))
    }

    /// The next thing in the streams that something came on.
    fn read_streams(&mut self, now: Instant) -> Option<Step> {
        while let Some(&id) = self.reading.front() {
            let stream = self.tcp.received(id);
            let link = self
                .links
                .get_mut(&id)
                .filter(|link| matches!(link.stage, Stage::Knocking { .. } | Stage::Up));
            let Some(link) = link else {
                self.reading.pop_front();
                continue;
            };
            self.message.clear();
            self.out.clear();
            let read = link.link.stream.read(stream, &mut self.message, &mut self.out);
            let (taken, found) = match read {
                Ok(read) => read,
                Err(violation) => {
                    if let Some(step) = self.expel(id, violation.0) {
                        return Some(step);
                    }
                    continue;
                }
            };
            self.tcp.consume(id, taken);
            if !self.out.is_empty() {
                self.tcp.send(now, id, &[&self.out]);
            }
            if taken == 0 {
                self.reading.pop_front();
            }
            if let Some(step) = self.take_in(now, id, found) {
                return Some(step);
            }
        }
        None
    }

    fn take_in(&mut self, now: Instant, id: TcpId, found: Found) -> Option<Step> {
        match found {
            Found::Nothing | Found::Refusal => None,
            Found::Greeting => self.handle_greeting(id),
            Found::Message => {
                self.statistics.received.count(Delivery::Reliable, 1, self.message.len());
                Some(Step::Message(Peer(id.0)))
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
        if matches!(link.stage, Stage::Knocking { .. }) {
            self.forget(id);
            self.counts.failed_handshakes += 1;
        } else {
            link.stage = Stage::Left;
        }
    }

    /// Somebody broke the protocol.
    fn expel(&mut self, id: TcpId, violation: &'static str) -> Option<Step> {
        self.tcp.abort(id);
        let link = self.forget(id)?;
        if matches!(link.stage, Stage::Knocking { .. }) {
            self.counts.failed_handshakes += 1;
            return None;
        }
        self.counts.protocol_violations += 1;
        let reason = DisconnectReason::ProtocolViolated { violation: violation.to_owned() };
        Some(Step::Disconnected(Peer(id.0), reason))
    }

    fn forget(&mut self, id: TcpId) -> Option<ServerLink<P::Stream>> {
        let link = self.links.remove(&id)?;
        self.behind.remove(&id);
        if let Stage::Knocking { until } = link.stage {
            self.deadlines.remove(&(until, id));
        } else {
            self.counts.connected -= 1;
        }
        Some(link)
    }

    fn give_up_late_ones(&mut self, now: Instant) {
        while let Some(&(_, id)) = self.deadlines.first().filter(|(until, _)| *until <= now) {
            self.tcp.abort(id);
            self.forget(id);
            self.counts.failed_handshakes += 1;
        }
    }

    /// Sends what waited for those who keep up again.
    fn catch_up(&mut self, now: Instant) {
        let Self { behind, links, tcp, out, .. } = self;
        behind.retain(|id| {
            let link = links.get_mut(id).filter(|link| link.stage == Stage::Up);
            link.is_some_and(|link| !link.link.send_waiting(now, tcp, out))
        });
        tcp.flush(now);
    }
}

impl<P: StreamProtocol> GameServer for StreamServer<P> {
    fn poll(&mut self, now: Instant) -> Option<GameServerEvent<'_>> {
        Some(match self.step(now)? {
            Step::Connected(peer, remote) => GameServerEvent::Connected { peer, remote, greeting: &[] },
            Step::Message(peer) => {
                GameServerEvent::Message { peer, channel: RELIABLE, message: &self.message }
            }
            Step::Disconnected(peer, reason) => GameServerEvent::Disconnected { peer, reason },
        })
    }

    fn accept(&mut self, now: Instant, peer: Peer, _greeting: &[u8]) {
        let id = TcpId(peer.0);
        let link = self.links.get_mut(&id).filter(|link| link.stage == Stage::Waiting);
        let Some(link) = link else { return };
        link.stage = Stage::Up;
        self.out.clear();
        link.link.stream.accept(&mut self.out);
        self.tcp.send(now, id, &[&self.out]);
        // What it said already waits no more.
        self.reading.push_back(id);
    }

    fn send(&mut self, now: Instant, peer: Peer, channel: Channel, message: &[u8]) {
        if message.len() > self.message_bytes_max(channel)
            || (message.is_empty() && !self.protocol.carries_empty_messages())
        {
            self.statistics.dropped.too_large += 1;
            return;
        }
        let id = TcpId(peer.0);
        let Some(link) = self.links.get_mut(&id).filter(|link| link.stage == Stage::Up) else {
            self.statistics.dropped.not_connected += 1;
            return;
        };
        let (delivery, voice_bytes_max) = (delivery_of(channel), self.settings.voice_bytes_max);
        let dropped = link.link.send(now, &mut self.tcp, delivery, message, voice_bytes_max, &mut self.out);
        if link.link.has_waiting() {
            self.behind.insert(id);
        }
        self.statistics.sent.count(delivery, 1, message.len());
        self.statistics.dropped.outgoing_full += dropped;
    }

    fn flush(&mut self, now: Instant) {
        self.catch_up(now);
    }

    fn disconnect(&mut self, now: Instant, peer: Peer, reason: &str) {
        let Some(link) = self.links.get_mut(&TcpId(peer.0)) else { return };
        self.out.clear();
        match link.stage {
            Stage::Waiting => link.link.stream.refuse(reason, &mut self.out),
            Stage::Up => link.link.stream.end(reason, &mut self.out),
            Stage::Knocking { .. } | Stage::Leaving | Stage::Left => return,
        }
        link.stage = Stage::Leaving;
        link.link.finish(now, &mut self.tcp, &self.out);
    }

    fn shutdown(&mut self, now: Instant) {
        self.tcp.stop_listening();
        let ids: Vec<TcpId> = self.links.keys().copied().collect();
        for id in ids {
            if matches!(self.links[&id].stage, Stage::Knocking { .. }) {
                self.tcp.abort(id);
                self.forget(id);
            } else {
                self.disconnect(now, Peer(id.0), "the server is shutting down");
            }
        }
    }

    fn wants_poll_at(&self) -> Option<Instant> {
        let deadline = self.deadlines.first().map(|(until, _)| *until);
        [deadline, self.tcp.poll_timeout()].into_iter().flatten().min()
    }

    fn wakes(&self) -> bool {
        TcpConnections::wakes()
    }

    #[cfg(target_os = "linux")]
    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        Some(self.tcp.descriptor())
    }

    fn channel_for(&self, delivery: Delivery) -> Channel {
        channel_for(delivery)
    }

    fn delivery_of(&self, channel: Channel) -> Delivery {
        delivery_of(channel)
    }

    fn message_bytes_max(&self, _channel: Channel) -> usize {
        self.protocol.message_bytes_max()
    }

    fn network(&self) -> &'static str {
        self.protocol.network()
    }

    fn statistics(&self) -> ServerStatistics {
        let mut connections = self.counts;
        connections.turned_away_full += self.tcp.turned_away();
        ServerStatistics { links: self.statistics, connections }
    }
}
