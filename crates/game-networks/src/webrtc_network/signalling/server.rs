//! The signalling server as a state machine without sockets: the listeners, and the links between clients.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::net::IpAddr;

use consonance_link::address_prefix;

use super::counts::SignallingCounts;
use super::message::{ADDRESS_UNITS_MAX, Data, SignalKind, SignalLinkId, SignalMessage, VERSION};
use super::reserved::{ReservedAddresses, is_same};
use super::seat::{FarEnd, Seat};

/// A client of the signalling server: one WebSocket. The driver names it, and never uses a name again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Guest(pub u64);

/// The access rules and limits of a signalling server.
#[derive(Clone, Debug)]
pub struct SignallingSettings {
    /// The paths that clients may name in their URL, and whether an address is one listener's there (as in `/chatapp`
    /// and `/callapp`) or many may share it (as in `/conferenceapp`).
    pub spaces: BTreeMap<String, AddressSharing>,
    /// The user tokens of which a client has to bring one; empty admits all clients.
    pub user_tokens: Vec<String>,
    /// Addresses that are kept for their owner, which needs no other token.
    pub reserved: Option<ReservedAddresses>,
    /// The most links that one client may have at once, in and out.
    pub links_max: usize,
    /// The most links that clients at one address, or in one IPv6 network of 64 bits, may have made to one listener
    /// at once. A link is dropped as soon as a player is in, so that a crowd behind one router needs few.
    pub links_per_address_max: usize,
    /// The most listeners that may share one address.
    pub sharers_max: usize,
}

/// How many may listen on one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressSharing {
    /// One.
    Exclusive,
    /// Many: a client that connects, or comes to listen, is linked with each of them.
    Shared,
}

impl Default for SignallingSettings {
    /// The three paths of the stock server, for all clients; 4096 links for a client, 32 of them from one address, 64
    /// sharers of an address.
    fn default() -> Self {
        use AddressSharing::{Exclusive, Shared};
        let spaces = [("/chatapp", Exclusive), ("/callapp", Exclusive), ("/conferenceapp", Shared)];
        Self {
            spaces: spaces.map(|(path, sharing)| (path.to_owned(), sharing)).into(),
            user_tokens: Vec::new(),
            reserved: None,
            links_max: 4096,
            links_per_address_max: 32,
            sharers_max: 64,
        }
    }
}

/// Why a client is not admitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotWelcome {
    /// The URL names no application of this server.
    #[error("unknown application; check the path of the URL")]
    UnknownPath,
    /// The URL has no user token, or an unknown one.
    #[error("missing or unknown user token in the URL of the signalling server")]
    BadToken,
}

impl NotWelcome {
    /// A word for what failed, for logs and bindings: unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownPath => "unknown-path",
            Self::BadToken => "bad-token",
        }
    }
}

/// Clients that listen on addresses, connect to them and exchange messages over the links between them.
///
/// Fed with [`handle_connected`](Self::handle_connected), [`handle_message`](Self::handle_message) and
/// [`handle_disconnected`](Self::handle_disconnected), drained with [`poll_transmit`](Self::poll_transmit). Which
/// client a message came from is all that it believes.
#[derive(Debug)]
pub struct SignallingServer {
    settings: SignallingSettings,
    guests: BTreeMap<Guest, Seat>,
    /// The listeners, by path and address, in the order in which they came.
    listeners: HashMap<(String, Vec<u16>), Vec<Guest>>,
    outgoing: VecDeque<(Guest, SignalMessage)>,
    counts: SignallingCounts,
}

impl SignallingServer {
    /// A server without clients.
    pub fn new(settings: SignallingSettings) -> Self {
        Self {
            settings,
            guests: BTreeMap::new(),
            listeners: HashMap::new(),
            outgoing: VecDeque::new(),
            counts: SignallingCounts::default(),
        }
    }

    /// A client has come from this address with this path and query of a URL, such as `/chatapp?userToken=secret`.
    ///
    /// # Errors
    ///
    /// If it is not admitted.
    pub fn handle_connected(
        &mut self,
        guest: Guest,
        from: IpAddr,
        path_and_query: &str,
    ) -> Result<(), NotWelcome> {
        let (path, query) = path_and_query.split_once('?').unwrap_or((path_and_query, ""));
        let Some(&sharing) = self.settings.spaces.get(path) else {
            self.counts.not_welcome += 1;
            return Err(NotWelcome::UnknownPath);
        };
        let token = query.split('&').find_map(|pair| pair.strip_prefix("userToken=")).unwrap_or("");
        let is_owner = self.settings.reserved.as_ref().is_some_and(|reserved| reserved.is_owner(token));
        if !is_owner && !self.is_welcome(token) {
            self.counts.not_welcome += 1;
            return Err(NotWelcome::BadToken);
        }
        self.counts.welcomed += 1;
        let seat = Seat::new(address_prefix(from), (path, sharing), is_owner);
        self.guests.insert(guest, seat);
        Ok(())
    }

