//! What a hostile member does with requests.

use crate::sim::dice::Dice;

/// How a hostile member attacks the group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Strategy {
    /// It removes everybody else, and then sends garbage.
    RemoveAll,
    Garbage,
    /// It never answers.
    Silence,
    Decline,
    /// It adds a member that is no player of the session.
    Stranger,
    /// It removes an honest member, too.
    RemoveOne,
    /// Its commits and Welcomes give some, or all, no keys.
    SpoilSome,
    /// Its commits hold but for the tags that only members can check.
    SpoilTag,
    /// Its Welcomes cannot be read.
    SpoilWelcomes,
    /// It sends a commit of a former epoch again.
    Replay,
    /// It adds no newcomer.
    LeaveOut,
    /// It complains about each commit of the others.
    Complain,
    /// It sends all that it may, and more, unasked.
    Flood,
    /// Any of the above each time.
    Mixed,
}

impl Strategy {
    const ALL: [Self; 14] = [
        Self::RemoveAll,
        Self::Garbage,
        Self::Silence,
        Self::Decline,
        Self::Stranger,
        Self::RemoveOne,
        Self::SpoilSome,
        Self::SpoilTag,
        Self::SpoilWelcomes,
        Self::Replay,
        Self::LeaveOut,
        Self::Complain,
        Self::Flood,
        Self::Mixed,
    ];

    pub(super) fn drawn(dice: &mut Dice) -> Self {
        dice.pick(&Self::ALL).copied().unwrap_or(Self::Mixed)
    }

    /// What it does with one request, after so many attacks.
    pub(super) fn for_request(self, attacks: u32, dice: &mut Dice) -> Self {
        match self {
            Self::RemoveAll if attacks > 0 => Self::Garbage,
            Self::Mixed => Self::drawn(dice),
            other => other,
        }
    }
}
