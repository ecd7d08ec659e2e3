//! Any client, over an impaired network.

use std::fmt;
use std::task::Waker;
use std::time::Instant;

use super::direct::{DirectLines, LineEvent};
use super::{Fate, Impairer, Impairment, ImpairmentCounts, overloaded};
use crate::packet_pool::{PacketPool, SharedPacket};
use crate::{
    ClientLinkEvent, ClientNetwork, Delivery, DirectEvent, DirectLinks, DisconnectReason, Dropped,
    PacketLimits, Peer, Statistics,
};

/// A client whose packets are impaired in both directions. Connecting and disconnecting are not.
///
/// Packets in flight when the link ends are still delivered, so its end may be reported later than it occurred; direct
/// links wait for that too. Each direct link is impaired in the same way, with its own random numbers and rate limit.
pub struct ImpairedClient<T> {
    inner: T,
    up: Impairer<SharedPacket>,
    down: Impairer<SharedPacket>,
    direct: DirectLines,
    state: State,
    /// The reason to report for the link's end, if the inner transport cannot know it.
    end_instead: Option<DisconnectReason>,
    pool: PacketPool,
    /// Packets that were dropped before they reached the inner transport.
    dropped: Dropped,
}

impl<T: fmt::Debug> fmt::Debug for ImpairedClient<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ImpairedClient").field("inner", &self.inner).finish_non_exhaustive()
    }
}

#[derive(Debug)]
enum State {
    /// Not connected, as last reported.
    Down,
    Up,
    /// We left; its end comes from the inner transport.
    Left,
    /// The inner transport reported the end; this one does after the last packets.
    Ended(DisconnectReason),
}

impl<T: ClientNetwork> ImpairedClient<T> {
    /// Impairs what `inner` sends by `up` and what it receives by `down`. Equal seeds do not make equal directions.
    pub fn new(inner: T, up: &Impairment, down: &Impairment) -> Self {
        let down = Impairment { seed: !down.seed, ..down.clone() };
        Self {
            inner,
            up: Impairer::new(up),
            down: Impairer::new(&down),
            direct: DirectLines::new(up, &down),
            state: State::Down,
            end_instead: None,
            pool: PacketPool::default(),
            dropped: Dropped::default(),
        }
    }

    /// The inner client.
    pub fn inner(&self) -> &T {
        &self.inner
    }

    /// The inner client, mutably.
    pub fn inner_mut(&mut self) -> &mut T {
        &mut self.inner
    }

    /// Counters of the packets we sent.
    pub fn up_counts(&self) -> ImpairmentCounts {
        self.up.counts()
    }

    /// Counters of the packets for us.
    pub fn down_counts(&self) -> ImpairmentCounts {
        self.down.counts()
    }

    /// Passes to the inner transport the packets that are due on the way up.
    fn send_due(&mut self, now: Instant) {
        while let Some((delivery, packet)) = self.up.pop(now) {
            self.inner.send(now, delivery, &packet);
        }
        if let Some(inner) = self.inner.direct_links() {
            self.direct.send_due(now, inner);
        }
    }

    /// Takes the inner transport's events, up to the end of the link to the server. True if it connected.
    fn receive(&mut self, now: Instant, bytes: &mut Vec<u8>) -> bool {
        while !matches!(self.state, State::Ended(_)) {
            match self.inner.poll_event(now, bytes) {
                Some(ClientLinkEvent::Connected) => {
                    self.state = State::Up;
                    return true;
                }
                Some(ClientLinkEvent::Packet { channel: delivery }) => {
                    let fate = self.down.push(now, delivery, self.pool.copy(bytes));
                    self.end_if_overflowed(now, delivery, fate);
                }
                Some(ClientLinkEvent::Disconnected { reason }) => {
                    self.up.clear();
                    self.state = State::Ended(self.end_instead.take().unwrap_or(reason));
                }
                Some(ClientLinkEvent::Direct { peer, event }) => {
                    if self.direct.take(now, peer, event, bytes, &mut self.pool) {
                        self.disconnect_direct(now, peer);
                    }
                }
                None => break,
            }
        }
        false
    }

    /// Ends the link if a reliable packet could not be kept.
    fn end_if_overflowed(&mut self, now: Instant, delivery: Delivery, fate: Fate) {
        if (delivery, fate) == (Delivery::Reliable, Fate::Overflowed) {
            self.end_instead.get_or_insert(overloaded());
            self.inner.disconnect(now);
        }
    }
}

impl<T: ClientNetwork> ClientNetwork for ImpairedClient<T> {
    fn connect(&mut self, now: Instant) {
        // While last packets are in flight, the end has not been reported and the link counts as up.
        let is_ending = matches!(self.state, State::Ended(_)) && self.down.next_at().is_some();
        if !is_ending {
            self.inner.connect(now);
        }
    }

