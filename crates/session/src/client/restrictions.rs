//! The operator's decisions about me, as the server reports them.

use alloc::boxed::Box;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use core::time::Duration;

use super::event::{ClientEvent, Disconnection, RecordingNotice};
use crate::restrictions::{Restriction, RestrictionTerms, Restrictions, RoomRights};

/// The reported restrictions, and those of them that were confirmed since I last joined.
#[derive(Debug, Default)]
pub struct OwnRestrictions {
    restrictions: Restrictions,
    recorded: RecordingNotice,
    /// I was kicked: no reconnect follows the end of the link.
    is_kicked: bool,
    confirmed: Confirmed,
}

/// The restrictions that a server has repeated since I joined. It repeats all before it marks the roster complete.
#[derive(Debug, Default)]
struct Confirmed {
    imposed: [bool; Restriction::ALL.len()],
    /// At most as many as have rights.
    rooms: BTreeSet<Box<str>>,
    recorded: bool,
}

/// The tolerance for two machines' clocks and the network delay: a repeated end time differs by no more.
const SAME_END: Duration = Duration::from_secs(5);

impl OwnRestrictions {
    /// A session was joined, or joined again.
    pub(super) fn begin(&mut self) {
        self.confirmed = Confirmed::default();
        self.is_kicked = false;
    }

    /// My restrictions by decision of the server's operator, and my rights in rooms. Ends are by my own clock.
    pub fn all(&self) -> &Restrictions {
        &self.restrictions
    }

    /// The operator's recording of voice, as far as the server announces it.
    pub fn recorded(&self) -> RecordingNotice {
        self.recorded
    }

    /// The server kicks me.
    pub(super) fn kick(&mut self) {
        self.is_kicked = true;
    }

    /// Whether this is denied to me.
    pub(super) fn has(&self, restriction: Restriction) -> bool {
        self.restrictions.terms(restriction).is_some()
    }

    /// The cause of my removal by the server.
    pub(super) fn removal(&self) -> Disconnection {
        if self.is_kicked { Disconnection::Kicked } else { Disconnection::ReplacedByNewerLogin }
    }

    /// The roster is complete, and with it all restrictions: drops those that were not confirmed.
    pub(super) fn forget_unconfirmed(&mut self) -> Vec<ClientEvent<'static>> {
        let confirmed = core::mem::take(&mut self.confirmed);
        let unconfirmed = Restriction::ALL.into_iter().filter(|it| !confirmed.imposed[*it as usize]);
        let mut events: Vec<_> = unconfirmed.filter_map(|restriction| self.lift(restriction)).collect();
        let rooms = self.restrictions.rooms().map(|(room, _)| Box::<str>::from(room));
        let forgotten: Vec<_> = rooms.filter(|room| !confirmed.rooms.contains(room)).collect();
        events.extend(
            forgotten.iter().filter_map(|room| self.set_rights(room, RoomRights::default()).ok().flatten()),
        );
        if !confirmed.recorded {
            events.extend(self.set_recorded(RecordingNotice::default()));
        }
        events
    }

    pub(super) fn impose(
        &mut self,
        restriction: Restriction,
        terms: RestrictionTerms,
    ) -> Option<ClientEvent<'static>> {
        self.confirmed.imposed[restriction as usize] = true;
        let former = self.restrictions.terms(restriction);
        let is_known = former.is_some_and(|former| says_the_same(former, &terms));
        self.restrictions.impose(restriction, terms.clone());
        (!is_known).then_some(ClientEvent::Restricted { restriction, terms: Some(terms) })
    }

    pub(super) fn lift(&mut self, restriction: Restriction) -> Option<ClientEvent<'static>> {
        let is_news = self.restrictions.lift(restriction);
        is_news.then_some(ClientEvent::Restricted { restriction, terms: None })
    }

    /// # Errors
    /// If these are rights in more rooms than the limit allows, which are ignored.
    pub(super) fn set_rights(
        &mut self,
        room: &str,
        rights: RoomRights,
    ) -> Result<Option<ClientEvent<'static>>, TooManyRooms> {
        let former = self.restrictions.room_rights(room);
        if !self.restrictions.set_room_rights(room, rights) {
            return Err(TooManyRooms);
        }
        if rights == RoomRights::default() {
            self.confirmed.rooms.remove(room);
        } else {
            self.confirmed.rooms.insert(room.into());
        }
        Ok((former != rights).then(|| ClientEvent::RoomRights { room: room.into(), rights }))
    }

    /// The server reports whether voice is recorded.
    pub(super) fn confirm_recorded(&mut self, recorded: RecordingNotice) -> Option<ClientEvent<'static>> {
        self.confirmed.recorded = true;
        self.set_recorded(recorded)
    }

    fn set_recorded(&mut self, recorded: RecordingNotice) -> Option<ClientEvent<'static>> {
        let is_news = self.recorded != recorded;
        self.recorded = recorded;
        is_news.then_some(ClientEvent::Recorded(recorded))
    }
}

/// Rights in more rooms than the limit allows.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooManyRooms;

/// Whether two terms are the same: after a reconnect, a repeated end time is a little earlier or later.
fn says_the_same(former: &RestrictionTerms, terms: &RestrictionTerms) -> bool {
    let is_same_end = match (former.ends, terms.ends) {
        (None, None) => true,
        (Some(one), Some(other)) => one.since(other).max(other.since(one)) <= SAME_END,
        _ => false,
    };
    is_same_end && former.reason == terms.reason
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_names_ever_other_rooms_takes_no_memory_for_those_that_count_no_more() {
        let mut own = OwnRestrictions::default();
        let silent = RoomRights { speak: Some(false), ..RoomRights::default() };
        for number in 0..1000 {
            let room = alloc::format!("room {number}");
            assert!(own.set_rights(&room, silent).is_ok());
            assert!(own.set_rights(&room, RoomRights::default()).is_ok());
        }
        assert_eq!(own.confirmed.rooms.len(), 0);
        let set = (0..1000).filter(|number| own.set_rights(&alloc::format!("room {number}"), silent).is_ok());
        assert_eq!(set.count(), Restrictions::ROOMS_MAX);
        assert_eq!(own.confirmed.rooms.len(), Restrictions::ROOMS_MAX);
    }

    #[test]
    fn what_a_server_does_not_repeat_is_lifted_once_the_roster_is_complete() {
        let mut own = OwnRestrictions::default();
        let terms = RestrictionTerms::new(None, "loud");
        let news = |restriction| ClientEvent::Restricted { restriction, terms: Some(terms.clone()) };
        for restriction in [Restriction::Muted, Restriction::Deafened] {
            assert_eq!(own.impose(restriction, terms.clone()), Some(news(restriction)));
        }
        own.begin();
        assert_eq!(own.impose(Restriction::Muted, terms.clone()), None, "it is known");
        let lifted = ClientEvent::Restricted { restriction: Restriction::Deafened, terms: None };
        assert_eq!(own.forget_unconfirmed(), [lifted]);
        assert!(own.has(Restriction::Muted) && !own.has(Restriction::Deafened));
    }
}
