//! The points at which the sabotage of a run is applied.

use std::rc::Rc;

use consonance_session::{ClientId, Delivery, LinkId};
use consonance_wire::RemoveClient;

use super::World;
use super::forge::written;
use crate::sim::network::{Parcel, Way};
use crate::sim::numbers::{PlayerId, owner};
use crate::sim::sabotage::{Sabotage, readdressed};

impl World {
    /// Besides the delivery of a frame: the same frame to another player.
    pub(super) fn misdelivery(&mut self, right: &Parcel) -> Option<(PlayerId, Parcel)> {
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
                let way = Way::Down;
                self.batch.push(Parcel { link, way, delivery, payload, word, view: None, repeated: false });
            }
        }
    }

    /// Whether sabotage keeps this player from even trying to connect.
    pub(super) fn is_kept_away(&mut self) -> bool {
        self.strikes(Sabotage::NoWayBack)
    }

    /// The replacement of a packet for an engine, if any, and the number of its deliveries.
    pub(super) fn delivered(&mut self, parcel: &Parcel) -> (Option<Rc<[u8]>>, usize) {
        let Some(sabotage) = self.sabotage else { return (None, 1) };
        (sabotage.changed(parcel), sabotage.deliveries(parcel, &mut self.dice))
    }

    /// Tells all other players that it left.
    pub(super) fn raise_false_alarm(&mut self, id: ClientId, link: LinkId) {
        if self.sabotage != Some(Sabotage::FalseAlarm) {
            return;
        }
        let payload = written(&RemoveClient { session: self.model.session, id }.into());
        let others = self.model.present().filter_map(|stay| self.model.link_of(stay.id));
        let alarm = others.filter(|other| *other != link).map(|link| Parcel {
            link,
            way: Way::Down,
            delivery: Delivery::Reliable,
            payload: Rc::clone(&payload),
            word: None,
            view: None,
            repeated: false,
        });
        self.batch.extend(alarm);
    }

    fn strikes(&mut self, what: Sabotage) -> bool {
        self.sabotage.is_some_and(|sabotage| sabotage.strikes(what, &mut self.dice))
    }
}
