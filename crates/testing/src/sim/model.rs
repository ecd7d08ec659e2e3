//! The reference: a naive account of the players and their rooms, at every version of the truth.
//!
//! It reads the packets that arrive at the server and nothing else of the engine. The server's truth changes one
//! version at a time; a player knows the truth up to the version that has reached it. So the recipients of a word are a
//! look-up: the listeners of the room at the version that the speaker knew, or, if the server finds the listeners, at
//! the version at which the server got it.

mod places;

use std::collections::{BTreeMap, VecDeque};

use consonance_session::{Capabilities, ClientId, LinkId, SessionId};
use consonance_wire::{HandshakeExtension, Packet, SharedSecret, WireStr};

use crate::sim::numbers::{PlayerId, Room, Version, owner};
use crate::sim::tally::Tally;
use crate::sim::words::{USUAL_LISTENERS, Word, WordTarget};
pub(crate) use places::{GRACE, Place};

/// Later than everything.
const NEVER: Version = Version(u64::MAX);

/// One client's time in the session. The version at which it joined names it.
#[derive(Clone, Debug)]
pub(crate) struct Stay {
    pub(crate) joined: Version,
    /// The version at which all players were told: with its first state.
    pub(crate) stated: Version,
    pub(crate) left: Version,
    /// The version at which its own tables were last filled: as it joined, or as it came back.
    pub(crate) welcomed: Version,
    pub(crate) player_id: PlayerId,
    pub(crate) place: Place,
    pub(crate) id: ClientId,
    /// The capabilities that its client announced.
    pub(crate) capabilities: Capabilities,
    /// The secret that reclaims its place.
    pub(crate) secret: Option<SharedSecret>,
    /// The previous secret, which is valid, too, until its state has arrived.
    pub(crate) former_secret: Option<SharedSecret>,
}

/// A period of listening to one room.
#[derive(Clone, Debug)]
struct Listening {
    stay: Version,
    id: ClientId,
    from: Version,
    until: Version,
}

/// A player's knowledge: the truth at a version, for a player whose tables were filled at another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct View {
    pub(crate) stay: Version,
    pub(crate) welcomed: Version,
    pub(crate) version: Version,
}

#[derive(Debug)]
pub(crate) struct Model {
    pub(crate) session: SessionId,
    pub(crate) version: Version,
    names: Vec<Box<str>>,
    rooms: Vec<Box<str>>,
    room_numbers: BTreeMap<Box<str>, Room>,
    /// By the version of joining; stays that have ended are kept while a player may not know it yet.
    stays: BTreeMap<Version, Stay>,
    here: BTreeMap<LinkId, Version>,
    /// The capabilities of clients that have sent a handshake and are not admitted yet.
    asked: BTreeMap<LinkId, Capabilities>,
    /// The link of each present player, by id.
    link_of: Vec<Option<LinkId>>,
    listening: Vec<Vec<Listening>>,
    /// The tallies of the state sent to all players, at this version and at those before it.
    tallies: VecDeque<Tally>,
}

impl Model {
    pub(crate) fn new(names: Vec<Box<str>>, rooms: Vec<Box<str>>, session: SessionId) -> Self {
        Self {
            session,
            version: Version::default(),
            listening: rooms.iter().map(|_| Vec::new()).collect(),
            room_numbers: (0..).map(Room).zip(&rooms).map(|(room, name)| (name.clone(), room)).collect(),
            names,
            rooms,
            stays: BTreeMap::new(),
            here: BTreeMap::new(),
            asked: BTreeMap::new(),
            link_of: Vec::new(),
            tallies: VecDeque::from([Tally::default()]),
        }
    }

    /// A packet arrived at the server, a handshake with that behind it; `id` is what the server gave to an admitted
    /// client.
    pub(crate) fn read(
        &mut self,
        link: LinkId,
        packet: &Packet<'_>,
        extension: &HandshakeExtension,
        id: Option<ClientId>,
    ) {
        match *packet {
            Packet::HandshakeRequest(_) => {
                if let Some(stay) = self.claimed(link, packet, extension).map(|stay| stay.joined) {
                    self.resume(stay, link);
                } else if let Some(id) = id {
                    self.join(link, id, extension.capabilities);
                } else {
                    self.asked.insert(link, extension.capabilities);
                }
            }
            Packet::RemoveClient(farewell) if farewell.session == self.session => {
                if let Some(stay) = self.over(link).filter(|stay| stay.id == farewell.id && stay.can_resume())
                {
                    let stay = stay.joined;
                    self.step();
                    self.leave(stay);
                }
            }
            Packet::ClientState(state) if state.session == self.session => {
                let name = state.client.name.map(WireStr::to_str);
                let is_own =
                    |id| id == state.client.id && name.is_some_and(|name| *name == *self.name(owner(link)));
                if let Some((stay, _)) = self.stay_over(link).filter(|(_, id)| is_own(*id)) {
                    let rooms = state.rooms.iter().flatten().filter_map(|room| self.room(room)).collect();
                    self.step();
                    self.state(stay, rooms);
                }
            }
            Packet::DeltaChannelState(delta) if delta.session == self.session => {
                let room = delta.room.and_then(|room| self.room(room));
                if let (Some((stay, id)), Some(room)) = (self.stay_over(link), room)
                    && id == delta.id
                {
                    self.step();
                    if delta.joined { self.enter(stay, id, room) } else { self.exit(stay, room) }
                }
            }
            _ => {}
        }
    }

