//! Voice in a room whose players reach each other.

use std::collections::BTreeSet;
use std::task::Waker;
use std::time::Instant;

use consonance_link::Delivery;
use consonance_link::hosted::channels::{ClientChannels, ServerChannels};
use consonance_link::hosted::{
    self, DirectRequest, HostedClient, HostedClientHandle, HostedServer, Received,
};

use crate::matchbox::host_claim::HostClaim;
use crate::matchbox::pending_players::PendingPlayers;
use crate::matchbox::room::{DirectLink, Room};
use crate::matchbox::route::Route;
use crate::matchbox::{DirectLinkChoice, MatchboxSettings, PeerSocket, PlayerId};

/// Connects a [`PeerSocket`] with the voice of one player.
///
/// Every player has both ends of the hosted transport: a listener for a voice server, which is in use while this
/// player is host, and a transport for the voice chat, which connects to the host, on any player. When another player
/// becomes host, the session starts again there and every chat joins it by itself; direct links stay.
#[derive(Debug)]
pub struct MatchboxVoice {
    settings: MatchboxSettings,
    server: ServerChannels,
    client: ClientChannels,
    room: Option<Room>,
    host_as_told: Option<PlayerId>,
    introduced: BTreeSet<PlayerId>,
    pending: PendingPlayers,
    last_number: u64,
    malformed: u64,
    /// The message that is being sent.
    message: Vec<u8>,
}

impl MatchboxVoice {
    /// The game's end, to be pumped; the listener that goes to a voice server; and the transport
    /// that goes to the voice chat.
    pub fn new(settings: &MatchboxSettings) -> (Self, HostedServer, HostedClient) {
        let (listener, servers_handle) = hosted::server(&settings.hosted());
        let (transport, clients_handle) = hosted::client(&settings.hosted());
        let voice = Self {
            server: ServerChannels::new(servers_handle),
            client: ClientChannels::new(clients_handle, &settings.session),
            settings: settings.clone(),
            room: None,
            host_as_told: None,
            introduced: BTreeSet::new(),
            pending: PendingPlayers::default(),
            last_number: OURSELVES,
            malformed: 0,
            message: Vec::new(),
        };
        (voice, listener, transport)
    }

    /// Takes what came on voice's channels and sends what there is for others. To be called once per frame, also
    /// while the player is in no room.
    pub fn pump(&mut self, now: Instant, socket: &mut impl PeerSocket) {
        let me = socket.id();
        if self.room.as_ref().map(|room| room.me) != me {
            self.change_room(me);
        }
        self.update_players(now, socket);
        self.receive(socket);
        self.keep_host(now, socket);
        self.send(socket);
        self.send_directly(socket);
    }

    /// The host of the session, as far as this player knows.
    pub fn host(&self) -> Option<PlayerId> {
        self.room.as_ref()?.host
    }

    /// Whether this player does.
    pub fn is_host(&self) -> bool {
        self.room.as_ref().is_some_and(Room::is_host)
    }

    /// The game names the host, or none for now; only with
    /// [`HostChoice::AsTold`](crate::matchbox::HostChoice::AsTold).
    pub fn set_host(&mut self, host: Option<PlayerId>) {
        self.host_as_told = host;
        if let Some(room) = &mut self.room {
            room.election.choose(host);
        }
    }

    /// Offers a player a direct link, now or when it can be reached. One player of the two suffices.
    pub fn introduce(&mut self, player: PlayerId) {
        self.introduced.insert(player);
    }

    /// Messages of other players that no player of ours sends, and that were dropped.
    pub fn malformed(&self) -> u64 {
        self.malformed
    }

    /// Asks to be woken, from any thread, when there is something to send: for games whose frames are far apart.
    pub fn set_waker(&mut self, waker: Waker) {
        self.server.set_waker(waker.clone());
        self.client.set_waker(waker);
    }

    fn change_room(&mut self, me: Option<PlayerId>) {
        if let Some(mut room) = self.room.take() {
            for player in room.ids() {
                self.forget(&mut room, player);
            }
        }
        self.pending = PendingPlayers::default();
        self.server.session_reset();
        self.client.handle_game_disconnected();
        self.room = me.map(|me| {
            let mut room = Room::new(me, self.settings.host);
            room.election.choose(self.host_as_told);
            room
        });
    }

