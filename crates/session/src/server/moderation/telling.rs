//! What a player's client is told of the decisions about it.

use consonance_wire::{Capabilities, ClientId, Notice, WireStr};

use crate::restrictions::{Restriction, RestrictionTerms, Restrictions, RoomRights, bounded_reason};
use crate::server::outgoing::Outgoing;
use crate::time::Instant;

impl Outgoing<'_> {
    /// Tells a client that has joined or come back its restrictions and the recording.
    pub(in crate::server) fn tell_restrictions(&mut self, id: ClientId) {
        let (is_whole, last_s) = self.rules().settings().recorded;
        if is_whole || last_s > 0 {
            self.notify(id, &Notice::Recorded { is_whole, last_s });
        }
        if self.rules().policy().register().len() == 0 {
            return;
        }
        let identity = self.rules().policy().identity_of(self.members(), id);
        if let Some(restrictions) =
            identity.and_then(|identity| self.rules().policy().register().get(&identity))
        {
            self.tell_changes(id, &Restrictions::default(), restrictions);
        }
    }

    /// Tells a client which restrictions apply and which do not: it may have missed either.
    pub(in crate::server) fn tell_restrictions_again(&mut self, id: ClientId) {
        if !self.rules().policy().register().was_used() {
            return;
        }
        let Some(identity) = self.rules().policy().identity_of(self.members(), id) else { return };
        let restrictions = self.rules().policy().register().restrictions(&identity);
        for restriction in Restriction::ALL {
            if restrictions.terms(restriction).is_none() {
                self.notify(id, &Notice::Lifted { restriction });
            }
        }
        self.tell_changes(id, &Restrictions::default(), &restrictions);
    }

    /// False if the client does not support notices.
    pub(super) fn tell_changes(
        &mut self,
        id: ClientId,
        former: &Restrictions,
        restrictions: &Restrictions,
    ) -> bool {
        let now = self.rules().now();
        let mut told = self.client_can(id, Capabilities::MODERATION);
        for (restriction, terms) in changed_restrictions(former, restrictions) {
            let notice = match terms {
                Some(terms) => {
                    // Rounded up to at least 1, as 0 means no end.
                    let left = |end: Instant| end.since(now).as_millis().div_ceil(1000).max(1);
                    let ends_in_s = terms.ends.map_or(0, |end| u32::try_from(left(end)).unwrap_or(u32::MAX));
                    Notice::Imposed {
                        restriction,
                        ends_in_s,
                        reason: WireStr::from(bounded_reason(&terms.reason)),
                    }
                }
                None => Notice::Lifted { restriction },
            };
            told &= self.notify(id, &notice);
        }
        for (room, RoomRights { listen, speak }) in changed_rooms(former, restrictions) {
            told &= self.notify(id, &Notice::RoomRights { room: WireStr::from(room), listen, speak });
        }
        told
    }
}

pub(super) fn changed_restrictions<'a>(
    former: &'a Restrictions,
    restrictions: &'a Restrictions,
) -> impl Iterator<Item = (Restriction, Option<&'a RestrictionTerms>)> {
    let changed = Restriction::ALL.into_iter().filter(|of| former.terms(*of) != restrictions.terms(*of));
    changed.map(|restriction| (restriction, restrictions.terms(restriction)))
}

/// Rooms with changed rights, those with rights first.
pub(super) fn changed_rooms<'a>(
    former: &'a Restrictions,
    restrictions: &'a Restrictions,
) -> impl Iterator<Item = (&'a str, RoomRights)> {
    let set = restrictions.rooms().filter(|(room, rights)| former.room_rights(room) != *rights);
    let forgotten =
        former.rooms().filter(|(room, _)| restrictions.room_rights(room) == RoomRights::default());
    set.chain(forgotten.map(|(room, _)| (room, RoomRights::default())))
}
