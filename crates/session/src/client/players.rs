//! The players of the session as the server describes them.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use consonance_wire::{
    ClientId, ClientState, CodecParameters, DeltaChannelState, HandshakeResponse, RoomId, WireStr,
};

use super::connect::Connection;
use super::event::ClientEvent;
use super::speaker::Speaker;
use super::timers::Timer;
use super::{Client, Fault, RosterProgress};
use crate::link::LinkId;
use crate::room_list::RoomList;
use crate::roster::{Member, Roster};

/// Data that a client keeps for each player besides its entry in the tables.
#[derive(Debug)]
pub(super) struct PlayerRecord {
    /// Counts the players; when all leave, they leave in the order in which they were met.
    pub(super) met: u64,
    pub(super) speaker: Speaker,
    /// The last list of destinations that this player was put on.
    pub(super) round: u64,
    /// The direct link that introduced this player.
    pub(super) link: Option<LinkId>,
}

/// The players of the session: with their rooms by id, and by name. They are added and removed only here.
#[derive(Debug)]
pub(super) struct Players {
    pub(super) roster: Roster<PlayerRecord>,
    /// No two have the same.
    names: BTreeMap<Box<str>, ClientId>,
    /// The number of players met so far.
    met: u64,
}

impl Players {
    pub(super) fn new() -> Self {
        Self { roster: Roster::new(), names: BTreeMap::new(), met: 0 }
    }

    fn add(&mut self, id: ClientId, name: &str, codec: CodecParameters, speaker: Speaker) {
        self.met += 1;
        let record = PlayerRecord { met: self.met, speaker, round: 0, link: None };
        self.roster.insert(id, name.into(), codec, record);
        self.names.insert(name.into(), id);
    }

    fn remove(&mut self, id: ClientId) -> Option<Member<PlayerRecord>> {
        let member = self.roster.remove(id)?;
        self.names.remove(&member.name);
        Some(member)
    }

    fn in_order_met(&self) -> Vec<ClientId> {
        let mut order: Vec<_> = self.roster.iter().map(|member| (member.data.met, member.id)).collect();
        order.sort_unstable();
        order.into_iter().map(|(_, id)| id).collect()
    }
}

/// A player of the session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionPlayer<'a> {
    /// Its id until it leaves.
    pub id: ClientId,
    /// Its name, unique in the session.
    pub name: &'a str,
    /// The codec of its voice.
    pub codec: CodecParameters,
    /// The rooms that it listens to, sorted.
    pub rooms: Vec<&'a str>,
    /// Whether it is speaking to me.
    pub is_speaking: bool,
}

