//! What an operator has decided about one player, as the server keeps it and as the player's client is told.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;

pub use consonance_wire::Restriction;

use crate::time::Instant;

/// A player's restrictions, and its rights in some rooms, which override the rooms' own rules. The default is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Restrictions {
    imposed: [Option<RestrictionTerms>; Restriction::ALL.len()],
    rooms: BTreeMap<Box<str>, RoomRights>,
}

/// Why a restriction holds, and how long.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RestrictionTerms {
    /// When it ends by itself; never if there is none.
    pub ends: Option<Instant>,
    reason: Box<str>,
}

/// What one player may do in one room, before the room's own rules are asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RoomRights {
    /// Whether it may listen there; none if the room's rules decide.
    pub listen: Option<bool>,
    /// Whether it may speak and write there; none if the room's rules decide.
    pub speak: Option<bool>,
}

impl Restrictions {
    /// Rooms in which one player has rights of its own.
    pub const ROOMS_MAX: usize = 64;

    /// The terms of a restriction, if it holds.
    pub fn terms(&self, restriction: Restriction) -> Option<&RestrictionTerms> {
        self.imposed[restriction as usize].as_ref()
    }

    /// The restriction holds from now on, on these terms and no earlier ones.
    pub fn impose(&mut self, restriction: Restriction, terms: RestrictionTerms) {
        self.imposed[restriction as usize] = Some(terms);
    }

    /// The restriction holds no longer; false if it did not.
    pub fn lift(&mut self, restriction: Restriction) -> bool {
        self.imposed[restriction as usize].take().is_some()
    }

    /// The rights in a room from now on; those that leave everything to the room's rules are forgotten. False if there
    /// are [`ROOMS_MAX`](Self::ROOMS_MAX) others, and nothing has changed.
    pub fn set_room_rights(&mut self, room: &str, rights: RoomRights) -> bool {
        if rights == RoomRights::default() {
            self.rooms.remove(room);
            return true;
        }
        if self.rooms.len() >= Self::ROOMS_MAX && !self.rooms.contains_key(room) {
            return false;
        }
        self.rooms.insert(room.into(), rights);
        true
    }

    /// The rights in a room.
    pub fn room_rights(&self, room: &str) -> RoomRights {
        self.rooms.get(room).copied().unwrap_or_default()
    }

    /// All rooms with rights of their own, sorted.
    pub fn rooms(&self) -> impl ExactSizeIterator<Item = (&str, RoomRights)> {
        self.rooms.iter().map(|(room, rights)| (&**room, *rights))
    }

    /// The restrictions that hold.
    pub fn imposed(&self) -> impl Iterator<Item = (Restriction, &RestrictionTerms)> {
        Restriction::ALL.into_iter().filter_map(|restriction| Some((restriction, self.terms(restriction)?)))
    }

    /// The same with other ends of its restrictions, as by another clock.
    pub(crate) fn with_ends(&self, other: impl Fn(Instant) -> Instant) -> Self {
        let mut restrictions = self.clone();
        for terms in restrictions.imposed.iter_mut().flatten() {
            terms.ends = terms.ends.map(&other);
        }
        restrictions
    }

    /// Whether nothing was decided.
    pub fn is_clear(&self) -> bool {
        *self == Self::default()
    }
}

impl RestrictionTerms {
    /// Bytes of a reason; what is longer is cut off.
    pub const REASON_BYTES_MAX: usize = 256;

    /// A restriction with an end or for good, and the operator's words for it, which the player may be shown.
    pub fn new(ends: Option<Instant>, reason: &str) -> Self {
        Self { ends, reason: bounded_reason(reason).into() }
    }

    /// The operator's words; may be empty.
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

/// As much of an operator's words as is told.
pub(crate) fn bounded_reason(reason: &str) -> &str {
    &reason[..reason.floor_char_boundary(RestrictionTerms::REASON_BYTES_MAX)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rights_that_say_nothing_are_forgotten_and_there_are_only_so_many() {
        let mut restrictions = Restrictions::default();
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
        assert_eq!(terms.reason().len(), 256);
        assert_eq!(RestrictionTerms::new(None, &alloc::format!("x{}", "ü".repeat(200))).reason().len(), 255);
    }
}