    fn poll_event(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<ClientLinkEvent> {
        self.send_due(now);
        if self.receive(now, bytes) {
            return Some(ClientLinkEvent::Connected);
        }
        if let Some((peer, event)) = self.direct.pop(now) {
            let event = match event {
                LineEvent::Up => DirectEvent::Up,
                LineEvent::Packet(delivery, packet) => {
                    packet.copy_to(bytes);
                    DirectEvent::Packet { delivery }
                }
                LineEvent::Down(reason) => DirectEvent::Down { reason },
            };
            return Some(ClientLinkEvent::Direct { peer, event });
        }
        if let Some((delivery, packet)) = self.down.pop(now) {
            packet.copy_to(bytes);
            return Some(ClientLinkEvent::Packet { channel: delivery });
        }
        if self.down.next_at().is_some() {
            return None;
        }
        match std::mem::replace(&mut self.state, State::Down) {
            State::Ended(reason) => Some(ClientLinkEvent::Disconnected { reason }),
            other => {
                self.state = other;
                None
            }
        }
    }

    fn send(&mut self, now: Instant, delivery: Delivery, packet: &[u8]) {
        if !matches!(self.state, State::Up) {
            self.dropped.not_connected += 1;
        } else if !self.limits().allow(delivery, packet.len()) {
            self.dropped.too_large += 1;
        } else {
            let fate = self.up.push(now, delivery, self.pool.copy(packet));
            self.end_if_overflowed(now, delivery, fate);
            self.send_due(now);
        }
    }

    /// Delays are cut short: reliable packets sent before go out at once, and only the end is reported afterwards.
    fn disconnect(&mut self, now: Instant) {
        for packet in self.up.drain_reliable() {
            self.inner.send(now, Delivery::Reliable, &packet);
        }
        self.down.clear();
        self.inner.disconnect(now);
        if matches!(self.state, State::Up) {
            self.state = State::Left;
        }
    }

    fn wants_poll_at(&self) -> Option<Instant> {
        let own = [self.up.next_at(), self.down.next_at(), self.direct.next_at()];
        own.into_iter().chain([self.inner.wants_poll_at()]).flatten().min()
    }

    fn set_waker(&mut self, waker: Waker) {
        self.inner.set_waker(waker);
    }

    fn limits(&self) -> PacketLimits {
        self.inner.limits()
    }

    fn statistics(&self) -> Statistics {
        let mut statistics = self.inner.statistics();
        statistics.dropped.not_connected += self.dropped.not_connected;
        statistics.dropped.too_large += self.dropped.too_large;
        statistics
    }

    fn direct_links(&mut self) -> Option<&mut dyn DirectLinks> {
        if self.inner.direct_links().is_some() { Some(self) } else { None }
    }
}

impl<T: ClientNetwork> DirectLinks for ImpairedClient<T> {
    fn send_direct(&mut self, now: Instant, peers: &[Peer], delivery: Delivery, packet: &[u8]) {
        if !self.limits().allow(delivery, packet.len()) {
            self.dropped.too_large += 1;
            return;
        }
        let packet = self.pool.copy(packet);
        for &peer in peers {
            match self.direct.send(now, peer, delivery, packet.clone()) {
                None => self.dropped.not_connected += 1,
                Some(Fate::Overflowed) if delivery == Delivery::Reliable => self.disconnect_direct(now, peer),
                Some(_) => {}
            }
        }
        self.send_due(now);
    }