impl Client {
    /// All players in the session, myself included, by ascending id.
    pub fn players(&self) -> impl Iterator<Item = SessionPlayer<'_>> {
        self.players.roster.iter().map(|member| SessionPlayer {
            id: member.id,
            name: &member.name,
            codec: member.codec,
            rooms: member.rooms.names().collect(),
            is_speaking: member.data.speaker.is_speaking(),
        })
    }

    /// The id of the player of this name, if it is here.
    pub fn player(&self, name: &str) -> Option<ClientId> {
        self.players.names.get(name).copied()
    }

    /// The name of the player with this id, if it is here.
    pub fn player_name(&self, id: ClientId) -> Option<&str> {
        self.players.roster.get(id).map(|member| &*member.name)
    }

    pub(super) fn handle_client_state(&mut self, state: &ClientState<'_>) -> Result<(), Fault> {
        let id = state.client.id;
        if self.is_unchanged_since_resuming(state) {
            self.note_own_state(id);
            return Ok(());
        }
        if self.players.roster.get(id).is_none() {
            self.add_player(id, state.client.name, state.client.codec)?;
        }
        while let Some(room) = self.players.roster.leave_last(id) {
            self.exited(id, room);
        }
        for room in state.rooms.iter().flatten() {
            self.enter(id, &room.to_str());
        }
        self.correct_rooms(state);
        self.note_own_state(id);
        Ok(())
    }

    pub(super) fn handle_delta(&mut self, delta: &DeltaChannelState<'_>) -> Result<(), Fault> {
        let id = delta.id;
        if self.players.roster.get(id).is_none() {
            return Err(Fault::UnknownPlayer);
        }
        let room = delta.room.ok_or(Fault::Contradiction)?.to_str();
        if delta.joined {
            self.enter(id, &room);
            return Ok(());
        }
        let was_in_it = self.players.roster.leave(id, &room);
        if was_in_it {
            self.exited(id, room.clone().into_owned());
        }
        if self.id() == Some(id) {
            self.note_own_exit(&room, was_in_it);
        }
        Ok(())
    }

    pub(super) fn handle_remove(&mut self, id: ClientId) -> Result<(), Fault> {
        if let Connection::Joined { id: own, removed, .. } = &mut self.connection {
            *removed |= *own == id;
        }
        if self.players.roster.get(id).is_none() {
            return Err(Fault::UnknownPlayer);
        }
        self.player_is_gone(id);
        Ok(())
    }

    /// All players except those that the answer lists with the same name and id.
    pub(super) fn drop_players_not_in(&mut self, response: &HandshakeResponse<'_>) {
        let listed: BTreeMap<_, _> =
            response.clients.iter().filter_map(|client| Some((client.id, client.name?.to_str()))).collect();
        for id in self.players.in_order_met() {
            let Some(member) = self.players.roster.get(id) else { continue };
            if listed.get(&id).is_none_or(|name| *name != *member.name) {
                self.player_is_gone(id);
            }
        }
    }

    /// Loads the lists that older servers fill in. Players that were here before keep their own room lists, without an
    /// event.
    pub(super) fn load(&mut self, response: &HandshakeResponse<'_>) {
        let met_before = self.players.met;
        for client in response.clients {
            if self.players.roster.get(client.id).is_none()
                && let Err(fault) = self.add_player(client.id, client.name, client.codec)
            {
                self.count(fault);
            }
        }
        let mut names = BTreeMap::new();
        for name in response.room_names.iter().flatten().map(WireStr::to_str) {
            names.entry(RoomId::of(&name)).or_insert(name);
        }
        for members in response.room_members {
            let Some(room) = names.get(&members.room) else { continue };
            for id in members.clients {
                let Some(member) = self.players.roster.get(id) else { continue };
                if member.data.met > met_before {
                    self.enter(id, room);
                } else {
                    self.players.roster.listen(members.room, id);
                }
            }
        }
    }

    /// A player left: exited per room, stopped, left.
    pub(super) fn player_is_gone(&mut self, id: ClientId) {
        self.exit_all_rooms(id);
        self.stop_speaker(id);
        self.remove_player(id);
    }

    /// Removes all players: first the speaking ones stop, then each exits its rooms and leaves, in the order met.
    pub(super) fn remove_all(&mut self) {
        let order = self.players.in_order_met();
        for &id in &order {
            self.stop_speaker(id);
        }
        for id in order {
            self.exit_all_rooms(id);
            self.remove_player(id);
        }
    }

    pub(super) fn stop_speaker(&mut self, id: ClientId) {
        let Some(member) = self.players.roster.get_mut(id) else { return };
        if member.data.speaker.stop() {
            let name = member.name.clone();
            self.events.push(ClientEvent::StoppedSpeaking { id, name });
        }
    }

    fn add_player(
        &mut self,
        id: ClientId,
        name: Option<WireStr<'_>>,
        codec: CodecParameters,
    ) -> Result<(), Fault> {
        let name = name.ok_or(Fault::Contradiction)?.to_str();
        if self.players.names.contains_key(&*name) {
            return Err(Fault::Contradiction);
        }
        let is_me = self.id() == Some(id);
        if self.players.roster.len() >= self.settings.limits.players && !is_me {
            return Err(Fault::PlayerRefused);
        }
        self.players.add(id, &name, codec, Speaker::new(self.settings.as_original));
        self.channels.on_player_joined(&name, id);
        self.events.push(ClientEvent::PlayerJoined { id, name: Box::from(&*name), codec });
        self.find_direct_link(id);
        Ok(())
    }

    fn remove_player(&mut self, id: ClientId) {
        let Some(member) = self.players.remove(id) else { return };
        self.timers.clear(Timer::Speaker(id));
        self.links.forget_claimants(id);
        self.forget_reception(id);
        self.channels.on_player_left(&member.name);
        if *member.name != *self.settings.name {
            self.events.push(ClientEvent::PlayerLeft { id, name: member.name });
        }
    }

    /// When a session ends, all players leave at once, and their rooms are reported first: there must be space for
    /// each player that is still here, and for the end itself.
    fn exit_all_rooms(&mut self, id: ClientId) {
        let to_come = self.players.roster.len() + 1;
        while let Some(room) = self.players.roster.leave_last(id) {
            let Some(member) = self.players.roster.get(id) else { return };
            let (name, room) = (member.name.clone(), room.into());
            self.events.push_before(to_come, ClientEvent::ExitedRoom { id, name, room });
        }
    }

    fn enter(&mut self, id: ClientId, room: &str) {
        if self.players.roster.get(id).is_some_and(|member| !self.has_space_for(&member.rooms, room)) {
            self.statistics.rooms_refused += 1;
            return;
        }
        if self.players.roster.enter(id, room)
            && let Some(member) = self.players.roster.get(id)
        {
            let (name, room) = (member.name.clone(), room.into());
            self.events.push(ClientEvent::EnteredRoom { id, name, room });
        }
    }

    /// No honest player listens to more rooms than the limit, or than fit into the packet that lists them.
    fn has_space_for(&self, rooms: &RoomList, room: &str) -> bool {
        let bytes: usize = rooms.names().map(|name| 2 + name.len()).sum();
        let is_within = rooms.len() < self.settings.limits.rooms_per_client
            && bytes + 2 + room.len() <= crate::PACKET_BYTES_MAX;
        is_within || rooms.contains(room)
    }

    fn exited(&mut self, id: ClientId, room: String) {
        if let Some(member) = self.players.roster.get(id) {
            let (name, room) = (member.name.clone(), room.into());
            self.events.push(ClientEvent::ExitedRoom { id, name, room });
        }
    }

    fn note_own_state(&mut self, id: ClientId) {
        let Connection::Joined { id: own, roster, .. } = &mut self.connection else { return };
        if *own != id {
            return;
        }
        match *roster {
            RosterProgress::OwnStatesMissing(missing) if missing > 1 => {
                *roster = RosterProgress::OwnStatesMissing(missing - 1);
            }
            RosterProgress::OwnStatesMissing(_) => {
                *roster = RosterProgress::Complete;
                self.remove_players_that_left_meanwhile();
                for event in self.own_restrictions.forget_unconfirmed() {
                    self.events.push(event);
                }
                self.events.push(ClientEvent::PlayersSynced);
            }
            RosterProgress::Complete => {}
        }
    }
}
