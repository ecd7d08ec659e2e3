//! A server on Steam: accounts that send to it, or that the game names, are peers.

mod reading;

use std::collections::BTreeMap;
use std::fmt;
use std::task::Waker;
use std::time::{Duration, Instant};

use consonance_link::hosted::{self, HostedServer, HostedServerHandle, HostedSettings, ServerRequest};
use consonance_link::{
    CapabilityRequest, Delivery, EndReason, NetworkStatistics, PacketLimits, Peer, PeerIdentity,
    ServerLinkEvent, ServerNetwork, ServerNetworkExt as _,
};

use crate::steam::farewells::Farewells;
use crate::steam::ignored_accounts::IgnoredAccounts;
use crate::steam::members::Members;
use crate::steam::settings::{AccountAdmission, LinkSettings, ServerSettings};
use crate::steam::signal::Signal;
use crate::steam::{LIMITS, SendKind, SessionState, SteamId, SteamP2p, packet_type};

/// The server of a session, on a user's account or on a game server's.
///
/// It has no threads and no waker: poll it every few milliseconds. Dropping it says goodbye to
/// all ends that understand it.
pub struct SteamServer<P: SteamP2p> {
    hosted: HostedServer,
    pump: Pump<P>,
    /// Everything that had come in was reported.
    is_drained: bool,
}

impl<P: SteamP2p> fmt::Debug for SteamServer<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SteamServer").field("hosted", &self.hosted).finish_non_exhaustive()
    }
}

/// Between Steam and the transport.
#[derive(Debug)]
struct Pump<P: SteamP2p> {
    steam: P,
    link: LinkSettings,
    admission: AccountAdmission,
    handle: HostedServerHandle,
    members: Members,
    clients: BTreeMap<SteamId, RemoteClient>,
    /// Signals that arrived on the channel for hellos; they are processed after the packets that came before them.
    hellos: Vec<(SteamId, Signal)>,
    quiet_time: Duration,
    ignored: IgnoredAccounts,
    farewells: Farewells,
    still_here_at: Option<Instant>,
    packet: Vec<u8>,
    rejected: u64,
}

/// A peer, with its state at Steam.
#[derive(Debug)]
struct RemoteClient {
    /// The number of its link, if it is one of our clients.
    hello: Option<u32>,
    is_taken_in: bool,
    /// The time of its last packet.
    heard: Instant,
}

impl<P: SteamP2p> SteamServer<P> {
    /// A server that listens from its first poll.
    pub fn new(steam: P, settings: ServerSettings) -> Self {
        let ServerSettings { link, admission, quiet_time, bounds } = settings;
        let (hosted, handle) = hosted::server(&HostedSettings { limits: LIMITS, ..bounds });
        let hosted = hosted.carrying_end_reasons();
        let pump = Pump {
            steam,
            link,
            admission,
            handle,
            members: Members::default(),
            clients: BTreeMap::new(),
            hellos: Vec::new(),
            quiet_time,
            ignored: IgnoredAccounts::default(),
            farewells: Farewells::default(),
            still_here_at: None,
            packet: Vec::new(),
            rejected: 0,
        };
        Self { hosted, pump, is_drained: true }
    }

    /// The handle with which the game reports joins and leaves. A server without a game does not need it: packets
    /// from newcomers are enough, as far as [`AccountAdmission`] admits them.
    pub fn members(&self) -> Members {
        self.pump.members.clone()
    }

    /// How often an account requested a session or sent something, and was rejected.
    pub fn rejected(&self) -> u64 {
        self.pump.rejected
    }
}

impl<P: SteamP2p> ServerNetwork for SteamServer<P> {
    fn disconnect(&mut self, now: Instant, peer: Peer, reason: &str) {
        self.hosted.disconnect(now, peer, reason);
        self.pump.write(now);
    }

    fn carries_end_reasons(&self) -> bool {
        self.hosted.carries_end_reasons()
    }

    fn shutdown(&mut self, now: Instant) {
        self.hosted.shutdown(now);
        self.pump.write(now);
    }

    fn set_waker(&mut self, waker: Waker) {
        self.hosted.set_waker(waker);
    }

    fn probe(&mut self, now: Instant, peer: Peer) -> Option<Instant> {
        let PeerIdentity(account) = self.hosted.peer_capability(now, peer)?;
        self.pump.probe(now, SteamId(account))
    }