    /// A new server is there, and it is empty.
    pub(crate) fn replace_server(&mut self, session: SessionId) {
        self.step();
        for stay in self.present().map(|stay| stay.joined).collect::<Vec<_>>() {
            self.leave(stay);
        }
        self.session = session;
        self.asked.clear();
    }

    /// Forgets what no player that knows `oldest` or more can ask for.
    pub(crate) fn forget_before(&mut self, oldest: Version) {
        self.stays.retain(|_, stay| stay.left > oldest);
        for room in &mut self.listening {
            room.retain(|listening| listening.until > oldest);
        }
        let first = self.version.0 + 1 - self.tallies.len() as u64;
        let old = oldest.min(self.version).0.saturating_sub(first) as usize;
        self.tallies.drain(..old);
    }

    /// The players in the session, in the order of joining.
    pub(crate) fn present(&self) -> impl Iterator<Item = &Stay> {
        self.stays.values().filter(|stay| stay.left == NEVER)
    }

    /// The player that joined over this link and has not left.
    pub(crate) fn over(&self, link: LinkId) -> Option<&Stay> {
        self.here.get(&link).and_then(|joined| self.stays.get(joined))
    }

    /// The player that has this id now, with a link or without.
    pub(crate) fn holder(&self, id: ClientId) -> Option<&Stay> {
        self.stays.values().rev().find(|stay| stay.left == NEVER && stay.id == id)
    }

    fn stay_over(&self, link: LinkId) -> Option<(Version, ClientId)> {
        self.over(link).map(|stay| (stay.joined, stay.id))
    }

    /// The link of the player that has this id now.
    pub(crate) fn link_of(&self, id: ClientId) -> Option<LinkId> {
        self.link_of.get(usize::from(id.0)).copied().flatten()
    }

    pub(crate) fn stay(&self, joined: Version) -> Option<&Stay> {
        self.stays.get(&joined)
    }

    /// Whether a player with this view knows of that stay.
    pub(crate) fn knows(view: View, stay: &Stay) -> bool {
        let was_told = stay.stated <= view.version || stay.joined <= view.welcomed;
        was_told && stay.left > view.version && stay.joined <= view.version
    }

    /// The player that has this id, according to this view.
    pub(crate) fn known_as(&self, view: View, id: ClientId) -> Option<&Stay> {
        self.known(view).find(|stay| stay.id == id)
    }

    /// The stay of a player by name, according to this view.
    pub(crate) fn known_player(&self, view: View, player_id: PlayerId) -> Option<&Stay> {
        self.stays.values().rev().find(|stay| stay.player_id == player_id && Self::knows(view, stay))
    }

    /// The listeners of a room, according to this view.
    pub(crate) fn listeners(&self, view: View, room: Room) -> impl Iterator<Item = ClientId> {
        let known = self.listening[usize::from(room.0)].iter();
        known
            .filter(move |listening| listening.from <= view.version && listening.until > view.version)
            .map(|listening| listening.id)
    }

    /// The links of all recipients of a word by the server's own tables, each once and without the speaker.
    pub(crate) fn reached_by(&self, word: &Word) -> Vec<LinkId> {
        let mut ids = Vec::with_capacity(USUAL_LISTENERS);
        for recipient in &word.to {
            match recipient.target {
                WordTarget::Room(room) => ids.extend(self.listeners_now(room)),
                WordTarget::Player(id) => ids.push(id),
            }
        }
        ids.sort_unstable();
        ids.dedup();
        let mut links = Vec::with_capacity(ids.len());
        links.extend(ids.into_iter().filter(|id| *id != word.id).filter_map(|id| self.link_of(id)));
        links
    }

    /// The rooms of a present player, as the server knows them.
    pub(crate) fn rooms_of(&self, stay: Version) -> impl Iterator<Item = Room> {
        let now = move |listening: &&Listening| listening.stay == stay && listening.until == NEVER;
        let rooms = (0..).map(Room).zip(&self.listening);
        rooms.filter(move |(_, all)| all.iter().any(|one| now(&one))).map(|(room, _)| room)
    }

    /// All players known to this view.
    pub(crate) fn known(&self, view: View) -> impl Iterator<Item = &Stay> {
        self.stays.values().filter(move |stay| Self::knows(view, stay))
    }

