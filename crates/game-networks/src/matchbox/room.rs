//! The players in the room, and the connections to each of them.

use std::collections::BTreeMap;

use crate::matchbox::election::Election;
use crate::matchbox::{HostChoice, PlayerId};

/// The room as one player sees it, from its entering to its leaving.
#[derive(Debug)]
pub(crate) struct Room {
    pub(crate) me: PlayerId,
    pub(crate) election: Election,
    /// The host to which our client is linked, or will be.
    pub(crate) host: Option<PlayerId>,
    players: BTreeMap<PlayerId, Player>,
    by_number: BTreeMap<u64, PlayerId>,
}

#[derive(Debug)]
pub(crate) struct Player {
    /// Its peer number in the hosted transports.
    pub(crate) number: u64,
    pub(crate) direct: DirectLink,
}

/// The state of the direct link to a player, as far as it is known here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DirectLink {
    None,
    /// We have offered it.
    Offered,
    Up,
}

impl Room {
    pub(crate) fn new(me: PlayerId, choice: HostChoice) -> Self {
        let election = Election::new(choice, me);
        let host = None;
        Self { me, election, host, players: BTreeMap::new(), by_number: BTreeMap::new() }
    }

    pub(crate) fn is_host(&self) -> bool {
        self.host == Some(self.me)
    }

    pub(crate) fn add(&mut self, id: PlayerId, number: u64) {
        self.by_number.insert(number, id);
        self.players.insert(id, Player { number, direct: DirectLink::None });
    }

    pub(crate) fn remove(&mut self, id: PlayerId) -> Option<Player> {
        let player = self.players.remove(&id)?;
        self.by_number.remove(&player.number);
        self.election.handle_gone(id);
        Some(player)
    }

    pub(crate) fn has(&self, id: PlayerId) -> bool {
        self.players.contains_key(&id)
    }

    pub(crate) fn player_mut(&mut self, id: PlayerId) -> Option<&mut Player> {
        self.players.get_mut(&id)
    }

    /// The player of this number, and the direct link to it.
    pub(crate) fn by_number(&mut self, number: u64) -> Option<(PlayerId, &mut DirectLink)> {
        let id = *self.by_number.get(&number)?;
        Some((id, &mut self.players.get_mut(&id)?.direct))
    }

    /// All other players, in the order of their ids.
    pub(crate) fn ids(&self) -> Vec<PlayerId> {
        self.players.keys().copied().collect()
    }
}