    fn network(&self) -> &'static str {
        "steam"
    }

    fn statistics(&self) -> NetworkStatistics {
        self.hosted.statistics()
    }

    fn provide(&self, now: Instant, request: &mut CapabilityRequest<'_>) {
        self.hosted.provide(now, request);
    }

    fn poll_event(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<ServerLinkEvent> {
        if self.is_drained {
            self.pump.read(now);
        }
        let event = self.hosted.poll_event(now, bytes);
        self.is_drained = event.is_none();
        self.pump.write(now);
        event
    }

    fn send(&mut self, now: Instant, peers: &[Peer], delivery: Delivery, packet: &[u8]) {
        self.hosted.send(now, peers, delivery, packet);
        self.pump.write(now);
    }

    fn reject(&mut self, now: Instant, peer: Peer, reason: &EndReason) {
        self.hosted.reject(now, peer, reason);
        self.pump.write(now);
    }

    fn limits(&self) -> PacketLimits {
        self.hosted.limits()
    }
}

impl<P: SteamP2p> Pump<P> {
    /// Gives Steam what the transport has for it.
    fn write(&mut self, now: Instant) {
        let channel = self.link.channels.to_client;
        let mut too_slow = Vec::new();
        loop {
            match self.handle.poll() {
                None => return,
                Some(ServerRequest::Accept { peer }) => self.welcome(SteamId(peer)),
                Some(ServerRequest::Send { peers, delivery, packet }) => {
                    let kind = packet_type::kind_of(delivery, packet);
                    for &peer in peers {
                        if !self.steam.send(SteamId(peer), kind, channel, packet) && kind.is_reliable() {
                            too_slow.push(peer);
                        }
                    }
                }
                Some(ServerRequest::Refuse { peer, reason } | ServerRequest::Disconnect { peer, reason }) => {
                    let words = reason.to_owned();
                    self.part(now, SteamId(peer), words);
                }
            }
            for peer in too_slow.drain(..) {
                self.handle.send_failed(peer);
                self.part(now, SteamId(peer), TOO_SLOW.to_owned());
            }
        }
    }

    /// A peer was admitted; it gets a welcome if it waits for one.
    fn welcome(&mut self, id: SteamId) {
        if let Some(client) = self.clients.get_mut(&id) {
            client.is_taken_in = true;
            if let Some(number) = client.hello {
                self.say(id, &Signal::Welcome(number));
            }
        }
    }

    /// Steam says whether it has a session with an account, and not when it last heard the other end. It notices that
    /// an end is gone by a reliable packet that is not acknowledged, so a client of ours is sent one.
    fn probe(&mut self, now: Instant, id: SteamId) -> Option<Instant> {
        let client = self.clients.get(&id)?;
        let (heard, is_ours) = (client.heard, client.hello.is_some());
        if is_ours {
            self.say(id, &Signal::StillHere);
        }
        let is_up = self.steam.session_state(id) == SessionState::Active;
        Some(if is_up { now } else { heard })
    }

    /// The link to a peer ends on this side.
    fn part(&mut self, now: Instant, id: SteamId, words: String) {
        let Some(client) = self.clients.remove(&id) else { return };
        if let Some(number) = client.hello {
            let goodbye = Signal::Goodbye(number, words);
            self.farewells.say(now, &mut self.steam, id, self.link.channels.to_client, &goodbye);
        }
        self.leave_alone(now, id);
    }

    /// Ignores this account for a while and closes its session later.
    fn leave_alone(&mut self, now: Instant, id: SteamId) {
        self.ignored.insert(id, now + self.quiet_time);
        self.farewells.close_later(now, id);
    }

    /// Sends a signal among the packets. If it does not fit, that is noticed with the next packet that does not.
    fn say(&mut self, id: SteamId, signal: &Signal) {
        self.steam.send(id, SendKind::Reliable, self.link.channels.to_client, &signal.to_bytes());
    }
}

impl<P: SteamP2p> Drop for SteamServer<P> {
    fn drop(&mut self) {
        let now = Instant::now();
        self.shutdown(now);
        // `shutdown` misses clients whose arrival was not polled yet.
        for id in self.pump.clients.keys().copied().collect::<Vec<_>>() {
            self.pump.part(now, id, GONE.to_owned());
        }
    }
}

const TOO_SLOW: &str = "too many reliable packets at once";
const GONE: &str = "the server is gone";
