//! The roster of the session, as the server describes it: who is here, and in which rooms.

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;

use consonance_wire::{
    ClientId, ClientState, CodecParameters, DeltaChannelState, HandshakeResponse, RoomId, WireStr,
};

use super::event::ClientEvent;
use super::fault::Fault;
use super::others::Others;
use super::output::Output;
use super::own_state::OwnState;
use super::server_link::Joined;
use super::settings::ClientSettings;
use super::speaker::Speaker;
use crate::room_list::RoomList;

/// The progress of receiving the roster, and of finding out what has changed while the link was lost.
#[derive(Debug, Default)]
pub(super) struct RosterSync {
    /// The server echoes my own state after all others', so that echo marks the end; a new server has sent my state
    /// before, without rooms, an older one has not. 0 when the roster is complete.
    own_states_missing: u8,
    /// I have my place back, and the roster is still incomplete.
    resuming: bool,
    /// Players that the server has not listed again since.
    unconfirmed: BTreeSet<ClientId>,
}

impl RosterSync {
    /// Begins a session that I have not been in, or whose server no longer keeps my place.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }
}

/// A change of the roster, and all that depends on who is here.
pub(super) struct RosterUpdate<'a> {
    pub(super) sync: &'a mut RosterSync,
    pub(super) others: &'a mut Others,
    pub(super) own: &'a mut OwnState,
    pub(super) me: Option<Joined>,
    pub(super) settings: &'a ClientSettings,
    pub(super) out: &'a mut Output,
}

