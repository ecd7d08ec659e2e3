//! Mumble's users as a network: their connections on the one side, links to a session on the other.
//!
//! ```text
//!   poll ─▶ is a user ready? its next step, reported to the session's loop: connected, a packet, disconnected
//!        └▶ else the next thing on the connections ─▶ its player ─▶ follow, and once more from above
//!        └▶ else the next player whose time has come ─▶ follow, and once more from above; then None
//!   send ─▶ its player ─▶ follow: what it says goes to its client at once, and the user is ready
//! ```

mod counting;
mod shared_places;
mod transport;
mod user;

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use consonance_link::gateway::{LinkStep, PlaceBoard, Timers};
use consonance_link::{DisconnectReason, Peer, ServerLinkEvent};
use consonance_session::{self as session, ClientId};
use rustc_hash::FxHashMap;

use crate::players::player::MumblePlayer;
use crate::players::profile::Neighbours;
use crate::players::settings::PlayerSettings;
use crate::{Login, MumbleServer, MumbleServerEvent};
use counting::GoneUsers;
use shared_places::SharedPlaces;
use user::User;

/// The users of a Mumble server, each a link to one session.
pub struct MumbleGateway {
    server: MumbleServer,
    session: String,
    settings: Arc<PlayerSettings>,
    users: BTreeMap<Peer, User>,
    /// Users by the names of their links.
    by_link: FxHashMap<Peer, Peer>,
    last_link: u64,
    /// Users with packets for their session, in turn.
    ready: VecDeque<Peer>,
    /// The times at which players want to be called, or earlier ones.
    timers: Timers<Peer>,
    neighbours: Neighbours,
    places: SharedPlaces,
    /// The players' time 0.
    started: Option<Instant>,
    now: Option<Instant>,
    is_shut_down: bool,
    /// Counters of users that have left.
    gone: GoneUsers,
}

impl MumbleGateway {
    /// Joins the users of a server to the session of this name. On the board, they share their places with players of
    /// other gateways.
    pub fn new(
        server: MumbleServer,
        session: impl Into<String>,
        settings: PlayerSettings,
        places: &PlaceBoard,
    ) -> Self {
        let session = session.into();
        Self {
            server,
            places: SharedPlaces::new(places.sharer(), &session),
            session,
            settings: Arc::new(settings),
            users: BTreeMap::new(),
            by_link: FxHashMap::default(),
            last_link: 0,
            ready: VecDeque::new(),
            timers: Timers::default(),
            neighbours: Neighbours::default(),
            started: None,
            now: None,
            is_shut_down: false,
            gone: GoneUsers::default(),
        }
    }

    /// The address on which it listens, for TCP and UDP.
    pub fn local_addr(&self) -> SocketAddr {
        self.server.local_addr()
    }

    /// Something happened on a user's connection.
    fn handle_event(&mut self, now: Instant, event: MumbleServerEvent) {
        let at = self.at(now);
        match event {
            MumbleServerEvent::Connected { user, remote, login } => self.take_in(now, user, remote, &login),
            MumbleServerEvent::Control { user, control } => {
                let Self { users, neighbours, .. } = self;
                if let Some(it) = users.get_mut(&user) {
                    it.player.handle_control(at, control, neighbours);
                }
                self.pass_plugin_notes(now, user);
                self.follow(now, user);
                self.note_profile(now, user);
            }
            MumbleServerEvent::Voice { user, voice } => {
                let Self { users, neighbours, .. } = self;
                if let Some(it) = users.get_mut(&user) {
                    it.player.handle_voice(at, &voice, neighbours);
                    if let Some(id) = it.player.id() {
                        neighbours.set_place(id, it.player.place());
                    }
                }
                self.follow(now, user);
            }
            MumbleServerEvent::OtherCodec { user } => {
                if let Some(it) = self.users.get_mut(&user) {
                    it.player.handle_other_codec(at);
                }
                self.follow(now, user);
            }
            MumbleServerEvent::Disconnected { user, reason } => self.handle_gone(now, user, reason),
        }
    }

    /// Something has happened to a user, which may have moved.
    fn note_place(&mut self, now: Instant, user: Peer) {
        if let Some(it) = self.users.get(&user) {
            self.places.note(now, user, it.player.shared_place());
        }
    }

    /// Takes the news of other players' places, for voices that are heard from now on.
    fn read_places(&mut self) {
        for (id, place) in self.places.read() {
            self.neighbours.set_place_elsewhere(id, place);
        }
    }

    /// Passes the notes of a user's plugin on to the users that they are for.
    fn pass_plugin_notes(&mut self, now: Instant, user: Peer) {
        while let Some(it) = self.users.get_mut(&user)
            && let Some(note) = it.player.poll_plugin_note()
        {
            let Some(sender) = it.player.id() else { continue };
            let is_for = |it: &User| it.shown_as.is_some_and(|id| note.receivers.contains(&id));
            let receivers: Vec<Peer> =
                self.users.iter().filter(|(_, it)| is_for(it)).map(|(peer, _)| *peer).collect();
            for receiver in receivers {
                if let Some(it) = self.users.get_mut(&receiver) {
                    it.player.handle_plugin_note(sender, &note);
                }
                self.follow(now, receiver);
            }
        }
    }

    fn take_in(&mut self, now: Instant, user: Peer, remote: SocketAddr, login: &Login) {
        if self.is_shut_down {
            let reason = consonance_link::EndReason::from(consonance_link::EndCode::ShuttingDown);
            return self.server.disconnect(now, user, &reason.encode());
        }
        let at = self.at(now);
        self.server.accept(now, user, remote, login);
        let player = MumblePlayer::new(at, Arc::clone(&self.settings), login);
        self.users.insert(user, User::new(player, remote, login.certificate));
        self.follow(now, user);
    }

