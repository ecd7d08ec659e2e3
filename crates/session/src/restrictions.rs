//! An operator's decisions about one player: one value from the operator's request to the store, the session, the
//! player's client and its page. [`Restrictions::map`] converts the end times from one clock to another.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;

pub use consonance_wire::Restriction;

use crate::time::Instant;

/// A player's restrictions, and its rights in some rooms, which override the rooms' own rules. The default is none.
///
/// `E` is the end time of a restriction, by the clock of the value's holder; by the session's own clock unless stated
/// otherwise. `O` is the known origin of the restriction; a session does not need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restrictions<E = Option<Instant>, O = NoOrigin> {
    muted: Option<RestrictionTerms<E, O>>,
    text_muted: Option<RestrictionTerms<E, O>>,
    deafened: Option<RestrictionTerms<E, O>>,
    rooms: BTreeMap<Box<str>, RoomRights>,
}

/// The reason, end and origin of a restriction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RestrictionTerms<E = Option<Instant>, O = NoOrigin> {
    /// The time at which it ends by itself, if any.
    pub ends: E,
    /// The operator's message; may be empty.
    pub reason: Box<str>,
    /// The operator that imposed it, and when.
    pub origin: O,
}

/// The unknown origin of a restriction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NoOrigin {}

/// The rights of one player in one room, which take precedence over the room's own rules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RoomRights {
    /// Whether it may listen there; none if the room's rules decide.
    pub listen: Option<bool>,
    /// Whether it may speak and write there; none if the room's rules decide.
    pub speak: Option<bool>,
}

impl Restrictions {
    /// The maximum number of rooms in which one player has its own rights.
    pub const ROOMS_MAX: usize = 64;
}

impl<E, O> Restrictions<E, O> {
    /// The terms of a restriction, if it holds.
    pub fn terms(&self, restriction: Restriction) -> Option<&RestrictionTerms<E, O>> {
        match restriction {
            Restriction::Muted => self.muted.as_ref(),
            Restriction::TextMuted => self.text_muted.as_ref(),
            Restriction::Deafened => self.deafened.as_ref(),
        }
    }

    /// Imposes the restriction on these terms, in place of any earlier ones.
    pub fn impose(&mut self, restriction: Restriction, terms: RestrictionTerms<E, O>) {
        *self.slot(restriction) = Some(terms);
    }

    /// Lifts the restriction; false if there was none.
    pub fn lift(&mut self, restriction: Restriction) -> bool {
        self.slot(restriction).take().is_some()
    }

    /// Sets the rights in a room; rights that leave everything to the room's rules are removed. False, without any
    /// change, if there are [`ROOMS_MAX`](Restrictions::ROOMS_MAX) others.
    pub fn set_room_rights(&mut self, room: &str, rights: RoomRights) -> bool {
        if rights == RoomRights::default() {
            self.rooms.remove(room);
            return true;
        }
        if self.rooms.len() >= Restrictions::ROOMS_MAX && !self.rooms.contains_key(room) {
            return false;
        }
        self.rooms.insert(room.into(), rights);
        true
    }

    /// The rights in a room.
    pub fn room_rights(&self, room: &str) -> RoomRights {
        self.rooms.get(room).copied().unwrap_or_default()
    }

    /// All rooms with specific rights, sorted.
    pub fn rooms(&self) -> impl ExactSizeIterator<Item = (&str, RoomRights)> {
        self.rooms.iter().map(|(room, rights)| (&**room, *rights))
    }

    /// The restrictions that hold.
    pub fn imposed(&self) -> impl Iterator<Item = (Restriction, &RestrictionTerms<E, O>)> {
        Restriction::ALL.into_iter().filter_map(|restriction| Some((restriction, self.terms(restriction)?)))
    }

    /// The same with another clock or origin: with these terms for each restriction, without those that `terms` maps
    /// to none.
    #[must_use]
    pub fn map<F, P>(
        &self,
        mut terms: impl FnMut(&RestrictionTerms<E, O>) -> Option<RestrictionTerms<F, P>>,
    ) -> Restrictions<F, P> {
        Restrictions {
            muted: self.muted.as_ref().and_then(&mut terms),
            text_muted: self.text_muted.as_ref().and_then(&mut terms),
            deafened: self.deafened.as_ref().and_then(&mut terms),
            rooms: self.rooms.clone(),
        }
    }

    /// Whether there are no restrictions and no rights.
    pub fn is_clear(&self) -> bool {
        self.imposed().next().is_none() && self.rooms.is_empty()
    }

    fn slot(&mut self, restriction: Restriction) -> &mut Option<RestrictionTerms<E, O>> {
        match restriction {
            Restriction::Muted => &mut self.muted,
            Restriction::TextMuted => &mut self.text_muted,
            Restriction::Deafened => &mut self.deafened,
        }
    }
}

impl<E, O> Default for Restrictions<E, O> {
    fn default() -> Self {
        Self { muted: None, text_muted: None, deafened: None, rooms: BTreeMap::new() }
    }
}

impl RestrictionTerms {
    /// The maximum number of bytes of a reason in a notice to a player; the rest of a longer one is cut off.
    pub const REASON_BYTES_MAX: usize = 256;

    /// A restriction with an end or without one, and as much of the operator's message as the player receives.
    pub fn new(ends: Option<Instant>, reason: &str) -> Self {
        Self { ends, reason: bounded_reason(reason).into(), origin: NoOrigin {} }
    }
}

impl<E, O> RestrictionTerms<E, O> {
    /// The same by another clock, as the player receives it: without the origin, and with the reason cut to its limit.
    pub fn with_ends<F>(&self, ends: F) -> RestrictionTerms<F> {
        RestrictionTerms { ends, reason: bounded_reason(&self.reason).into(), origin: NoOrigin {} }
    }
}

/// As much of an operator's message as the player receives.
pub(crate) fn bounded_reason(reason: &str) -> &str {
    &reason[..reason.floor_char_boundary(RestrictionTerms::REASON_BYTES_MAX)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rights_that_say_nothing_are_forgotten_and_there_are_only_so_many() {
        let mut restrictions = <Restrictions>::default();
        let silent = RoomRights { speak: Some(false), ..RoomRights::default() };
        for room in 0..Restrictions::ROOMS_MAX {
            assert!(restrictions.set_room_rights(&alloc::format!("room {room}"), silent));
        }
        assert!(!restrictions.set_room_rights("one more", silent));
        assert!(restrictions.set_room_rights("room 3", RoomRights::default()));
        assert!(restrictions.set_room_rights("one more", silent));
        assert_eq!(
            (restrictions.room_rights("one more"), restrictions.room_rights("room 3")),
            (silent, RoomRights::default())
        );
    }

    #[test]
    fn a_long_reason_is_cut_between_characters() {
        let terms = RestrictionTerms::new(None, &"ü".repeat(200));
        assert_eq!(terms.reason.len(), 256);
        assert_eq!(RestrictionTerms::new(None, &alloc::format!("x{}", "ü".repeat(200))).reason.len(), 255);
    }
}
