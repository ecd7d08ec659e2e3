//! The reasons for dropping a packet.

use consonance_wire::ParseError;

use super::statistics::ClientStatistics;
use crate::link::Offence;

/// The reason for dropping a packet. Each kind is counted in [`ClientStatistics`], where its counter is described.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fault {
    Malformed,
    Contradiction,
    UnknownLink,
    NotJoined,
    OtherSession,
    UnknownPlayer,
    Oversized,
    NotForPeers,
    Spoofed,
    PlayerRefused,
    Undrained,
}

impl Fault {
    /// The offence of a direct peer; none if it may be explained by the two of us being in different sessions for a
    /// moment.
    pub(super) fn offence(self) -> Option<Offence> {
        Some(match self {
            Self::Malformed | Self::Contradiction => Offence::Malformed,
            Self::Oversized => Offence::Oversized,
            Self::Spoofed => Offence::Spoofed,
            Self::NotForPeers | Self::PlayerRefused => Offence::Refused,
            Self::UnknownLink
            | Self::NotJoined
            | Self::OtherSession
            | Self::UnknownPlayer
            | Self::Undrained => return None,
        })
    }

    pub(super) fn count(self, statistics: &mut ClientStatistics) {
        *match self {
            Self::Malformed => &mut statistics.malformed,
            Self::Contradiction => &mut statistics.contradictions,
            Self::UnknownLink => &mut statistics.unknown_link,
            Self::NotJoined => &mut statistics.not_joined,
            Self::OtherSession => &mut statistics.other_session,
            Self::UnknownPlayer => &mut statistics.unknown_player,
            Self::Oversized => &mut statistics.oversized,
            Self::NotForPeers => &mut statistics.not_for_peers,
            Self::Spoofed => &mut statistics.spoofed,
            Self::PlayerRefused => &mut statistics.players_refused,
            Self::Undrained => &mut statistics.undrained,
        } += 1;
    }
}

impl From<ParseError> for Fault {
    fn from(_: ParseError) -> Self {
        Self::Malformed
    }
}
