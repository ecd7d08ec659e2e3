//! The client's end.

use std::fmt;
use std::time::Instant;

use consonance_link::gateway::udp::{BytesQueue, ClientEndpoint};
use consonance_link::gateway::{BufferQueue, MessageChannel, VoiceChannels};
use consonance_link::{ClientLinkEvent, ClientNetwork, DisconnectReason, PacketLimits, Statistics};
use ring::hmac;

use crate::forge::frame::{
    Control, DATAGRAM_BYTES_MAX, GROUP_CLOSE, GROUP_FULL, GROUP_ID, GROUP_PING, GROUP_PONG, GROUP_REFUSED,
    PAYLOAD_BYTES_MAX, TO_SERVER,
};
use crate::forge::link::{Full, Head, Link};
use crate::forge::message::{self, CHANNELS, LIMITS};
use crate::forge::{ForgeClientSettings, upgrade};

/// A client of a Forge host; see the [crate's page](crate).
pub struct ForgeClient {
    settings: ForgeClientSettings,
    /// The source of keys and GUIDs, and the number of those made so far.
    seed: hmac::Key,
    drawn: u64,
    greeting: Vec<u8>,
    state: State,
    events: BufferQueue<ClientLinkEvent<MessageChannel>>,
    /// Datagrams beside a link, or after its end.
    outbox: BytesQueue<()>,
    payload: Vec<u8>,
    statistics: Statistics,
}

impl fmt::Debug for ForgeClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ForgeClient").finish_non_exhaustive()
    }
}

#[derive(Debug)]
enum State {
    Down,
    /// The first datagram is being sent until it is answered.
    Upgrading {
        key: String,
        guid: Vec<u8>,
        tries_left: u32,
        again_at: Instant,
    },
    /// We have introduced ourselves and wait for our number.
    Asking {
        link: Box<Link>,
        until: Instant,
    },
    Up {
        link: Box<Link>,
        ping_at: Instant,
    },
    /// The goodbye is being sent, until this time.
    Leaving {
        link: Box<Link>,
        until: Instant,
    },
}

impl ForgeClient {
    /// A client that is not connected yet. Two clients with one seed say that they are the same.
    pub fn new(settings: ForgeClientSettings, seed: [u8; 32]) -> Self {
        Self {
            settings,
            seed: hmac::Key::new(hmac::HMAC_SHA256, &seed),
            drawn: 0,
            greeting: Vec::new(),
            state: State::Down,
            events: BufferQueue::default(),
            outbox: BytesQueue::default(),
            payload: Vec::new(),
            statistics: Statistics::default(),
        }
    }

    fn draw<const N: usize>(&mut self) -> [u8; N] {
        self.drawn += 1;
        let drawn = hmac::sign(&self.seed, &self.drawn.to_le_bytes());
        let mut bytes = [0; N];
        bytes.copy_from_slice(&drawn.as_ref()[..N]);
        bytes
    }

    fn ask_for_upgrade(&mut self, now: Instant) {
        let State::Upgrading { key, tries_left, again_at, .. } = &mut self.state else { return };
        if *tries_left == 0 {
            return self.end(DisconnectReason::TimedOut);
        }
        *tries_left -= 1;
        *again_at = now + self.settings.upgrade_interval;
        let request = upgrade::request(self.settings.port, key);
        self.outbox.push((), |bytes| bytes.extend(request));
    }

    fn introduce(&mut self, now: Instant) {
        let State::Upgrading { guid, .. } = &self.state else { return };
        let mut link = Box::new(Link::new(now, self.settings.link));
        // Cannot fail: a new link has room.
        let _ = link.send(now, Head::reliable(Control::Text, GROUP_ID), TO_SERVER, guid);
        self.state = State::Asking { link, until: now + self.settings.link.idle_timeout };
    }

