//! The rooms of a permissive server: it believes every packet, as the original does.

use consonance_wire::ClientState;
use consonance_wire::names::PlayerName;

use super::{RefusedRooms, Rooms};
use crate::link::LinkId;
use crate::server::event::ServerEvent;
use crate::server::fault::Fault;
use crate::server::visibility::Audience;

impl Rooms<'_> {
    /// Applies a state of any client, from any link: an unknown client is created from it, after the others were told.
    pub(super) fn believe_state(
        &mut self,
        link: LinkId,
        state: &ClientState<'_>,
        packet: &[u8],
    ) -> Result<RefusedRooms, Fault> {
        let id = state.client.id;
        if let Some(member) = self.presence.members().get(id) {
            let name_bytes = member.name.len();
            self.rules.policy().check_all(self.rules.settings().room_bounds(), state, name_bytes)?;
            self.take_broadcast(link)?;
            self.outgoing().pass_on(Audience::All, packet);
        } else {
            let name = state.client.name.ok_or(Fault::NameRefused)?.to_str();
            if name.len() > self.rules.settings().longest_name()
                || self.presence.members().len() >= self.rules.limits().links
            {
                return Err(Fault::NameRefused);
            }
            self.rules.policy().check_all(self.rules.settings().room_bounds(), state, name.len())?;
            self.take_broadcast(link)?;
            self.outgoing().pass_on(Audience::All, packet);
            self.presence.links_mut().attach_ghost(link, id);
            let codec = state.client.codec;
            let (name, key) = PlayerName::from(&*name).into_parts();
            self.presence.members_mut().insert(id, name.clone(), key, codec, link);
            let node = self.presence.connections_mut().reach_over(id, link);
            self.rules.policy_mut().proximity_mut().set_node(id, node);
            self.observations.raise(ServerEvent::ClientJoined { id, name, link, codec });
        }
        self.replace_rooms(id, state);
        Ok(RefusedRooms::none_of(id))
    }

    fn take_broadcast(&mut self, link: LinkId) -> Result<(), Fault> {
        self.presence.links_mut().take_broadcasts(link, self.rules.now(), self.rules.limits(), 1)
    }
}
