//! The reasons for dropping a packet, and their counters.

use consonance_wire::ParseError;

use super::statistics::ServerStatistics;
use crate::link::Offence;

/// The reason for dropping a packet. Each kind is counted in [`ServerStatistics`](super::ServerStatistics), where its
/// counter is described.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fault {
    Malformed,
    Oversized,
    WrongSession,
    UnknownLink,
    NotJoined,
    Spoofed,
    NameRefused,
    RoomRefused,
    InnerRefused,
    TextRefused,
    CodecRefused,
    RoomReserved,
    RoomsExhausted,
    RoomForbidden,
    RoomFull,
    SpeechForbidden,
    Muted,
    TextMuted,
    TextRateLimited,
    SpeakersLimited,
    Shed,
    PriorityForbidden,
    VoiceLimited,
    ControlLimited,
    FanOutLimited,
    HandshakeLimited,
    ReportsLimited,
    PositionRefused,
    PositionsLimited,
    GroupRefused,
    EncryptionMissing,
    Undrained,
}

impl Fault {
    /// Counts a packet that was dropped.
    pub(super) fn count(self, statistics: &mut ServerStatistics) {
        let counter = match self {
            Self::RoomForbidden => &mut statistics.rooms_forbidden,
            Self::RoomFull => &mut statistics.rooms_full,
            Self::SpeechForbidden => &mut statistics.speech_forbidden,
            Self::PriorityForbidden => &mut statistics.priority_forbidden,
            Self::Muted => &mut statistics.voice_muted,
            Self::TextMuted => &mut statistics.texts_muted,
            Self::TextRateLimited => &mut statistics.texts_rate_limited,
            Self::SpeakersLimited => &mut statistics.speakers_limited,
            Self::Shed => &mut statistics.voice_shed,
            Self::Malformed => &mut statistics.malformed,
            Self::Oversized => &mut statistics.oversized,
            Self::WrongSession => &mut statistics.wrong_session,
            Self::UnknownLink => &mut statistics.unknown_link,
            Self::NotJoined => &mut statistics.not_joined,
            Self::Spoofed => &mut statistics.spoofed,
            Self::NameRefused => &mut statistics.names_refused,
            Self::RoomRefused => &mut statistics.rooms_refused,
            Self::InnerRefused => &mut statistics.inner_refused,
            Self::TextRefused => &mut statistics.texts_refused,
            Self::CodecRefused => &mut statistics.codecs_refused,
            Self::RoomReserved => &mut statistics.rooms_reserved,
            Self::RoomsExhausted => &mut statistics.rooms_exhausted,
            Self::VoiceLimited => &mut statistics.voice_limited,
            Self::ControlLimited => &mut statistics.control_limited,
            Self::FanOutLimited => &mut statistics.fan_out_limited,
            Self::HandshakeLimited => &mut statistics.handshakes_limited,
            Self::ReportsLimited => &mut statistics.reports_limited,
            Self::PositionRefused => &mut statistics.positions_refused,
            Self::PositionsLimited => &mut statistics.positions_limited,
            Self::GroupRefused => &mut statistics.group_messages_refused,
            Self::EncryptionMissing => &mut statistics.encryption_missing,
            Self::Undrained => &mut statistics.undrained,
        };
        *counter += 1;
    }

    /// The offence of the peer; none for a fault that an honest one has when it is late, early or unlucky.
    pub(super) fn offence(self) -> Option<Offence> {
        Some(match self {
            Self::Malformed => Offence::Malformed,
            Self::Oversized => Offence::Oversized,
            Self::Spoofed => Offence::Spoofed,
            Self::NameRefused
            | Self::RoomRefused
            | Self::InnerRefused
            | Self::TextRefused
            | Self::CodecRefused
            | Self::RoomReserved
            | Self::RoomForbidden
            // Harmless when it happens once, but each repetition costs an answer.
            | Self::RoomFull
            | Self::PositionRefused
            | Self::GroupRefused => Offence::Refused,
            Self::VoiceLimited
            | Self::ControlLimited
            | Self::FanOutLimited
            | Self::HandshakeLimited
            | Self::ReportsLimited
            | Self::PositionsLimited => Offence::TooFast,
            Self::WrongSession
            | Self::EncryptionMissing
            | Self::UnknownLink
            | Self::NotJoined
            | Self::RoomsExhausted
            // A client that does not know which rooms are closed to it may keep speaking for a while.
            | Self::SpeechForbidden
            | Self::Muted
            | Self::TextMuted
            | Self::TextRateLimited
            | Self::SpeakersLimited
            | Self::Shed
            | Self::PriorityForbidden
            | Self::Undrained => return None,
        })
    }
}

impl From<ParseError> for Fault {
    fn from(_: ParseError) -> Self {
        Self::Malformed
    }
}
