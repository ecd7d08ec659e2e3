//! Servers and clients on simulated time.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant, SystemTime};

use consonance_game_networks::litenetlib::handshake::ConnectRequest;
use consonance_game_networks::litenetlib::{
    ClientSettings, Dialect, LiteNetLibClient, LiteNetLibServer, ServerSettings, UtcClock,
};
use consonance_link::gateway::MessageChannel;
use consonance_link::gateway::udp::ServerEndpoint as _;
use consonance_link::gateway::udp::rig::{LinkConditions, Rig, Saw};
use consonance_link::{Peer, ServerLinkEvent, ServerNetwork as _};

pub(crate) type LiteNetLibRig = Rig<LiteNetLibServer, LiteNetLibClient>;

pub(crate) fn rig(conditions: LinkConditions, seed: u64) -> LiteNetLibRig {
    rig_with(ServerSettings::default(), conditions, seed)
}

pub(crate) fn rig_with(settings: ServerSettings, conditions: LinkConditions, seed: u64) -> LiteNetLibRig {
    Rig::new(LiteNetLibServer::new(settings, clock(), [1; 32]), conditions, seed)
}

pub(crate) fn client() -> LiteNetLibClient {
    LiteNetLibClient::new(ClientSettings::default(), clock())
}

/// A clock that begins now.
pub(crate) fn clock() -> UtcClock {
    UtcClock::new(Instant::now(), SystemTime::now())
}

/// A clock that shows this time now, in .NET ticks.
pub(crate) fn clock_at(now: Instant, ticks: [u8; 8]) -> UtcClock {
    const UNIX_EPOCH_TICKS: i64 = 621_355_968_000_000_000;
    let since_epoch = (i64::from_le_bytes(ticks) - UNIX_EPOCH_TICKS) as u64;
    UtcClock::new(now, SystemTime::UNIX_EPOCH + Duration::from_nanos(since_epoch * 100))
}

/// The messages on this channel among these events.
pub(crate) fn messages<'a>(saw: impl IntoIterator<Item = &'a Saw>, wanted: MessageChannel) -> Vec<&'a [u8]> {
    let messages = saw.into_iter().filter_map(|saw| match saw {
        Saw::Message(channel, bytes) if *channel == wanted => Some(bytes.as_slice()),
        _ => None,
    });
    messages.collect()
}

/// Bytes from hexadecimal digits; spaces are ignored.
pub(crate) fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text.chars().filter_map(|digit| digit.to_digit(16)).collect();
    digits.chunks(2).map(|pair| (pair[0] * 16 + pair[1]) as u8).collect()
}

/// The time of the golden request with the empty key.
pub(crate) const CONNECT_TIME: i64 = i64::from_le_bytes([0x90, 0x3c, 0xc3, 0xdd, 0xcc, 0x46, 0xdf, 0x08]);

/// A request at this time, with the empty key.
pub(crate) fn request_at(connect_time: i64) -> Vec<u8> {
    let mut packet = Vec::new();
    ConnectRequest { connection_number: 0, connect_time, peer_id: 0, user_data: &[0, 0] }.write(
        None,
        Dialect::V1,
        &mut packet,
    );
    packet
}

/// First bytes of packets of a connection with the number 0.
const PING: u8 = 3;
const PONG: u8 = 4;

pub(crate) fn address(number: u8) -> SocketAddr {
    (Ipv4Addr::new(10, 0, 0, number), 7777).into()
}

/// A server that gets its datagrams from the test.
pub(crate) struct ByHand {
    pub(crate) server: LiteNetLibServer,
    pub(crate) now: Instant,
}

impl ByHand {
    pub(crate) fn new(settings: ServerSettings) -> Self {
        let now = Instant::now();
        Self { server: LiteNetLibServer::new(settings, clock(), [1; 32]), now }
    }

    /// A server with one client at the first address, and the server's number for that client.
    pub(crate) fn with_client() -> (Self, Peer) {
        let mut by_hand = Self::new(ServerSettings::default());
        let events = by_hand.give(address(1), &request_at(CONNECT_TIME));
        by_hand.answer_pings(address(1));
        let [(ServerLinkEvent::Connected { peer, .. }, _)] = events.as_slice() else {
            panic!("a request led to {events:?}");
        };
        (by_hand, *peer)
    }

    /// Handles a datagram and returns the events; newcomers are accepted.
    pub(crate) fn give(
        &mut self,
        from: SocketAddr,
        datagram: &[u8],
    ) -> Vec<(ServerLinkEvent<MessageChannel>, Vec<u8>)> {
        self.server.handle_datagram(self.now, from, datagram);
        self.events()
    }

    fn events(&mut self) -> Vec<(ServerLinkEvent<MessageChannel>, Vec<u8>)> {
        let mut events = Vec::new();
        let mut bytes = Vec::new();
        while let Some(event) = self.server.poll_event(self.now, &mut bytes) {
            if let ServerLinkEvent::Connected { peer, .. } = event {
                self.server.accept(self.now, peer, &[]);
            }
            events.push((event, std::mem::take(&mut bytes)));
        }
        events
    }

    /// The immediate answers to a datagram.
    pub(crate) fn answers(&mut self, from: SocketAddr, datagram: &[u8]) -> Vec<Vec<u8>> {
        self.give(from, datagram);
        self.take()
    }

    /// Answers pings until there are no more, and returns all other datagrams.
    pub(crate) fn answer_pings(&mut self, from: SocketAddr) -> Vec<Vec<u8>> {
        let mut others = Vec::new();
        loop {
            let (pings, rest): (Vec<_>, Vec<_>) =
                self.take().into_iter().partition(|datagram| datagram[0] == PING);
            others.extend(rest);
            if pings.is_empty() {
                return others;
            }
            for ping in pings {
                self.give(from, &[&[PONG], &ping[1..3], &[0; 8]].concat());
            }
        }
    }

    /// Lets this much time pass, and returns the events.
    pub(crate) fn pass(&mut self, time: Duration) -> Vec<(ServerLinkEvent<MessageChannel>, Vec<u8>)> {
        let end = self.now + time;
        while let Some(at) = self.server.wants_poll_at().filter(|at| *at <= end) {
            self.now = at.max(self.now);
            self.server.handle_timeout(self.now);
        }
        self.now = end;
        self.events()
    }

    /// All datagrams that are sent now.
    pub(crate) fn take(&mut self) -> Vec<Vec<u8>> {
        let mut datagrams = Vec::new();
        let mut datagram = Vec::new();
        while self.server.poll_transmit(self.now, &mut datagram).is_some() {
            datagrams.push(std::mem::take(&mut datagram));
        }
        datagrams
    }
}