    /// A client sent a binary message.
    pub fn handle_message(&mut self, guest: Guest, bytes: &[u8]) {
        if !self.guests.contains_key(&guest) {
            return;
        }
        match SignalMessage::parse(bytes) {
            Ok(SignalMessage::Version(_)) => self.send(guest, SignalMessage::Version(VERSION)),
            Ok(SignalMessage::Heartbeat) => self.send(guest, SignalMessage::Heartbeat),
            Ok(SignalMessage::Relayed { is_reliable, link, data }) => {
                self.relay(guest, is_reliable, link, data);
            }
            Ok(SignalMessage::Event { kind, link, data }) => self.handle_event(guest, kind, link, data),
            Err(error) => {
                tracing::debug!(guest = guest.0, %error, "a signalling message is refused");
                self.counts.refused += 1;
            }
        }
    }

    /// A client is gone: so are its address and its links.
    pub fn handle_disconnected(&mut self, guest: Guest) {
        self.stop_listening(guest);
        let Some(seat) = self.guests.remove(&guest) else { return };
        for far in seat.links.into_values() {
            self.take_link(far.guest, far.link);
            self.send(far.guest, SignalMessage::event(SignalKind::Disconnected, far.link));
        }
    }

    /// The next message for a client.
    pub fn poll_transmit(&mut self) -> Option<(Guest, SignalMessage)> {
        self.outgoing.pop_front()
    }

    /// Whether a client is the owner of the reserved addresses.
    pub(super) fn is_owner(&self, guest: Guest) -> bool {
        self.guests.get(&guest).is_some_and(|seat| seat.is_owner)
    }

    /// Whether a client listens or is linked with another.
    pub(super) fn is_guest(&self, guest: Guest) -> bool {
        self.guests.get(&guest).is_some_and(|seat| seat.address.is_some() || !seat.links.is_empty())
    }

    /// The server's counters so far.
    pub fn counts(&self) -> SignallingCounts {
        self.counts
    }

    fn is_welcome(&self, given: &str) -> bool {
        let tokens = &self.settings.user_tokens;
        tokens.is_empty() || tokens.iter().any(|token| is_same(token.as_bytes(), given.as_bytes()))
    }

    fn send(&mut self, to: Guest, message: SignalMessage) {
        self.outgoing.push_back((to, message));
    }

    fn handle_event(&mut self, guest: Guest, kind: SignalKind, link: SignalLinkId, data: Data) {
        match (kind, data) {
            (SignalKind::ServerInitialized, Data::Utf16(address)) => self.listen(guest, address),
            (SignalKind::ServerClosed, _) => {
                if self.stop_listening(guest) {
                    self.send(guest, SignalMessage::event(SignalKind::ServerClosed, SignalLinkId::NONE));
                }
            }
            (SignalKind::NewConnection, Data::Utf16(address)) => self.connect(guest, link, &address),
            (SignalKind::Disconnected, _) => self.drop_link(guest, link),
            (SignalKind::FatalError | SignalKind::Warning | SignalKind::Log, data) => {
                tracing::debug!(guest = guest.0, words = data.to_text(), "a signalling client says");
            }
            _ => self.counts.refused += 1,
        }
    }

    fn listen(&mut self, guest: Guest, address: Vec<u16>) {
        let Some(seat) = self.guests.get(&guest) else { return };
        let key = (seat.space.clone(), address);
        let present = self.listeners.get(&key).map_or(0, Vec::len);
        let most = match seat.sharing {
            AddressSharing::Exclusive => 1,
            AddressSharing::Shared => self.settings.sharers_max,
        };
        let is_possible = (1..=ADDRESS_UNITS_MAX).contains(&key.1.len());
        let reserved = self.settings.reserved.as_ref().filter(|_| !seat.is_owner);
        let is_kept = reserved.is_some_and(|reserved| reserved.has(&key.1));
        if !is_possible || is_kept || seat.address.is_some() || present >= most {
            self.counts.addresses_denied += 1;
            self.answer_listening(guest, SignalKind::ServerInitFailed, key.1);
            return;
        }
        let home = seat.home;
        self.answer_listening(guest, SignalKind::ServerInitialized, key.1.clone());
        let others = self.listeners.entry(key.clone()).or_default();
        let present = others.clone();
        others.push(guest);
        if let Some(seat) = self.guests.get_mut(&guest) {
            seat.address = Some(key.1);
        }
        // Clients that share an address are linked with each other; the newcomer is the one that connects.
        for other in present {
            if !self.has_room_for(other, home) {
                self.counts.connections_failed += 1;
                continue;
            }
            let Some(own) = self.incoming_id(guest) else { return };
            self.link(guest, own, other);
        }
    }