    fn update_players(&mut self, now: Instant, socket: &mut impl PeerSocket) {
        let Some(mut room) = self.room.take() else { return };
        let connected: BTreeSet<PlayerId> = socket.connected().into_iter().collect();
        for player in room.ids() {
            if !connected.contains(&player) {
                self.forget(&mut room, player);
            } else if self.introduced.remove(&player) {
                self.offer(&mut room, socket, player);
            }
        }
        let unmet = connected.into_iter().filter(|player| !room.has(*player)).collect();
        for player in self.pending.look(now, &unmet) {
            self.tell(socket, player, Route::Greeting, b"");
        }
        self.room = Some(room);
    }

    /// A player has answered a greeting.
    fn meet(&mut self, room: &mut Room, socket: &mut impl PeerSocket, player: PlayerId) {
        let Some(early) = self.pending.meet(player) else { return };
        self.last_number += 1;
        room.add(player, self.last_number);
        if let Some(claim) = room.election.claim() {
            self.tell(socket, player, Route::Host, &claim.to_bytes());
        }
        if self.introduced.remove(&player) || self.settings.direct_links == DirectLinkChoice::All {
            self.offer(room, socket, player);
        }
        for message in early {
            self.handle(room, socket, player, Delivery::Reliable, &message);
        }
    }

    fn forget(&mut self, room: &mut Room, id: PlayerId) {
        let Some(player) = room.remove(id) else { return };
        self.server.handle_game_disconnected(player.number);
        if player.direct == DirectLink::Up {
            self.client.direct().direct_lost(player.number);
        }
    }

    fn offer(&mut self, room: &mut Room, socket: &mut impl PeerSocket, to: PlayerId) {
        if let Some(player) = room.player_mut(to)
            && player.direct == DirectLink::None
        {
            player.direct = DirectLink::Offered;
            self.tell(socket, to, Route::DirectBegins, b"");
        }
    }

    fn receive(&mut self, socket: &mut impl PeerSocket) {
        let Some(mut room) = self.room.take() else { return };
        for delivery in [Delivery::Reliable, Delivery::Unreliable] {
            for (from, message) in socket.receive(delivery) {
                // The socket has not reported this player yet, so messages that follow an answer would be lost.
                if !room.has(from) && !self.pending.has(from) {
                    continue;
                }
                match Route::split(delivery, &message) {
                    Some((Route::Greeting, _)) => self.tell(socket, from, Route::GreetingReturned, b""),
                    Some((Route::GreetingReturned, _)) => self.meet(&mut room, socket, from),
                    _ if room.has(from) => self.handle(&mut room, socket, from, delivery, &message),
                    _ if delivery == Delivery::Reliable => self.pending.hold(from, message),
                    _ => {}
                }
            }
        }
        self.room = Some(room);
    }

    fn handle(
        &mut self,
        room: &mut Room,
        socket: &mut impl PeerSocket,
        from: PlayerId,
        delivery: Delivery,
        message: &[u8],
    ) {
        let Some(number) = room.player_mut(from).map(|player| player.number) else { return };
        match Route::split(delivery, message) {
            Some((Route::ToServer, message)) if room.is_host() => {
                self.server.handle_message(number, delivery, message);
            }
            Some((Route::ToClient, message)) if room.host == Some(from) => {
                self.client.handle_message(delivery, message);
            }
            Some((Route::Direct, packet)) => self.handle_direct(room, socket, from, delivery, packet),
            Some((Route::DirectBegins, _)) => self.handle_offer(room, socket, from),
            Some((Route::DirectEnds, _)) => {
                self.end_direct(room, from, |handle, number| handle.direct_disconnected(number, ""));
            }
            Some((Route::DirectOverflowed, _)) => {
                self.end_direct(room, from, HostedClientHandle::direct_send_failed);
            }
            Some((Route::Host, bytes)) => match HostClaim::parse(bytes) {
                Some(claim) => room.election.handle_claim(from, claim),
                None => self.malformed += 1,
            },
            // Messages to or from a former host, and greetings, which were answered on arrival.
            Some((Route::ToServer | Route::ToClient | Route::Greeting | Route::GreetingReturned, _)) => {}
            None => self.malformed += 1,
        }
    }