    fn handle_frame(&mut self, now: Instant, head: Head) {
        match (&mut self.state, head.control) {
            (State::Asking { .. }, Control::Binary) if head.group == GROUP_ID => self.come_up(now),
            (State::Up { .. }, Control::Binary) if head.router == 0 => {
                let channel = message::channel_of(head);
                let message = &mut self.payload;
                let payload_bytes = message::payload(message).len();
                self.statistics.received.count(CHANNELS.delivery_of(channel), 1, payload_bytes);
                let event = ClientLinkEvent::Packet { channel };
                self.events.push(event, |bytes| std::mem::swap(bytes, message));
            }
            (State::Up { link, .. }, Control::Ping) if self.payload.len() <= PAYLOAD_BYTES_MAX => {
                let pong = Head::unreliable(Control::Pong, GROUP_PONG);
                let _ = link.send(now, pong, TO_SERVER, &self.payload);
            }
            (State::Asking { .. }, Control::Error) if [GROUP_FULL, GROUP_REFUSED].contains(&head.group) => {
                self.end(DisconnectReason::refused(b""));
            }
            (State::Asking { .. }, Control::Close) => self.end(DisconnectReason::refused(b"")),
            (State::Up { .. }, Control::Close) => self.end(DisconnectReason::closed_by_peer(b"")),
            (State::Leaving { .. }, Control::Close) => self.end(DisconnectReason::ClosedByUs),
            _ => {}
        }
    }

    /// Our number has arrived.
    fn come_up(&mut self, now: Instant) {
        let State::Asking { link, .. } = std::mem::replace(&mut self.state, State::Down) else { return };
        self.state = State::Up { link, ping_at: now + self.settings.ping_interval };
        let number = message::payload(&self.payload);
        self.events.push(ClientLinkEvent::Connected, |bytes| bytes.extend_from_slice(number));
    }

    /// Ends the link: queues its remaining datagrams, and nothing more.
    fn end(&mut self, reason: DisconnectReason) {
        let state = std::mem::replace(&mut self.state, State::Down);
        if let State::Asking { mut link, .. } | State::Up { mut link, .. } | State::Leaving { mut link, .. } =
            state
        {
            self.statistics.dropped.malformed += link.malformed();
            self.payload.clear();
            while link.poll_transmit(&mut self.payload) {
                let datagram = &self.payload;
                self.outbox.push((), |bytes| bytes.extend_from_slice(datagram));
                self.payload.clear();
            }
        }
        self.events.push(ClientLinkEvent::Disconnected { reason }, |_| ());
    }

    fn link(&self) -> Option<&Link> {
        match &self.state {
            State::Down | State::Upgrading { .. } => None,
            State::Asking { link, .. } | State::Up { link, .. } | State::Leaving { link, .. } => Some(link),
        }
    }

    fn link_mut(&mut self) -> Option<&mut Link> {
        match &mut self.state {
            State::Down | State::Upgrading { .. } => None,
            State::Asking { link, .. } | State::Up { link, .. } | State::Leaving { link, .. } => Some(link),
        }
    }

    /// The link was touched: whether it is over.
    fn settle(&mut self, now: Instant) {
        match &self.state {
            State::Leaving { link, until } if link.is_confirmed() || *until <= now => {
                self.end(DisconnectReason::ClosedByUs);
            }
            State::Asking { until, .. } if *until <= now => self.end(DisconnectReason::TimedOut),
            State::Asking { link, .. } | State::Up { link, .. } if link.lost_at() <= now => {
                self.end(DisconnectReason::TimedOut);
            }
            _ => {}
        }
    }
}

impl ClientNetwork<MessageChannel> for ForgeClient {
    fn set_greeting(&mut self, greeting: &[u8]) {
        greeting.clone_into(&mut self.greeting);
    }

    fn connect(&mut self, now: Instant) {
        self.outbox.clear();
        let key = upgrade::key(self.draw());
        let guid =
            if self.greeting.is_empty() { guid(self.draw()).into_bytes() } else { self.greeting.clone() };
        let tries_left = self.settings.upgrade_tries;
        self.state = State::Upgrading { key, guid, tries_left, again_at: now };
        self.ask_for_upgrade(now);
    }

    fn poll_event(&mut self, _now: Instant, bytes: &mut Vec<u8>) -> Option<ClientLinkEvent<MessageChannel>> {
        self.events.pop(bytes)
    }

    fn send(&mut self, now: Instant, channel: MessageChannel, message: &[u8]) {
        let Some((group, payload)) = message::parse(message) else {
            self.statistics.dropped.too_large += 1;
            return;
        };
        let State::Up { link, .. } = &mut self.state else {
            self.statistics.dropped.not_connected += 1;
            return;
        };
        if link.send(now, message::head(channel, group), TO_SERVER, payload) == Err(Full) {
            let queue = "the queue of reliable frames".to_owned();
            self.end(DisconnectReason::Overloaded { queue });
            return;
        }
        self.statistics.sent.count(CHANNELS.delivery_of(channel), 1, payload.len());
    }

