//! The behavior of a permissive server: it believes every packet, as the original does.

use consonance_name_key::PlayerName;
use consonance_wire::{ClientState, MessageType, ParseError};

use super::sending::Audience;
use super::{Fault, Server};
use crate::link::LinkId;

impl Server {
    /// Applies a state of any client, from any link: an unknown client is created from it, after the others were told.
    pub(super) fn believe_state(
        &mut self,
        link: LinkId,
        state: &ClientState<'_>,
        packet: &[u8],
    ) -> Result<(), Fault> {
        let id = state.client.id;
        if let Some(member) = self.members.get(id) {
            let name_bytes = member.name.len();
            self.policy.check_all(self.settings.room_bounds(), state, name_bytes)?;
            self.links.take_broadcasts(link, self.now, &self.settings.limits, 1)?;
            self.pass_on(Audience::All, packet);
        } else {
            let name = state.client.name.ok_or(Fault::NameRefused)?.to_str();
            if name.len() > self.settings.longest_name() || self.members.len() >= self.settings.limits.links {
                return Err(Fault::NameRefused);
            }
            self.policy.check_all(self.settings.room_bounds(), state, name.len())?;
            self.links.take_broadcasts(link, self.now, &self.settings.limits, 1)?;
            self.pass_on(Audience::All, packet);
            self.links.attach_ghost(link, id);
            self.add_client(link, id, PlayerName::from(&*name), state.client.codec);
        }
        self.replace_rooms(id, state);
        Ok(())
    }

    /// Removes one of several clients of a link that is gone, the first of the table; the others stay. False if it has
    /// no other.
    pub(super) fn remove_one_of_several(&mut self, link: LinkId) -> bool {
        if self.links.clients_of(link).count() < 2 {
            return false;
        }
        if let Some(first) = self.members.first_in_order(self.links.clients_of(link)) {
            self.remove_client(first);
        }
        true
    }
}

/// Checks a packet to relay: any type with the magic number is allowed, except an introduction to a direct peer.
pub(super) fn check_believed_inner(inner: &[u8]) -> Result<(), Fault> {
    match MessageType::peek(inner) {
        Ok(MessageType::HandshakeP2P) => Err(Fault::InnerRefused),
        Ok(_) | Err(ParseError::UnknownType { .. }) => Ok(()),
        Err(_) => Err(Fault::Malformed),
    }
}
