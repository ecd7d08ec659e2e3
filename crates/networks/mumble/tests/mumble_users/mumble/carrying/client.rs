//! The client's end, with the pings that every Mumble client sends.

use std::collections::VecDeque;
use std::fmt;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use consonance_link::{ClientLinkEvent, ClientNetwork, Delivery, DisconnectReason, PacketLimits, Statistics};
use consonance_mumble::client::{ClientSettings, MumbleClient, MumbleClientEvent, VoiceWay};
use consonance_mumble::control::messages::{CryptSetup, Ping};
use consonance_mumble::{Control, Voice};

use super::{LIMITS, control_of, packet_of, voice_of};

pub(crate) struct CarryingClient {
    server: SocketAddr,
    idle_timeout: Duration,
    has_datagrams: bool,
    link: Option<Link>,
    /// Cut links, kept open: closing the socket would notify the server.
    lost: Vec<Link>,
    /// Links that are over and were not reported yet.
    ends: VecDeque<DisconnectReason>,
    voices: u64,
    statistics: Statistics,
}

struct Link {
    client: MumbleClient,
    is_up: bool,
    is_cut: bool,
    /// `Datagram` once the reply to a ping has shown that datagrams pass.
    way: VoiceWay,
    heard: Instant,
    asks_at: Instant,
    /// When a datagram was last understood.
    understood: Instant,
    /// The server's reason for ending the link.
    reject: Option<String>,
}

/// Mumble's own client pings every 5 s.
const ASKS_EVERY: Duration = Duration::from_secs(1);

/// An event of a link.
enum News {
    Up,
    Packet(Delivery, Vec<u8>),
    Down(DisconnectReason),
}

impl CarryingClient {
    pub(crate) fn new(server: SocketAddr, idle_timeout: Duration, has_datagrams: bool) -> Self {
        Self {
            server,
            idle_timeout,
            has_datagrams,
            link: None,
            lost: Vec::new(),
            ends: VecDeque::new(),
            voices: 0,
            statistics: Statistics::default(),
        }
    }

    /// Cuts the link silently: nothing passes any more.
    pub(crate) fn cut(&mut self) {
        if let Some(link) = &mut self.link {
            link.is_cut = true;
        }
    }
}

impl Link {
    fn poll(&mut self, now: Instant, idle_timeout: Duration, has_datagrams: bool) -> Option<News> {
        if now.saturating_duration_since(self.heard) > idle_timeout {
            return Some(News::Down(DisconnectReason::TimedOut));
        }
        if self.is_cut {
            return None;
        }
        if now >= self.asks_at {
            self.asks_at = now + ASKS_EVERY;
            // A ping that cannot be sent gets no reply.
            let _ = self.client.send(&Ping::default().into());
            if has_datagrams {
                let _ = self.client.ping(VoiceWay::Datagram);
            }
            if self.way == VoiceWay::Datagram && now > self.understood + 2 * ASKS_EVERY {
                // More datagrams were lost than their nonces can bridge: ask the server for its current nonce.
                let _ = self.client.send(&CryptSetup::default().into());
            }
        }
        loop {
            let event = match self.client.poll() {
                Ok(event) => event?,
                Err(_) => MumbleClientEvent::Closed,
            };
            self.heard = now;
            match event {
                MumbleClientEvent::Control(Control::CodecVersion(_)) if !has_datagrams => {
                    return Some(self.be_up());
                }
                MumbleClientEvent::Control(Control::CodecVersion(_)) => {
                    let _ = self.client.ping(VoiceWay::Datagram);
                }
                MumbleClientEvent::Pong(VoiceWay::Datagram) => {
                    self.understood = now;
                    self.way = VoiceWay::Datagram;
                    if !self.is_up {
                        return Some(self.be_up());
                    }
                }
                MumbleClientEvent::Control(Control::Reject(reject)) => self.reject = reject.reason,
                MumbleClientEvent::Control(control) => {
                    if let Some(packet) = packet_of(control) {
                        return Some(News::Packet(Delivery::Reliable, packet));
                    }
                }
                MumbleClientEvent::Voice(Voice { opus, .. }, way) => {
                    if way == VoiceWay::Datagram {
                        self.understood = now;
                    }
                    return Some(News::Packet(Delivery::Unreliable, opus.into_owned()));
                }
                MumbleClientEvent::Closed => return Some(News::Down(self.end())),
                MumbleClientEvent::Pong(_) => {}
            }
        }
    }

