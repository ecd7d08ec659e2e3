//! What is not sent for want of encryption, and the rooms that are not encrypted, told to the player.

use std::collections::BTreeSet;

use consonance_e2ee::{PacketCipher, PlainRooms, Withheld};
use consonance_session::{Client, RoomId};

use crate::encryption_event::WithheldReason;

/// The reasons that the player knows, each told once until the keys change.
#[derive(Debug, Default)]
pub(super) struct Withholding {
    told: BTreeSet<WithheldReason>,
}

/// More are not told until the keys change.
const TOLD_MAX: usize = 64;

impl Withholding {
    /// The keys have changed, or the session: what still holds is told again.
    pub(super) fn forget(&mut self) {
        self.told.clear();
    }

    /// The reason, if the player does not know it.
    pub(super) fn news(&mut self, reason: WithheldReason) -> Option<WithheldReason> {
        let is_new = self.told.len() < TOLD_MAX && self.told.insert(reason.clone());
        is_new.then_some(reason)
    }
}

/// The rooms that are not encrypted, by their names as far as a player who is here listens to them, or else by their
/// ids.
pub(super) fn plain_room_names(cipher: &PacketCipher, client: &Client) -> Vec<String> {
    let named: BTreeSet<String> =
        rooms(client).filter(|room| cipher.is_plain_room(RoomId::of(room).0)).collect();
    let listed = match cipher.plain_rooms() {
        PlainRooms::Only(ids) => &**ids,
        PlainRooms::All | PlainRooms::Never => &[],
    };
    let known: BTreeSet<u16> = named.iter().map(|room| RoomId::of(room).0).collect();
    let unknown = listed.iter().filter(|id| !known.contains(id)).map(|id| unnamed(*id));
    let unknown: Vec<String> = unknown.collect();
    named.into_iter().take(PlainRooms::MAX).chain(unknown).collect()
}

/// The reason to tell the player; `None` if the player that it is about is not known.
pub(super) fn withheld_reason(withheld: Withheld, client: &Client) -> Option<WithheldReason> {
    match withheld {
        Withheld::Room(room) => Some(WithheldReason::PlainRoom { room: room_name(client, room) }),
        Withheld::Player(id) => {
            Some(WithheldReason::NotAMember { player: client.players().name_of(id)?.to_owned() })
        }
    }
}

fn room_name(client: &Client, id: u16) -> String {
    rooms(client).find(|room| RoomId::of(room).0 == id).unwrap_or_else(|| unnamed(id))
}

fn unnamed(id: u16) -> String {
    format!("room number {id}")
}

/// The rooms that somebody listens to.
fn rooms(client: &Client) -> impl Iterator<Item = String> {
    let own = client.rooms().map(str::to_owned);
    own.chain(client.players().iter().flat_map(|player| player.rooms).map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_told_once_until_the_keys_change() {
        let mut withholding = Withholding::default();
        let lobby = || WithheldReason::PlainRoom { room: "lobby".into() };
        assert_eq!(withholding.news(lobby()), Some(lobby()));
        assert_eq!(withholding.news(WithheldReason::NotOffered), Some(WithheldReason::NotOffered));
        assert_eq!(withholding.news(lobby()), None);
        withholding.forget();
        assert_eq!(withholding.news(lobby()), Some(lobby()));
    }

    #[test]
    fn a_peer_that_makes_up_rooms_fills_no_memory() {
        let mut withholding = Withholding::default();
        let told =
            (0..1000).filter_map(|id| withholding.news(WithheldReason::PlainRoom { room: unnamed(id) }));
        assert_eq!(told.count(), TOLD_MAX);
    }
}
