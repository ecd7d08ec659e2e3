//! The restrictions of one player, with ends in wall-clock time, so that they mean the same after a restart.

use std::time::Duration;

use consonance_session::{Instant, RestrictionTerms, Restrictions, RoomRights};

/// The restrictions of a player, with ends in wall-clock time and with their origin.
pub type StoredRestrictions = Restrictions<Until, Origin>;

/// The terms of a restriction: its reason, its end, and the origin of the decision.
pub type StoredTerms = RestrictionTerms<Until, Origin>;

/// The end of a restriction, in wall-clock time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Until {
    /// In seconds since 1970; never if there is none.
    pub until: Option<u64>,
}

/// The origin of a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The operator that decided it.
    pub by: String,
    /// When, in seconds since 1970.
    pub since: u64,
    /// A moderator in the game decided it, and every moderator may lift it; an operator's decision can be lifted by
    /// operators only.
    pub by_moderator: bool,
}

impl Until {
    /// Whether a restriction with this end holds at this time, in seconds since 1970.
    pub fn holds(self, now: u64) -> bool {
        self.until.is_none_or(|until| now < until)
    }
}

/// The restrictions that are in force at this time, in seconds since 1970.
#[must_use]
pub(crate) fn held_at(stored: &StoredRestrictions, now: u64) -> StoredRestrictions {
    stored.map(|terms| terms.ends.holds(now).then(|| terms.clone()))
}

/// The combination of two records of one player: of two terms those that end later, and of two rights the one that
/// forbids.
#[must_use]
pub(crate) fn merged(one: &StoredRestrictions, other: &StoredRestrictions) -> StoredRestrictions {
    let mut both = one.clone();
    let rank = |terms: &StoredTerms| (terms.ends.until.unwrap_or(u64::MAX), !terms.origin.by_moderator);
    for (restriction, terms) in other.imposed() {
        if one.terms(restriction).is_none_or(|held| rank(held) <= rank(terms)) {
            both.impose(restriction, terms.clone());
        }
    }
    for (room, rights) in other.rooms() {
        let held = both.room_rights(room);
        let stricter = |one: Option<bool>, other: Option<bool>| [one, other].into_iter().flatten().min();
        let listen = stricter(held.listen, rights.listen);
        let speak = stricter(held.speak, rights.speak);
        // Rooms over the limit of one player are left out.
        both.set_room_rights(room, RoomRights { listen, speak });
    }
    both
}

/// The same for a session, whose clock says `at` while the wall's says `now`.
pub(crate) fn in_session_time(stored: &StoredRestrictions, now: u64, at: Instant) -> Restrictions {
    held_at(stored, now).map(|terms| {
        let ends = terms.ends.until.map(|until| at + Duration::from_secs(until.saturating_sub(now)));
        Some(terms.with_ends(ends))
    })
}

#[cfg(test)]
mod tests {
    use consonance_session::Restriction;

    use super::*;

    fn terms(until: Option<u64>) -> StoredTerms {
        let origin = Origin { by: "Ann".into(), since: 0, by_moderator: false };
        StoredTerms { ends: Until { until }, reason: "loud".into(), origin }
    }

    #[test]
    fn a_session_is_told_how_long_something_holds_by_its_own_clock() {
        let mut stored = StoredRestrictions::default();
        stored.impose(Restriction::Muted, terms(Some(110)));
        stored.impose(Restriction::TextMuted, terms(None));
        stored.impose(Restriction::Deafened, terms(Some(100)));
        stored.set_room_rights("red", RoomRights { listen: None, speak: Some(false) });
        let restrictions = in_session_time(&stored, 100, Instant::from_millis(5_000));
        let ends = |restriction| restrictions.terms(restriction).map(|terms| terms.ends);
        assert_eq!(ends(Restriction::Muted), Some(Some(Instant::from_millis(15_000))));
        assert_eq!((ends(Restriction::TextMuted), ends(Restriction::Deafened)), (Some(None), None));
        assert_eq!(restrictions.room_rights("red").speak, Some(false));
    }

    #[test]
    fn of_two_records_the_later_end_and_the_stricter_right_hold() {
        let moderated = |until| {
            let mut terms = terms(until);
            terms.origin.by_moderator = true;
            terms
        };
        let merged_mute = |one: StoredTerms, other: StoredTerms| {
            let [mut first, mut second] = [StoredRestrictions::default(), StoredRestrictions::default()];
            first.impose(Restriction::Muted, one);
            second.impose(Restriction::Muted, other);
            merged(&first, &second).terms(Restriction::Muted).cloned().unwrap()
        };
        for (one, other, expected) in [
            (terms(Some(5)), terms(Some(9)), terms(Some(9))),
            (terms(Some(9)), terms(Some(5)), terms(Some(9))),
            (terms(None), terms(Some(9)), terms(None)),
            (moderated(None), terms(None), terms(None)),
            (terms(None), moderated(None), terms(None)),
        ] {
            assert_eq!(merged_mute(one, other), expected);
        }
        let [mut first, mut second] = [StoredRestrictions::default(), StoredRestrictions::default()];
        first.set_room_rights("red", RoomRights { listen: Some(true), speak: None });
        second.set_room_rights("red", RoomRights { listen: Some(false), speak: Some(true) });
        let expected = RoomRights { listen: Some(false), speak: Some(true) };
        assert_eq!(merged(&first, &second).room_rights("red"), expected);
    }
}