    fn disconnect(&mut self, now: Instant) {
        self.events.retain(|event| !matches!(event, ClientLinkEvent::Packet { .. }));
        match std::mem::replace(&mut self.state, State::Down) {
            State::Down => {}
            State::Upgrading { .. } => {
                let reason = DisconnectReason::ClosedByUs;
                self.events.push(ClientLinkEvent::Disconnected { reason }, |_| ());
            }
            State::Asking { mut link, .. } | State::Up { mut link, .. } => {
                // If there is no room, the host has not answered for long and will notice the silence.
                let _ = link.send(now, Head::reliable(Control::Close, GROUP_CLOSE), TO_SERVER, &[]);
                let until = now + self.settings.link.goodbye_timeout;
                self.state = State::Leaving { link, until };
            }
            leaving @ State::Leaving { .. } => self.state = leaving,
        }
    }

    fn wants_poll_at(&self) -> Option<Instant> {
        let link = self.link().map(Link::poll_timeout);
        let own = match &self.state {
            State::Down => None,
            State::Upgrading { again_at, .. } => Some(*again_at),
            State::Asking { until, .. } | State::Leaving { until, .. } => Some(*until),
            State::Up { ping_at, .. } => Some(*ping_at),
        };
        [link, own].into_iter().flatten().min()
    }

    fn limits(&self) -> PacketLimits {
        LIMITS
    }

    fn voice_channels(&self) -> VoiceChannels {
        CHANNELS
    }

    fn statistics(&self) -> Statistics {
        let mut statistics = self.statistics;
        statistics.dropped.malformed += self.link().map_or(0, Link::malformed);
        statistics
    }
}

impl ClientEndpoint for ForgeClient {
    const DATAGRAM_BYTES_MAX: usize = DATAGRAM_BYTES_MAX;

    fn handle_datagram(&mut self, now: Instant, datagram: &[u8]) {
        match &mut self.state {
            State::Upgrading { key, .. } => {
                if upgrade::is_answer(datagram, key) {
                    self.introduce(now);
                }
                return;
            }
            State::Down => return,
            State::Asking { link, .. } | State::Up { link, .. } | State::Leaving { link, .. } => {
                // Late answers to repeated requests are ignored.
                if datagram.starts_with(b"HTTP/") || datagram.len() > DATAGRAM_BYTES_MAX {
                    return;
                }
                link.handle_datagram(now, datagram);
            }
        }
        loop {
            let mut payload = std::mem::take(&mut self.payload);
            let head = self.link_mut().and_then(|link| link.poll_frame(&mut payload));
            self.payload = payload;
            let Some(head) = head else { break };
            self.handle_frame(now, head);
        }
        self.settle(now);
    }

    fn handle_timeout(&mut self, now: Instant) {
        if let Some(link) = self.link_mut() {
            link.handle_timeout(now);
        }
        match &mut self.state {
            State::Upgrading { again_at, .. } if *again_at <= now => self.ask_for_upgrade(now),
            State::Up { link, ping_at } if *ping_at <= now => {
                *ping_at = now + self.settings.ping_interval;
                // The payload is arbitrary: hosts echo it.
                let _ = link.send(now, Head::unreliable(Control::Ping, GROUP_PING), TO_SERVER, &[0; 8]);
            }
            _ => {}
        }
        self.settle(now);
    }

    fn poll_transmit(&mut self, _now: Instant, datagram: &mut Vec<u8>) -> bool {
        self.outbox.pop(datagram).is_some()
            || self.link_mut().is_some_and(|link| link.poll_transmit(datagram))
    }

    fn hang_up(&mut self, now: Instant) {
        self.disconnect(now);
        if matches!(self.state, State::Leaving { .. }) {
            self.end(DisconnectReason::ClosedByUs);
        }
    }
}

/// As text, of the fourth version (RFC 9562): random.
fn guid(bytes: [u8; 16]) -> String {
    let number = u128::from_be_bytes(bytes) & !(0xF << 76) & !(0b11 << 62) | 4 << 76 | 0b10 << 62;
    let digits = format!("{number:032x}");
    [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]].join("-")
}
