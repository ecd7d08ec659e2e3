//! Which accounts those had who left last: an operator names a player by the name that it saw, also when the player has
//! gone, and what is decided about an account holds for the account.
//!
//! A name proves nothing. So what is decided by the name of somebody who has left is about the account that had it
//! last, and about none if that was somebody without one: nobody is answerable for what a namesake did.

use std::collections::VecDeque;

use consonance_name_key::NameKey;

/// The accounts of the last ones who have left a session.
#[derive(Debug, Default)]
pub(crate) struct Departed {
    /// Keys of names with their accounts, the latest at the end; each key once.
    gone: VecDeque<(NameKey, Box<str>)>,
}

/// Names of players with an account who have left.
const NAMES_MAX: usize = 256;

impl Departed {
    /// The account of who had this name last, if it had one and was not followed by too many others.
    pub(crate) fn account_of(&self, name: &str) -> Option<&str> {
        let key = NameKey::of(name);
        self.gone.iter().find(|(gone, _)| *gone == key).map(|(_, account)| &**account)
    }

    /// Takes notice of somebody who has left, with this account or with none.
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
    fn of_those_who_have_left_the_last_ones_are_known() {
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