    /// The tally of this view's tables; `None` if the view is too old.
    pub(crate) fn tally(&self, view: View) -> Option<Tally> {
        let back = self.version.0.checked_sub(view.version.0)? as usize;
        let index = self.tallies.len().checked_sub(1 + back)?;
        let mut tally = self.tallies[index];
        // Later newcomers also know players that had joined without having sent their rooms.
        let silent = self.stays.values().filter(|stay| stay.stated > view.version && Self::knows(view, stay));
        for stay in silent {
            tally.add_player(stay.id, &self.names[stay.player_id.index()]);
        }
        Some(tally)
    }

    /// The tally of the server's own tables, with players that have not sent their rooms yet.
    pub(crate) fn server_tally(&self) -> Tally {
        let mut tally = self.tallies.back().copied().unwrap_or_default();
        for stay in self.present().filter(|stay| stay.stated == NEVER) {
            tally.add_player(stay.id, self.name(stay.player_id));
        }
        tally
    }

    pub(crate) fn name(&self, player_id: PlayerId) -> &str {
        &self.names[player_id.index()]
    }

    pub(crate) fn room_name(&self, room: Room) -> &str {
        &self.rooms[usize::from(room.0)]
    }

    /// The number of rooms.
    pub(crate) fn rooms(&self) -> u16 {
        self.rooms.len() as u16
    }

    fn listeners_now(&self, room: Room) -> impl Iterator<Item = ClientId> {
        let all = self.listening[usize::from(room.0)].iter();
        all.filter(|listening| listening.until == NEVER).map(|listening| listening.id)
    }

    /// The server admitted a newcomer that had asked before. False if that never did.
    pub(crate) fn join_waiting(&mut self, link: LinkId, id: ClientId) -> bool {
        let Some(capabilities) = self.asked.remove(&link) else { return false };
        self.join(link, id, capabilities);
        true
    }

    fn join(&mut self, link: LinkId, id: ClientId, capabilities: Capabilities) {
        self.step();
        let player_id = owner(link);
        let before = |stay: &&Stay| stay.place == Place::Over(link) || stay.player_id == player_id;
        for stay in self.present().filter(before).map(|stay| stay.joined).collect::<Vec<_>>() {
            self.leave(stay);
        }
        let joined = self.version;
        let place = Place::Over(link);
        let (stated, left, welcomed) = (NEVER, NEVER, joined);
        let (secret, former_secret) = (None, None);
        let stay = Stay {
            joined,
            stated,
            left,
            welcomed,
            player_id,
            place,
            id,
            capabilities,
            secret,
            former_secret,
        };
        self.stays.insert(joined, stay);
        self.link(joined, link);
    }

    fn state(&mut self, stay: Version, rooms: Vec<Room>) {
        let Some(present) = self.stays.get_mut(&stay) else { return };
        let id = present.id;
        present.former_secret = None;
        if present.stated == NEVER {
            present.stated = self.version;
            let name = &self.names[present.player_id.index()];
            if let Some(tally) = self.tallies.back_mut() {
                tally.add_player(id, name);
            }
        }
        let gone: Vec<_> = self.rooms_of(stay).filter(|room| !rooms.contains(room)).collect();
        for room in gone {
            self.exit(stay, room);
        }
        for room in rooms {
            self.enter(stay, id, room);
        }
    }

    fn leave(&mut self, stay: Version) {
        for room in self.rooms_of(stay).collect::<Vec<_>>() {
            self.exit(stay, room);
        }
        self.unlink(stay);
        let Some(present) = self.stays.get_mut(&stay) else { return };
        present.left = self.version;
        if present.stated != NEVER
            && let Some(tally) = self.tallies.back_mut()
        {
            tally.remove_player(present.id, &self.names[present.player_id.index()]);
        }
    }

    fn enter(&mut self, stay: Version, id: ClientId, room: Room) {
        let listening = &mut self.listening[usize::from(room.0)];
        if listening.iter().any(|one| one.stay == stay && one.until == NEVER) {
            return;
        }
        listening.push(Listening { stay, id, from: self.version, until: NEVER });
        if let Some(tally) = self.tallies.back_mut() {
            tally.add_room(id, &self.rooms[usize::from(room.0)]);
        }
    }

    fn exit(&mut self, stay: Version, room: Room) {
        let listening = &mut self.listening[usize::from(room.0)];
        let Some(one) = listening.iter_mut().find(|one| one.stay == stay && one.until == NEVER) else {
            return;
        };
        one.until = self.version;
        if let Some(tally) = self.tallies.back_mut() {
            tally.remove_room(one.id, &self.rooms[usize::from(room.0)]);
        }
    }

    fn step(&mut self) {
        self.version.0 += 1;
        self.tallies.push_back(self.tallies.back().copied().unwrap_or_default());
    }

    fn room(&self, name: WireStr<'_>) -> Option<Room> {
        self.room_numbers.get(&*name.to_str()).copied()
    }
}
