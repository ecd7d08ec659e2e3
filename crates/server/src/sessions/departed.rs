//! The accounts of the latest players that left: an operator names a player by the name that it saw, also when the
//! player has left, and a decision about an account applies to the account.
//!
//! A name proves nothing. So a decision by the name of a player that left is about the account that had it last, and
//! about none if that player had none: no player is punished for a namesake.

use std::collections::VecDeque;

use consonance_wire::names::NameKey;

/// The accounts of the latest players that left a session.
#[derive(Debug, Default)]
pub(crate) struct Departed {
    /// Keys of names with their accounts, the latest at the end; each key once.
    gone: VecDeque<(NameKey, Box<str>)>,
}

/// Names of players with an account that have left.
const NAMES_MAX: usize = 256;

impl Departed {
    /// The account that had this name last, if any and not followed by too many others.
    pub(crate) fn account_of(&self, name: &str) -> Option<&str> {
        let key = NameKey::of(name);
        self.gone.iter().find(|(gone, _)| *gone == key).map(|(_, account)| &**account)
    }

    /// Records that a player has left, with this account or with none.
    pub(crate) fn note(&mut self, name: &str, account: Option<&str>) {
        let key = NameKey::of(name);
        self.gone.retain(|(gone, _)| *gone != key);
        let Some(account) = account else { return };
        if self.gone.len() >= NAMES_MAX {
            self.gone.pop_front();
        }
        self.gone.push_back((key, account.into()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_departed_players_are_known() {
        let mut departed = Departed::default();
        for number in 0..=NAMES_MAX {
            departed.note(&format!("player {number}"), Some(&format!("account {number}")));
        }
        assert_eq!((departed.gone.len(), departed.account_of("player 0")), (NAMES_MAX, None));
        assert_eq!(departed.account_of("player 1"), Some("account 1"));
        assert_eq!(departed.account_of("PLAYER 1 "), Some("account 1"), "by any spelling");
        departed.note("Player 1", None);
        assert_eq!(departed.account_of("player 1"), None);
    }
}
