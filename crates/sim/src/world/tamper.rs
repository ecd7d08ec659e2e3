//! Where the sabotage of a run takes hold.

use std::rc::Rc;

use super::{Outgoing, World};
use crate::network::{Parcel, Who, owner};
use crate::sabotage::{Sabotage, readdressed};

impl World {
    /// Besides the delivery of a frame: the same frame to somebody else.
    pub(super) fn misdelivery(&mut self, right: &Parcel) -> Option<(Who, Parcel)> {
        let strikes = self.sabotage?.strikes(Sabotage::Misdelivery, &mut self.dice);
        let victim = self.any_player();
        let (_, id) = self.players[victim.index()].heard.joined?;
        let word = self.words.get(right.word?)?;
        let link = self.network.open_link_of(victim)?;
        if !strikes || word.from == victim || owner(right.link) == victim {
            return None;
        }
        let payload = readdressed(&right.payload, id)?;
        Some((victim, Parcel { link, payload, view: None, ..right.clone() }))
    }

    /// A frame that the server passes on loses its last listener, or gets another one.
    pub(super) fn change_listeners(&mut self) {
        if self.strikes(Sabotage::ForgottenListener) {
            self.batch.pop();
        }
        if self.strikes(Sabotage::Eavesdropper)
            && let Some(last) = self.batch.last()
        {
            let (delivery, payload, word) = (last.delivery, Rc::clone(&last.payload), last.word);
            let eavesdropper = self.any_player();
            if let Some(link) = self.network.open_link_of(eavesdropper) {
                self.batch.push(Outgoing { link, delivery, payload, word, view: None, repeated: false });
            }
        }
    }

    /// Nobody may connect this time, not even in vain.
    pub(super) fn is_kept_away(&mut self) -> bool {
        self.strikes(Sabotage::NoWayBack)
    }

    fn strikes(&mut self, what: Sabotage) -> bool {
        self.sabotage.is_some_and(|sabotage| sabotage.strikes(what, &mut self.dice))
    }
}