    fn answer_listening(&mut self, guest: Guest, kind: SignalKind, address: Vec<u16>) {
        let message = SignalMessage::Event { kind, link: SignalLinkId::NONE, data: Data::Utf16(address) };
        self.send(guest, message);
    }

    /// False if it did not listen.
    fn stop_listening(&mut self, guest: Guest) -> bool {
        let Some(seat) = self.guests.get_mut(&guest) else { return false };
        let Some(address) = seat.address.take() else { return false };
        let key = (seat.space.clone(), address);
        if let Some(listeners) = self.listeners.get_mut(&key) {
            listeners.retain(|listener| *listener != guest);
            if listeners.is_empty() {
                self.listeners.remove(&key);
            }
        }
        true
    }

    fn connect(&mut self, guest: Guest, link: SignalLinkId, address: &[u16]) {
        let Some(seat) = self.guests.get(&guest) else { return };
        let is_free = (1..SignalLinkId::FIRST_INCOMING.0).contains(&link.0)
            && !seat.links.contains_key(&link)
            && seat.links.len() < self.settings.links_max;
        let key = (seat.space.clone(), address.to_vec());
        let listener = self.listeners.get(&key).and_then(|listeners| listeners.first().copied());
        let home = seat.home;
        let is_linked = match listener {
            Some(listener) if is_free && self.has_room_for(listener, home) => {
                self.link(guest, link, listener)
            }
            _ => false,
        };
        if !is_linked {
            self.counts.connections_failed += 1;
            self.send(guest, SignalMessage::event(SignalKind::ConnectionFailed, link));
        }
    }

    /// Whether one more of this address may be linked with a listener: one address cannot take all slots of newcomers.
    fn has_room_for(&self, listener: Guest, home: IpAddr) -> bool {
        let links = self.guests.get(&listener).map(|seat| seat.incoming_from(home));
        links.is_some_and(|links| links < self.settings.links_per_address_max)
    }

    /// Links a connector with a listener, and tells both. False if the listener can have no more.
    fn link(&mut self, connector: Guest, own: SignalLinkId, listener: Guest) -> bool {
        let Some(far) = self.incoming_id(listener) else { return false };
        let ends = [(connector, own, listener, far), (listener, far, connector, own)];
        for (guest, link, far_guest, far_link) in ends {
            let Some(home) = self.guests.get(&far_guest).map(|seat| seat.home) else { continue };
            if let Some(seat) = self.guests.get_mut(&guest) {
                seat.insert_link(link, FarEnd { guest: far_guest, link: far_link, home });
                self.send(guest, SignalMessage::event(SignalKind::NewConnection, link));
            }
        }
        true
    }

    /// A free name for an incoming link: counted up, and from the beginning again where 16 bits end.
    fn incoming_id(&mut self, guest: Guest) -> Option<SignalLinkId> {
        let links_max = self.settings.links_max;
        let seat = self.guests.get_mut(&guest).filter(|seat| seat.links.len() < links_max)?;
        loop {
            let link = seat.next_incoming;
            let next = link.0.checked_add(1).map_or(SignalLinkId::FIRST_INCOMING, SignalLinkId);
            seat.next_incoming = next;
            if !seat.links.contains_key(&link) {
                return Some(link);
            }
        }
    }

    fn relay(&mut self, guest: Guest, is_reliable: bool, link: SignalLinkId, data: Data) {
        let Some(far) = self.guests.get(&guest).and_then(|seat| seat.links.get(&link)) else {
            self.counts.without_link += 1;
            return;
        };
        self.counts.relayed += 1;
        self.send(far.guest, SignalMessage::Relayed { is_reliable, link: far.link, data });
    }

    fn drop_link(&mut self, guest: Guest, link: SignalLinkId) {
        let Some(far) = self.take_link(guest, link) else {
            self.counts.without_link += 1;
            return;
        };
        self.take_link(far.guest, far.link);
        for (guest, link) in [(guest, link), (far.guest, far.link)] {
            self.send(guest, SignalMessage::event(SignalKind::Disconnected, link));
        }
    }

    fn take_link(&mut self, guest: Guest, link: SignalLinkId) -> Option<FarEnd> {
        self.guests.get_mut(&guest)?.take_link(link)
    }
}