    /// Delays are cut short: reliable packets sent before go out at once, and only the end is reported afterwards.
    fn disconnect_direct(&mut self, now: Instant, peer: Peer) {
        if let Some(inner) = self.inner.direct_links() {
            self.direct.disconnect(now, peer, inner);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::memory::{MemoryClient, MemoryNetwork, MemoryServer};
    use crate::{Peer, ServerLinkEvent, ServerNetwork};

    const MS: Duration = Duration::from_millis(1);
    const UP: Duration = Duration::from_millis(30);
    const DOWN: Duration = Duration::from_millis(70);

    struct Pair {
        start: Instant,
        server: MemoryServer,
        client: ImpairedClient<MemoryClient>,
        peer: Peer,
        /// The packet of the client's last event.
        bytes: Vec<u8>,
    }

    impl Pair {
        fn connected(up: &Impairment, down: &Impairment) -> Self {
            let start = Instant::now();
            let network = MemoryNetwork::new();
            let mut server = network.listen();
            let mut client = ImpairedClient::new(network.client("main"), up, down);
            client.connect(start);
            let Some(ServerLinkEvent::Connected { peer, .. }) = server.poll_event(start, &mut Vec::new())
            else {
                panic!("the server sees its client");
            };
            assert_eq!(server.poll_event(start, &mut Vec::new()), None);
            assert_eq!(client.poll_event(start, &mut Vec::new()), Some(ClientLinkEvent::Connected));
            Self { start, server, client, peer, bytes: Vec::new() }
        }

        /// With a constant delay in each direction.
        fn delayed() -> Self {
            let with_delay = |delay| Impairment { delay, ..Impairment::default() };
            Self::connected(&with_delay(UP), &with_delay(DOWN))
        }

        fn client_event(&mut self, after: Duration) -> Option<ClientLinkEvent> {
            self.client.poll_event(self.start + after, &mut self.bytes)
        }

        /// Whether the server gets this packet when polled after this time.
        fn server_gets(&mut self, packet: &[u8], after: Duration) -> bool {
            let now = self.start + after;
            while self.client.poll_event(now, &mut Vec::new()).is_some() {}
            let mut bytes = Vec::new();
            matches!(self.server.poll_event(now, &mut bytes), Some(ServerLinkEvent::Packet { .. }) if bytes == packet)
        }
    }

    #[test]
    fn each_direction_has_its_own_delay_and_says_when_to_poll() {
        let mut pair = Pair::delayed();
        pair.client.send(pair.start, Delivery::Unreliable, b"up");
        assert_eq!(pair.client.wants_poll_at(), Some(pair.start + UP));
        assert!(!pair.server_gets(b"up", UP.saturating_sub(MS)));
        assert!(pair.server_gets(b"up", UP));

        pair.server.send(pair.start, &[pair.peer], Delivery::Reliable, b"down");
        assert_eq!(pair.client_event(Duration::ZERO), None);
        assert_eq!(pair.client.wants_poll_at(), Some(pair.start + DOWN));
        assert_eq!(pair.client_event(DOWN.saturating_sub(MS)), None);
        let (delivery, packet) = (Delivery::Reliable, b"down".as_slice());
        assert_eq!(pair.client_event(DOWN), Some(ClientLinkEvent::Packet { channel: delivery }));
        assert_eq!(pair.bytes, packet);
    }

    #[test]
    fn the_end_of_the_link_comes_after_the_packets_before_it() {
        let mut pair = Pair::delayed();
        pair.server.send(pair.start, &[pair.peer], Delivery::Reliable, b"last");
        pair.server.disconnect(pair.start, pair.peer, "closing time");
        assert_eq!(pair.client_event(Duration::ZERO), None);
        pair.client.connect(pair.start);
        assert!(matches!(pair.client_event(DOWN), Some(ClientLinkEvent::Packet { .. })));
        assert_eq!(pair.bytes, b"last");
        let reason = DisconnectReason::closed_by_peer(b"closing time");
        assert_eq!(pair.client_event(DOWN), Some(ClientLinkEvent::Disconnected { reason }));
        assert_eq!(pair.client_event(DOWN), None, "connecting before the end was reported does nothing");
    }

    #[test]
    fn leaving_cuts_delays_short() {
        let mut pair = Pair::delayed();
        pair.client.send(pair.start, Delivery::Unreliable, b"voice");
        pair.client.send(pair.start, Delivery::Reliable, b"last words");
        pair.client.disconnect(pair.start);
        let mut bytes = Vec::new();
        let event = pair.server.poll_event(pair.start, &mut bytes);
        assert!(matches!(event, Some(ServerLinkEvent::Packet { .. })) && bytes == b"last words");
        assert!(matches!(
            pair.server.poll_event(pair.start, &mut Vec::new()),
            Some(ServerLinkEvent::Disconnected { .. })
        ));
        let reason = DisconnectReason::ClosedByUs;
        assert_eq!(pair.client_event(Duration::ZERO), Some(ClientLinkEvent::Disconnected { reason }));
    }

    #[test]
    fn equal_impairments_lose_different_packets_in_each_direction() {
        let lossy = Impairment { loss_percent: 50.0, seed: 11, ..Impairment::default() };
        let mut pair = Pair::connected(&lossy, &lossy);
        let mut up = Vec::new();
        let mut down = Vec::new();
        for number in 0..100_u8 {
            pair.client.send(pair.start, Delivery::Unreliable, &[number]);
            pair.server.send(pair.start, &[pair.peer], Delivery::Unreliable, &[number]);
            if pair.server.poll_event(pair.start, &mut Vec::new()).is_some() {
                up.push(number);
            }
            if pair.client_event(Duration::ZERO).is_some() {
                down.push(number);
            }
        }
        assert!((30..70).contains(&up.len()) && (30..70).contains(&down.len()));
        assert_ne!(up, down);
        assert_eq!(pair.client.up_counts().lost, 100 - up.len() as u64);
        assert_eq!(pair.client.down_counts().lost, 100 - down.len() as u64);
    }

    #[test]
    fn what_cannot_be_sent_is_counted() {
        let mut pair = Pair::delayed();
        let too_large = vec![0; pair.client.limits().unreliable_bytes + 1];
        pair.client.send(pair.start, Delivery::Unreliable, &too_large);
        pair.client.disconnect(pair.start);
        pair.client.send(pair.start, Delivery::Reliable, b"late");
        let dropped = pair.client.statistics().dropped;
        assert_eq!((dropped.too_large, dropped.not_connected), (1, 1));
    }

    #[test]
    fn too_many_reliable_packets_on_their_way_end_the_link() {
        let mut pair = Pair::delayed();
        while pair.client.up_counts().overflowed == 0 {
            pair.client.send(pair.start, Delivery::Reliable, b"control");
        }
        let event = pair.client_event(Duration::ZERO);
        assert!(matches!(
            event,
            Some(ClientLinkEvent::Disconnected { reason: DisconnectReason::Overloaded { .. } })
        ));
    }
}
