//! Players with a direct link, as last reported to the game.

use std::collections::BTreeMap;

use consonance_session::{Client, ClientEvent, ClientId};

use crate::event::EventKind;

/// Players with a direct link, by id, with their names.
#[derive(Debug, Default)]
pub(crate) struct DirectPlayers(BTreeMap<ClientId, String>);

impl DirectPlayers {
    /// Handles a session event; true if it can change which players have a direct link.
    ///
    /// A player that has left no longer has a direct link.
    pub(crate) fn follow(&mut self, event: &ClientEvent<'_>) -> bool {
        match event {
            ClientEvent::PlayerLeft { id, .. } => {
                self.0.remove(id);
                false
            }
            ClientEvent::Joined { .. }
            | ClientEvent::PlayerJoined { .. }
            | ClientEvent::PeerIntroduced { .. } => true,
            _ => false,
        }
    }

    /// Events for the changes since the last call: lost links, then new ones.
    pub(crate) fn update(&mut self, client: &Client) -> Vec<EventKind> {
        let direct: BTreeMap<ClientId, &str> = client
            .players()
            .direct()
            .filter_map(|(id, _)| Some((id, client.players().name_of(id)?)))
            .filter(|(_, name)| *name != client.name())
            .collect();
        let mut changes = Vec::new();
        self.0.retain(|id, name| {
            let stays = direct.get(id) == Some(&&**name);
            if !stays {
                changes.push(EventKind::DirectLinkLost { name: std::mem::take(name) });
            }
            stays
        });
        for (id, name) in direct {
            self.0.entry(id).or_insert_with(|| {
                changes.push(EventKind::DirectLinkMade { name: name.to_owned() });
                name.to_owned()
            });
        }
        changes
    }
}