    fn be_up(&mut self) -> News {
        self.is_up = true;
        News::Up
    }

    fn end(&self) -> DisconnectReason {
        let words = self.reject.as_deref().unwrap_or_default().as_bytes();
        if self.is_up { DisconnectReason::closed_by_peer(words) } else { DisconnectReason::refused(words) }
    }
}

impl fmt::Debug for CarryingClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CarryingClient").field("server", &self.server).finish_non_exhaustive()
    }
}

impl ClientNetwork for CarryingClient {
    fn connect(&mut self, now: Instant) {
        if self.link.is_some() {
            return;
        }
        match MumbleClient::connect(self.server, ClientSettings::new("a carrier")) {
            Ok(client) => {
                let (way, asks_at) = (VoiceWay::Tunnel, now + ASKS_EVERY);
                let (is_up, is_cut, heard, understood, reject) = (false, false, now, now, None);
                self.link = Some(Link { client, is_up, is_cut, way, heard, asks_at, understood, reject });
            }
            Err(error) => {
                let (address, cause) = (self.server.to_string(), error.to_string());
                self.ends.push_back(DisconnectReason::Unreachable { address, cause });
            }
        }
    }

    fn poll_event(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<ClientLinkEvent> {
        if let Some(reason) = self.ends.pop_front() {
            return Some(ClientLinkEvent::Disconnected { reason });
        }
        match self.link.as_mut()?.poll(now, self.idle_timeout, self.has_datagrams)? {
            News::Up => Some(ClientLinkEvent::Connected),
            News::Packet(delivery, packet) => {
                *bytes = packet;
                self.statistics.received.count(delivery, 1, bytes.len());
                Some(ClientLinkEvent::Packet { channel: delivery })
            }
            News::Down(reason) => {
                self.lost.extend(self.link.take().filter(|link| link.is_cut));
                Some(ClientLinkEvent::Disconnected { reason })
            }
        }
    }

    fn send(&mut self, _now: Instant, delivery: Delivery, packet: &[u8]) {
        let Some(link) = self.link.as_mut().filter(|link| link.is_up) else {
            self.statistics.dropped.not_connected += 1;
            return;
        };
        if !LIMITS.allow(delivery, packet.len()) {
            self.statistics.dropped.too_large += 1;
            return;
        }
        self.statistics.sent.count(delivery, 1, packet.len());
        if link.is_cut {
            return;
        }
        self.voices += 1;
        let sent = match delivery {
            Delivery::Reliable => link.client.send(&control_of(packet)),
            Delivery::Unreliable => link.client.send_voice(&voice_of(self.voices, packet), link.way),
        };
        if sent.is_err() && delivery == Delivery::Reliable {
            self.link = None;
            self.ends.push_back(DisconnectReason::Overloaded { queue: "the client's stream".to_owned() });
        }
    }

    fn disconnect(&mut self, _now: Instant) {
        if let Some(link) = self.link.take() {
            if !link.is_cut {
                link.client.leave();
            }
            self.ends.push_back(DisconnectReason::ClosedByUs);
        }
    }

    fn wants_poll_at(&self) -> Option<Instant> {
        let link = self.link.as_ref()?;
        Some(link.asks_at.min(link.heard + self.idle_timeout))
    }

    fn limits(&self) -> PacketLimits {
        LIMITS
    }

    fn statistics(&self) -> Statistics {
        self.statistics
    }
}
