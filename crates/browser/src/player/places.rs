//! The players' shared positions. They are not part of the session: the driver carries them.

use consonance_session::{ClientId, Position, Status};

use super::BrowserPlayer;
use crate::control::{Place, ToPage};

impl BrowserPlayer {
    /// The player's id while it is in its session.
    pub fn id(&self) -> Option<ClientId> {
        self.client.id().filter(|_| self.client.status() == Status::Connected)
    }

    /// The player's position, while it is in its session and its page shares it: for the
    /// [`handle_place`](Self::handle_place) of the same session's players in the same [world](Self::world).
    pub fn shared_place(&self) -> Option<(ClientId, Position)> {
        Some((self.id()?, self.position_state.own()?))
    }

    /// The name of the world that the player is in, at most [`WORLD_BYTES_MAX`](crate::control::WORLD_BYTES_MAX)
    /// bytes; empty unless its page has named one.
    pub fn world(&self) -> &str {
        self.position_state.world()
    }

    /// Another player of the session has shared a position in the player's world, or it is not there any longer, or
    /// has stopped sharing it.
    pub fn handle_place(&mut self, id: ClientId, position: Option<Position>) {
        if self.position_state.set(id, position) {
            self.tell_place(id, position);
        }
    }

    /// Takes the player's position from the page.
    pub(super) fn note_own_place(&mut self, place: &Place) {
        self.position_state.set_own(place);
    }

    /// Reports the position of a player whose name was not known before.
    pub(super) fn tell_known_place(&mut self, id: ClientId) {
        if let Some(position) = self.position_state.get(id) {
            self.tell_place(id, Some(position));
        }
    }

    pub(super) fn tell_known_places(&mut self) {
        for id in self.position_state.players() {
            self.tell_known_place(id);
        }
    }

    /// Forgets the position of this id, which belongs to another player from now on.
    pub(super) fn forget_place(&mut self, id: ClientId) {
        self.position_state.set(id, None);
    }

    /// Forgets all positions, as all ids belong to other players from now on.
    pub(super) fn forget_places(&mut self) {
        self.position_state.forget_others();
    }

    fn tell_place(&mut self, id: ClientId, position: Option<Position>) {
        let name =
            self.client.players().iter().find(|player| player.id == id).map(|player| player.name.into());
        let Some(name) = name.filter(|_| self.client.id() != Some(id)) else { return };
        let [x, y, z] = position.map_or([None; 3], |position| position.metres().map(Some));
        self.tell(&ToPage::Placed { id: id.0, name, x, y, z });
    }
}