impl RosterUpdate<'_> {
    /// Applies the answer to a handshake; players missing from it have left, unless I have my place back.
    pub(super) fn begin(&mut self, response: &HandshakeResponse<'_>, resumed: bool) {
        let own_states_missing = if response.clients.is_empty() { 2 } else { 1 };
        *self.sync = RosterSync { own_states_missing, resuming: resumed, unconfirmed: BTreeSet::new() };
        let HandshakeResponse { session, id, .. } = *response;
        if resumed {
            self.doubt_all();
            self.out.event(ClientEvent::Resumed { session, id });
        } else {
            self.drop_players_not_in(response);
            self.others.players_mut().roster.clear_listeners();
            self.out.event(ClientEvent::Joined { session, id });
            self.load(response);
        }
    }

    pub(super) fn handle_client_state(&mut self, state: &ClientState<'_>) -> Result<(), Fault> {
        let id = state.client.id;
        if self.is_unchanged_since_resuming(state) {
            self.note_own_state(id);
            return Ok(());
        }
        if self.others.players().roster.get(id).is_none() {
            self.add_player(id, state.client.name, state.client.codec)?;
        }
        while let Some(room) = self.others.players_mut().roster.leave_last(id) {
            self.exited(id, room);
        }
        for room in state.rooms.iter().flatten() {
            self.enter(id, &room.to_str());
        }
        let is_mine = |me: &Joined| me.id == id && !self.settings.as_original;
        if let Some(me) = self.me.filter(is_mine)
            && self.sync.own_states_missing == 0
        {
            self.own.rooms_mut().correct(state, me, self.settings, self.out);
        }
        self.note_own_state(id);
        Ok(())
    }

    pub(super) fn handle_delta(&mut self, delta: &DeltaChannelState<'_>) -> Result<(), Fault> {
        let id = delta.id;
        if self.others.players().roster.get(id).is_none() {
            return Err(Fault::UnknownPlayer);
        }
        let room = delta.room.ok_or(Fault::Contradiction)?.to_str();
        if delta.joined {
            self.enter(id, &room);
            return Ok(());
        }
        let was_in_it = self.others.players_mut().roster.leave(id, &room);
        if was_in_it {
            self.exited(id, room.clone().into_owned());
        }
        if self.is_me(id) {
            self.own.rooms_mut().note_exit(&room, was_in_it, self.settings, self.out);
        }
        Ok(())
    }

    pub(super) fn handle_remove(&mut self, id: ClientId) -> Result<(), Fault> {
        if self.others.players().roster.get(id).is_none() {
            return Err(Fault::UnknownPlayer);
        }
        self.player_is_gone(id);
        Ok(())
    }

    /// Removes all players: first the speaking ones stop, then each exits its rooms and leaves, in the order met.
    pub(super) fn remove_all(&mut self) {
        let order = self.others.players().in_order_met();
        for &id in &order {
            self.others.players_mut().stop_speaker(id, self.out);
        }
        for id in order {
            self.exit_all_rooms(id);
            self.remove_player(id);
        }
    }

    /// All players are still here, as far as is known, but what they did meanwhile is not.
    fn doubt_all(&mut self) {
        self.sync.unconfirmed = self.others.players().roster.iter().map(|member| member.id).collect();
        for &id in &self.sync.unconfirmed {
            if let Some(member) = self.others.players_mut().roster.get_mut(id) {
                member.data.speaker.mark_stale();
            }
        }
    }

    /// All players except those that the answer lists with the same name and id.
    fn drop_players_not_in(&mut self, response: &HandshakeResponse<'_>) {
        let listed: BTreeMap<_, _> =
            response.clients.iter().filter_map(|client| Some((client.id, client.name?.to_str()))).collect();
        for id in self.others.players().in_order_met() {
            let Some(member) = self.others.players().roster.get(id) else { continue };
            if listed.get(&id).is_none_or(|name| *name != *member.name) {
                self.player_is_gone(id);
            }
        }
    }

    /// Loads the lists that older servers fill in. Players that were here before keep their own room lists, without an
    /// event.
    fn load(&mut self, response: &HandshakeResponse<'_>) {
        let met_before = self.others.players().met();
        for client in response.clients {
            if self.others.players().roster.get(client.id).is_none()
                && let Err(fault) = self.add_player(client.id, client.name, client.codec)
            {
                fault.count(&mut self.out.statistics);
            }
        }
        let mut names = BTreeMap::new();
        for name in response.room_names.iter().flatten().map(WireStr::to_str) {
            names.entry(RoomId::of(&name)).or_insert(name);
        }
        for members in response.room_members {
            let Some(room) = names.get(&members.room) else { continue };
            for id in members.clients {
                let Some(member) = self.others.players().roster.get(id) else { continue };
                if member.data.met > met_before {
                    self.enter(id, room);
                } else {
                    self.others.players_mut().roster.listen(members.room, id);
                }
            }
        }
    }

    /// Whether a state received after resuming matches the state before the link was lost. A player that has taken
    /// over another one's id makes that one leave, and a player with a new id leaves under its old one first.
    fn is_unchanged_since_resuming(&mut self, state: &ClientState<'_>) -> bool {
        let id = state.client.id;
        if !self.sync.resuming {
            return false;
        }
        self.sync.unconfirmed.remove(&id);
        let name = state.client.name.map(WireStr::to_str);
        let before = name.as_deref().and_then(|name| self.others.players().id_of(name));
        if let Some(before) = before.filter(|before| self.sync.unconfirmed.remove(before)) {
            self.player_is_gone(before);
        }
        let Some(member) = self.others.players().roster.get(id) else { return false };
        if name.as_deref() != Some(&*member.name) {
            self.player_is_gone(id);
            return false;
        }
        let said = state.rooms.iter().flatten().map(WireStr::to_str);
        state.rooms.len() == member.rooms.len()
            && said.zip(member.rooms.names()).all(|(said, known)| said == known)
    }

    /// My own state may complete the roster: players that it did not list have left.
    fn note_own_state(&mut self, id: ClientId) {
        if self.sync.own_states_missing == 0 || !self.is_me(id) {
            return;
        }
        self.sync.own_states_missing -= 1;
        if self.sync.own_states_missing > 0 {
            return;
        }
        self.sync.resuming = false;
        for id in core::mem::take(&mut self.sync.unconfirmed) {
            self.player_is_gone(id);
        }
        for event in self.own.restrictions_mut().forget_unconfirmed() {
            self.out.event(event);
        }
        self.out.event(ClientEvent::PlayersSynced);
    }

    fn is_me(&self, id: ClientId) -> bool {
        self.me.is_some_and(|me| me.id == id)
    }

    /// A player left: exited per room, stopped, left.
    fn player_is_gone(&mut self, id: ClientId) {
        self.exit_all_rooms(id);
        self.others.players_mut().stop_speaker(id, self.out);
        self.remove_player(id);
    }

    fn add_player(
        &mut self,
        id: ClientId,
        name: Option<WireStr<'_>>,
        codec: CodecParameters,
    ) -> Result<(), Fault> {
        let name = name.ok_or(Fault::Contradiction)?.to_str();
        if self.others.players().id_of(&name).is_some() {
            return Err(Fault::Contradiction);
        }
        if self.others.players().roster.len() >= self.settings.limits.players && !self.is_me(id) {
            return Err(Fault::PlayerRefused);
        }
        self.others.players_mut().add(id, &name, codec, Speaker::new(self.settings.as_original));
        self.own.voice_mut().on_player_joined(&name, id);
        self.out.event(ClientEvent::PlayerJoined { id, name: Box::from(&*name), codec });
        self.others.peers(self.me, self.out).find_link(id);
        Ok(())
    }

    fn remove_player(&mut self, id: ClientId) {
        let Some(member) = self.others.remove(id, self.out) else { return };
        self.own.voice_mut().on_player_left(&member.name);
        if *member.name != *self.settings.name {
            self.out.event(ClientEvent::PlayerLeft { id, name: member.name });
        }
    }

    /// When a session ends, all players leave at once, and their rooms are reported first: there must be space for
    /// each player that is still here, and for the end itself.
    fn exit_all_rooms(&mut self, id: ClientId) {
        let to_come = self.others.players().roster.len() + 1;
        while let Some(room) = self.others.players_mut().roster.leave_last(id) {
            let Some(member) = self.others.players().roster.get(id) else { return };
            let (name, room) = (member.name.clone(), room.into());
            self.out.events.push_before(to_come, ClientEvent::ExitedRoom { id, name, room });
        }
    }

    fn enter(&mut self, id: ClientId, room: &str) {
        if self.others.players().roster.get(id).is_some_and(|member| !self.has_space_for(&member.rooms, room))
        {
            self.out.statistics.rooms_refused += 1;
            return;
        }
        if self.others.players_mut().roster.enter(id, room)
            && let Some(member) = self.others.players().roster.get(id)
        {
            let (name, room) = (member.name.clone(), room.into());
            self.out.event(ClientEvent::EnteredRoom { id, name, room });
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
        if let Some(member) = self.others.players().roster.get(id) {
            let (name, room) = (member.name.clone(), room.into());
            self.out.event(ClientEvent::ExitedRoom { id, name, room });
        }
    }
}
