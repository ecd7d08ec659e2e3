//! The numbers by which players, rooms and steps of the simulation are called.

use consonance_session::LinkId;

/// A player of the simulation, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct PlayerId(pub(crate) u16);

impl PlayerId {
    pub(crate) fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// A room of the simulation, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Room(pub(crate) u16);

/// Counts the server's steps that changed something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Version(pub(crate) u64);

/// The player of a link.
pub(crate) fn owner(link: LinkId) -> PlayerId {
    PlayerId(link.0 as u16)
}