    fn handle_direct(
        &mut self,
        room: &mut Room,
        socket: &mut impl PeerSocket,
        from: PlayerId,
        delivery: Delivery,
        packet: &[u8],
    ) {
        if let Some(player) = room.player_mut(from)
            && player.direct == DirectLink::Up
            && self.client.direct().receive_direct(player.number, delivery, packet) == Received::Overflowed
        {
            player.direct = DirectLink::None;
            self.tell(socket, from, Route::DirectOverflowed, b"");
        }
    }

    fn handle_offer(&mut self, room: &mut Room, socket: &mut impl PeerSocket, from: PlayerId) {
        self.offer(room, socket, from);
        if let Some(player) = room.player_mut(from)
            && player.direct == DirectLink::Offered
        {
            if self.client.direct().direct_connected(player.number) {
                player.direct = DirectLink::Up;
            } else {
                player.direct = DirectLink::None;
                self.tell(socket, from, Route::DirectEnds, b"");
            }
        }
    }

    /// The other player has ended a direct link, or not taken our offer of one.
    fn end_direct(
        &mut self,
        room: &mut Room,
        from: PlayerId,
        tell: impl FnOnce(&mut HostedClientHandle, u64),
    ) {
        if let Some(player) = room.player_mut(from)
            && std::mem::replace(&mut player.direct, DirectLink::None) == DirectLink::Up
        {
            tell(self.client.direct(), player.number);
        }
    }

    fn keep_host(&mut self, now: Instant, socket: &mut impl PeerSocket) {
        let Some(mut room) = self.room.take() else { return };
        let present = room.ids();
        room.election.look(now, &present, self.settings.host_patience);
        if room.election.take_news()
            && let Some(claim) = room.election.claim()
        {
            for &player in &present {
                self.tell(socket, player, Route::Host, &claim.to_bytes());
            }
        }
        if room.host != room.election.host() {
            if room.is_host() {
                self.server.session_reset();
            }
            self.client.session_reset();
            self.client.handle_game_disconnected();
            room.host = room.election.host();
        }
        let is_reachable = room.is_host() || room.host.is_some_and(|host| room.has(host));
        if is_reachable && room.election.is_host_ready() {
            self.client.handle_game_connected();
        } else {
            self.client.handle_game_disconnected();
        }
        self.room = Some(room);
    }

    fn send(&mut self, socket: &mut impl PeerSocket) {
        let Self { room: Some(room), client, server, message, .. } = self else { return };
        while let Some(transmit) = client.poll_transmit() {
            if room.is_host() {
                server.handle_message(OURSELVES, transmit.delivery, transmit.message);
            } else if let Some(host) = room.host.filter(|host| room.has(*host)) {
                socket.send(transmit.delivery, host, Route::ToServer.write(transmit.message, message));
            }
        }
        while let Some(transmit) = server.poll_transmit() {
            let message = Route::ToClient.write(transmit.message, message);
            for &number in transmit.clients {
                if number == OURSELVES {
                    client.handle_message(transmit.delivery, transmit.message);
                } else if let Some((player, _)) = room.by_number(number) {
                    socket.send(transmit.delivery, player, message);
                }
            }
        }
    }

    fn send_directly(&mut self, socket: &mut impl PeerSocket) {
        let Self { room: Some(room), client, message, .. } = self else { return };
        while let Some(request) = client.direct().poll_direct() {
            match request {
                DirectRequest::Send { peers, delivery, packet } => {
                    let message = Route::Direct.write(packet, message);
                    for &number in peers {
                        if let Some((player, DirectLink::Up)) = room.by_number(number) {
                            socket.send(delivery, player, message);
                        }
                    }
                }
                DirectRequest::Disconnect { peer } => {
                    if let Some((player, link @ DirectLink::Up)) = room.by_number(peer) {
                        *link = DirectLink::None;
                        socket.send(Delivery::Reliable, player, Route::DirectEnds.write(b"", message));
                    }
                }
            }
        }
    }

    fn tell(&mut self, socket: &mut impl PeerSocket, to: PlayerId, route: Route, rest: &[u8]) {
        socket.send(Delivery::Reliable, to, route.write(rest, &mut self.message));
    }
}

/// Our own number as a client of our own server.
const OURSELVES: u64 = 0;
