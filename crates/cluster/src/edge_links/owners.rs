//! Changes of a session's owner: the new owner is told of the links here, and the former owner that they no longer
//! lead to it.

use std::collections::BTreeMap;
use std::hash::Hash;

use consonance_link::Delivery;

use super::sessions::HeldPacket;
use super::{EdgeLink, EdgeLinks, NumberedPackets, ReleasedLink};
use crate::bus::Member;
use crate::kept_client::KeptClient;
use crate::link_number::LinkNumber;
use crate::message::{LinkEnd, ToOwner};

impl<L: Copy + Eq + Hash> EdgeLinks<L> {
    /// Sets the owner of a session, or marks it as unknown. A new owner is told of all links, of the client of each
    /// as far as it is known, and of the packets held for it. Returns the links of which the owner could not be told,
    /// which are to be ended; normally there are none.
    #[must_use]
    pub fn set_owner(
        &mut self,
        session: &str,
        owner: Option<Member>,
        mut kept: impl FnMut(L) -> Option<KeptClient>,
    ) -> Vec<L> {
        let Some(index) = self.sessions.find(session) else { return Vec::new() };
        if self.sessions.get(index).owner == owner {
            return Vec::new();
        }
        let former = self.sessions.get_mut(index).set_owner(owner);
        self.withdraw_links(index, former);
        let Some(owner) = owner else { return Vec::new() };
        let mut failed = Vec::new();
        let links = self.slots.iter_mut().filter_map(|slot| Some((slot.link.as_mut()?, slot.number)));
        for (EdgeLink { link, origin, kept: last, .. }, number) in
            links.filter(|(link, _)| link.is_own_of(index))
        {
            let about = origin.about();
            *last = kept(*link).or(*last);
            let message = match *last {
                Some(client) => ToOwner::Kept { link: number, session, about, client },
                None => ToOwner::Connected { link: number, session, about },
            };
            if !self.out.send(owner, Delivery::Reliable, message.write(&mut self.buffer)) {
                failed.push(*link);
            }
            if let Some(account) = &origin.account {
                let message = ToOwner::Account { link: number, account };
                self.out.send(owner, Delivery::Reliable, message.write(&mut self.buffer));
            }
        }
        for HeldPacket { link, number, packet } in self.sessions.get_mut(index).take_held() {
            let message = ToOwner::Packet { link, number: Some(number), packet: &packet };
            self.out.send(owner, Delivery::Reliable, message.write(&mut self.buffer));
        }
        failed
    }

    /// This worker owns a session from now on, so its links no longer belong to an edge. Returns them.
    pub fn release(&mut self, session: &str) -> Vec<ReleasedLink<L>> {
        let Some(index) = self.sessions.find(session) else { return Vec::new() };
        self.withdraw_links(index, self.sessions.get(index).told());
        let mut held: BTreeMap<LinkNumber, NumberedPackets> = BTreeMap::new();
        for HeldPacket { link, number, packet } in self.sessions.get_mut(index).take_held() {
            held.entry(link).or_default().push((number, packet));
        }
        let slots = self.slots.iter().filter_map(|slot| Some((slot.link.as_ref()?, slot.number)));
        let links = slots.filter(|(link, _)| link.session == index);
        let released: Vec<ReleasedLink<L>> = links
            .map(|(EdgeLink { link, origin, .. }, number)| ReleasedLink {
                link: *link,
                origin: origin.clone(),
                held: held.remove(&number).unwrap_or_default(),
            })
            .collect();
        for ReleasedLink { link, .. } in &released {
            self.remove(*link);
        }
        released
    }

    /// Whether links of this edge are waiting to learn the owner of their session.
    pub(super) fn waits_for_owner(&self, session: &str) -> bool {
        let Some(index) = self.sessions.find(session) else { return false };
        let mut links = self.slots.iter().filter_map(|slot| slot.link.as_ref());
        self.sessions.get(index).owner.is_none() && links.any(|link| link.is_own_of(index))
    }

    /// Tells a former owner of a session that the links of this edge no longer lead to it: otherwise it would still
    /// have them if it owned the session again.
    fn withdraw_links(&mut self, session: usize, former: Option<Member>) {
        let Some(former) = former else { return };
        for slot in &self.slots {
            if slot.link.as_ref().is_some_and(|link| link.is_own_of(session)) {
                let message = ToOwner::Disconnected { link: slot.number, why: LinkEnd::ByEdge };
                self.out.send(former, Delivery::Reliable, message.write(&mut self.buffer));
            }
        }
    }
}
