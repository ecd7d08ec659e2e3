//! Which accounts those had who left last: an operator names a player by the name that it saw, also when the player has
//! gone, and what is decided about an account holds for the account.
//!
//! A name proves nothing. So what is decided by the name of somebody who has left is about the account that had it
//! last, and about none if that was somebody without one: nobody is answerable for what a namesake did.

use std::collections::{BTreeMap, VecDeque};

use consonance_session::{ClientId, Identity, Server, ServerEvent, SessionSnapshot};

/// The accounts of a session's players: of those who are in it, and of the last ones who were.
#[derive(Debug, Default)]
pub(crate) struct Departed {
    here: BTreeMap<ClientId, Box<str>>,
    /// Names with their accounts, the latest at the end; each name once.
    gone: VecDeque<(Box<str>, Box<str>)>,
}

/// Names of players with an account who have left.
const NAMES_MAX: usize = 256;

impl Departed {
    /// Who has a place when a session of another process goes on, though no event tells of it.
    pub(crate) fn of_snapshot(snapshot: &SessionSnapshot) -> Self {
        let account = |place: &consonance_session::KeptPlace| Some((place.id, place.access.subject.clone()?));
        let here = snapshot.places.iter().filter_map(account).collect();
        Self { here, gone: VecDeque::new() }
    }

    /// Takes notice of who comes and who goes.
    pub(crate) fn handle_event(&mut self, server: &Server, event: &ServerEvent) {
        match event {
            ServerEvent::ClientJoined { id, .. } | ServerEvent::ClientResumed { id, .. } => {
                match server.identity_of(*id) {
                    Some(Identity::Subject(account)) => self.here.insert(*id, account),
                    _ => self.here.remove(id),
                };
            }
            ServerEvent::ClientLeft { id, name, .. } => self.note_left(*id, name),
            ServerEvent::Restarted { .. } => self.here.clear(),
            _ => {}
        }
    }

    /// The account of who had this name last, if it had one and was not followed by too many others.
    pub(crate) fn account_of(&self, name: &str) -> Option<&str> {
        self.gone.iter().find(|(gone, _)| **gone == *name).map(|(_, account)| &**account)
    }

    fn note_left(&mut self, id: ClientId, name: &str) {
        let account = self.here.remove(&id);
        self.gone.retain(|(gone, _)| **gone != *name);
        let Some(account) = account else { return };
        if self.gone.len() >= NAMES_MAX {
            self.gone.pop_front();
        }
        self.gone.push_back((name.into(), account));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_those_who_have_left_the_last_ones_are_known() {
        let mut departed = Departed::default();
        for number in 0..=NAMES_MAX {
            let id = ClientId(3);
            departed.here.insert(id, format!("account {number}").into());
            departed.note_left(id, &format!("player {number}"));
        }
        assert_eq!((departed.gone.len(), departed.account_of("player 0")), (NAMES_MAX, None));
        assert_eq!(departed.account_of("player 1"), Some("account 1"));
        assert!(departed.here.is_empty());
    }
}