    /// Handles the loss of a user's connection: notifies its session.
    fn handle_gone(&mut self, now: Instant, user: Peer, reason: DisconnectReason) {
        let at = self.at(now);
        if let Some(it) = self.users.get_mut(&user) {
            it.is_gone = Some(reason);
            it.player.client_is_gone(at);
        }
        self.follow(now, user);
    }

    /// Handles news of a player: sends its messages to its client, and queues it for its turn with its session.
    fn follow(&mut self, now: Instant, user: Peer) {
        let Self { users, server, .. } = self;
        let Some(it) = users.get_mut(&user) else { return };
        it.show(now, user, server);
        if !it.is_ready {
            it.is_ready = true;
            self.ready.push_back(user);
        }
        let due = it.player.poll_timeout();
        if let Some(due) = due.map(|at| self.to_clock(at)) {
            self.timers.set_no_later(user, due);
        }
        self.note_place(now, user);
    }

    /// Passes a user's profile on to the other users, if it has changed.
    fn note_profile(&mut self, now: Instant, user: Peer) {
        let Some(it) = self.users.get_mut(&user) else { return };
        let id = it.player.id().filter(|_| !it.player.is_over());
        let former = std::mem::replace(&mut it.shown_as, id).filter(|former| Some(*former) != id);
        // Its id may be another user's by now.
        if let Some(former) = former.filter(|former| !self.is_shown_by_another(user, *former)) {
            self.neighbours.remove(former);
        }
        let Some((id, it)) = id.zip(self.users.get(&user)) else { return };
        if self.neighbours.set_profile(id, it.player.profile()) {
            let at = self.at(now);
            let others: Vec<Peer> = self.users.keys().copied().filter(|other| *other != user).collect();
            for other in others {
                let Self { users, neighbours, .. } = self;
                if let Some(it) = users.get_mut(&other) {
                    it.player.handle_timeout(at, neighbours);
                }
                self.follow(now, other);
            }
        }
    }

    fn is_shown_by_another(&self, user: Peer, id: ClientId) -> bool {
        self.users.iter().any(|(other, it)| *other != user && it.shown_as == Some(id))
    }

    /// Runs the timeout of a player whose time has come; returns false if there is none.
    fn run_timers(&mut self, now: Instant) -> bool {
        let Some(user) = self.timers.pop(now) else { return false };
        let at = self.at(now);
        let Self { users, neighbours, .. } = self;
        let Some(it) = users.get_mut(&user) else { return true };
        match it.player.poll_timeout() {
            Some(due) if due <= at => {
                it.player.handle_timeout(at, neighbours);
                self.follow(now, user);
            }
            // The deadline was postponed in the meantime.
            Some(due) => self.timers.set(user, self.to_clock(due)),
            None => {}
        }
        true
    }

    /// The next thing that a user has for its session. Users take turns.
    fn next_link_event(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<ServerLinkEvent> {
        let at = self.at(now);
        while let Some(user) = self.ready.pop_front() {
            let Self { users, neighbours, .. } = self;
            let Some(it) = users.get_mut(&user) else { continue };
            it.is_ready = false;
            let step = it.next_step(at, neighbours, bytes);
            let is_over = it.is_over();
            let event = step.and_then(|step| self.carry_out(user, step));
            self.note_profile(now, user);
            if is_over {
                self.forget(now, user);
            } else if event.is_some() {
                self.follow(now, user);
            }
            if event.is_some() {
                return event;
            }
        }
        None
    }

    fn carry_out(&mut self, user: Peer, step: LinkStep) -> Option<ServerLinkEvent> {
        match step {
            LinkStep::Introduce => {
                self.last_link += 1;
                let peer = Peer(self.last_link);
                let it = self.users.get_mut(&user)?;
                it.link.introduce(peer);
                self.by_link.insert(peer, user);
                Some(ServerLinkEvent::Connected {
                    peer,
                    session: self.session.clone(),
                    remote: it.remote.into(),
                })
            }
            LinkStep::Packet(peer, delivery) => Some(ServerLinkEvent::Packet { peer, channel: delivery }),
            LinkStep::Disconnected(peer, reason) => {
                self.by_link.remove(&peer);
                Some(ServerLinkEvent::Disconnected { peer, reason })
            }
        }
    }

    /// Forgets a user, after the last messages to its client.
    fn forget(&mut self, now: Instant, user: Peer) {
        let Some(it) = self.users.remove(&user) else { return };
        self.timers.clear(user);
        self.places.note(now, user, None);
        self.gone.count(&it.player);
        if let Some(id) = it.shown_as.filter(|id| !self.is_shown_by_another(user, *id)) {
            self.neighbours.remove(id);
        }
        if it.is_gone.is_none() {
            // The client has already been told why.
            self.server.disconnect(now, user, "");
        }
    }

    /// The players' time.
    fn at(&mut self, now: Instant) -> session::Instant {
        self.now = Some(now);
        let started = *self.started.get_or_insert(now);
        session::Instant::START + now.saturating_duration_since(started)
    }

    fn to_clock(&self, at: session::Instant) -> Instant {
        let started = self.started.expect("a player has timers only after it was told the time");
        started + Duration::from_micros(at.as_micros())
    }
}

impl fmt::Debug for MumbleGateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MumbleGateway").field("session", &self.session).finish_non_exhaustive()
    }
}
