//! One process in the game's room: its player, its server, or both, and their packets to and from the others.

mod incoming;
mod outgoing;

use std::collections::{BTreeSet, VecDeque};
use std::task::Waker;

use consonance_link::hosted::{self, HostedClient, HostedClientHandle, HostedServer, HostedServerHandle};

use crate::hosted::introductions::Introductions;
use crate::hosted::members::{Member, Members};
use crate::hosted::settings::RoomSettings;
use crate::hosted::statistics::RoomStatistics;
use outgoing::Outgoing;

/// The game's end of the voice in a room: it takes what happens there, and yields messages with their receivers.
///
/// Peers have the game's own numbers. Nothing blocks and nothing calls back; any order of calls is safe.
#[derive(Debug)]
pub struct HostedRoom {
    settings: RoomSettings,
    me: u64,
    /// The peer with the voice server, as the game says.
    server_peer: Option<u64>,
    player: Option<Player>,
    server: Option<HostedServerHandle>,
    members: Members,
    /// The link between the player and the server here, if there are both.
    own_link: Member,
    introductions: Introductions,
    outgoing: Outgoing,
    /// Peers that the server here has sent away, and why, until the game was told.
    refused: VecDeque<(u64, String)>,
    waker: Option<Waker>,
    statistics: RoomStatistics,
}

/// The player of this process.
#[derive(Debug)]
struct Player {
    handle: HostedClientHandle,
    /// It has asked for a link, and there was no server to give it one.
    wants_link: bool,
    /// The peers that the player reaches directly.
    direct: BTreeSet<u64>,
}

impl HostedRoom {
    /// A room with a player in it, whose number there is `me`; the transport is the player's.
    pub fn with_player(settings: RoomSettings, me: u64) -> (Self, HostedClient) {
        let (transport, handle) = hosted::client(&settings.hosted);
        let player = Player { handle, wants_link: false, direct: BTreeSet::new() };
        (Self::new(settings, me, Some(player)), transport)
    }

    /// A room without a player here: for a game's server.
    pub fn without_player(settings: RoomSettings, me: u64) -> Self {
        Self::new(settings, me, None)
    }

    fn new(settings: RoomSettings, me: u64, player: Option<Player>) -> Self {
        Self {
            me,
            server_peer: None,
            player,
            server: None,
            members: Members::default(),
            own_link: Member::default(),
            introductions: Introductions::new(settings.introduces_every),
            outgoing: Outgoing::default(),
            refused: VecDeque::new(),
            waker: None,
            statistics: RoomStatistics::default(),
            settings,
        }
    }

    /// This peer has the voice server from now on, such as the room's master; `None` while the game does not know.
    ///
    /// If it is another one than before, the session here ends, and the player joins the new server's by itself. If it
    /// is this process, it gets the transport of its server: give it to a new `SessionLoop`, as all players expect a
    /// new session. Stop a server that ran here before: its transport has lost all its links and gets no others.
    #[must_use]
    pub fn set_server(&mut self, peer: Option<u64>) -> Option<HostedServer> {
        if peer == self.server_peer {
            return None;
        }
        let former = std::mem::replace(&mut self.server_peer, peer);
        self.server = None;
        self.members.forget_links();
        self.own_link = Member::Silent;
        self.refused.clear();
        self.introductions.forget();
        self.outgoing.clear();
        // A player that waits for the first server just keeps waiting.
        if let (Some(player), Some(_)) = (&mut self.player, former) {
            match peer {
                Some(_) => player.handle.session_reset(),
                None => player.handle.link_lost(),
            }
        }
        let transport = (peer == Some(self.me)).then(|| {
            let (transport, mut handle) = hosted::server(&self.settings.hosted);
            if let Some(waker) = &self.waker {
                handle.set_waker(waker.clone());
            }
            self.server = Some(handle);
            transport
        });
        self.raise_link();
        transport
    }

    /// Another peer is in the room. False if there are too many: nothing is taken from it, and nothing sent to it.
    pub fn peer_joined(&mut self, peer: u64) -> bool {
        if peer == self.me || self.members.contains(peer) {
            return true;
        }
        if self.members.len() >= self.settings.hosted.peers_max {
            self.statistics.peers_refused += 1;
            return false;
        }
        self.members.insert(peer);
        if self.settings.has_direct_messages
            && let Some(player) = &mut self.player
        {
            player.join_directly(peer);
        }
        true
    }

    /// A peer has left the room. If it had the server, the session waits for [`set_server`](Self::set_server).
    pub fn peer_left(&mut self, peer: u64) {
        if !self.members.remove(peer) {
            return;
        }
        self.outgoing.forget(peer);
        if let Some(server) = &mut self.server {
            server.peer_disconnected(peer, "");
        }
        if let Some(player) = &mut self.player {
            player.handle.direct_disconnected(peer, "");
            player.direct.remove(&peer);
        }
        if self.server_peer == Some(peer) {
            let none = self.set_server(None);
            debug_assert!(none.is_none(), "without a server there is no transport");
        }
    }

    /// The network could not deliver a reliable message to a peer, so nothing after it makes
    /// sense: each link with it ends.
    pub fn send_failed(&mut self, peer: u64) {
        if let Some(server) = &mut self.server {
            server.send_failed(peer);
        }
        if let Some(player) = &mut self.player {
            player.handle.direct_send_failed(peer);
            player.direct.remove(&peer);
            if self.server_peer == Some(peer) {
                player.handle.send_failed();
            }
        }
        if let Some(member) = self.members.get_mut(peer) {
            *member = Member::Silent;
        }
        self.raise_link();
    }

    /// The peer with the voice server, as the game said last.
    pub fn server(&self) -> Option<u64> {
        self.server_peer
    }

    /// Asks to be woken, from any thread, when [`poll`](Self::poll) has something; a server that begins later, too.
    pub fn set_waker(&mut self, waker: &Waker) {
        if let Some(player) = &mut self.player {
            player.handle.set_waker(waker.clone());
        }
        if let Some(server) = &mut self.server {
            server.set_waker(waker.clone());
        }
        self.waker = Some(waker.clone());
    }

    /// Statistics of incoming messages that matched nothing here.
    pub fn statistics(&self) -> RoomStatistics {
        self.statistics
    }

    /// Connects the player as soon as it wants a link and there is a server.
    fn raise_link(&mut self) {
        if let Some(player) = &mut self.player
            && player.wants_link
            && self.server_peer.is_some()
        {
            player.wants_link = false;
            player.handle.link_up();
        }
    }
}

impl Player {
    /// Tells the player of a peer that it can reach directly, unless it knows; those above its limit
    /// are reached through the server.
    fn join_directly(&mut self, peer: u64) {
        if !self.direct.contains(&peer) && self.handle.direct_connected(peer) {
            self.direct.insert(peer);
        }
    }
}
