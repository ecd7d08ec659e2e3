//! Why a packet is dropped, and what is counted for it.

use consonance_wire::ParseError;

use super::Server;
use crate::link::{CloseReason, LinkId, Offence};

/// Why a packet was dropped. Each kind is counted in [`ServerStatistics`](super::ServerStatistics), where
/// its counter says what it means.
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
    TextHeld,
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
    Undrained,
}

impl Fault {
    /// What the peer is to blame for; an honest one is late, early or unlucky at times.
    fn offence(self) -> Option<Offence> {
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
            // Bad luck where it happens once; over and over, each time costs an answer.
            | Self::RoomFull
            | Self::PositionRefused => Offence::Refused,
            Self::VoiceLimited
            | Self::ControlLimited
            | Self::FanOutLimited
            | Self::HandshakeLimited
            | Self::ReportsLimited
            | Self::PositionsLimited => Offence::TooFast,
            Self::WrongSession
            | Self::UnknownLink
            | Self::NotJoined
            | Self::RoomsExhausted
            // A client that was not told which rooms are closed to it may well go on speaking for a while.
            | Self::SpeechForbidden
            | Self::Muted
            | Self::TextMuted
            | Self::TextHeld
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

impl Server {
    /// Counts a fault. A link that is to blame for more than is forgiven is closed.
    pub(super) fn note(&mut self, link: LinkId, fault: Fault) {
        self.count(fault);
        let offence = fault.offence();
        let is_over = self.links.note_fault(link, self.now, &self.settings.limits, offence.is_some());
        if let Some(last) = offence.filter(|_| is_over) {
            self.statistics.abusers_closed += 1;
            self.close(link, CloseReason::Abuse { last });
        }
    }

    fn count(&mut self, fault: Fault) {
        let statistics = &mut self.statistics;
        let counter = match fault {
            Fault::RoomForbidden => &mut statistics.rooms_forbidden,
            Fault::RoomFull => &mut statistics.rooms_full,
            Fault::SpeechForbidden => &mut statistics.speech_forbidden,
            Fault::PriorityForbidden => &mut statistics.priority_forbidden,
            Fault::Muted => &mut statistics.voice_muted,
            Fault::TextMuted => &mut statistics.texts_muted,
            Fault::TextHeld => &mut statistics.texts_held,
            Fault::SpeakersLimited => &mut statistics.speakers_limited,
            Fault::Shed => &mut statistics.voice_shed,
            Fault::Malformed => &mut statistics.malformed,
            Fault::Oversized => &mut statistics.oversized,
            Fault::WrongSession => &mut statistics.wrong_session,
            Fault::UnknownLink => &mut statistics.unknown_link,
            Fault::NotJoined => &mut statistics.not_joined,
            Fault::Spoofed => &mut statistics.spoofed,
            Fault::NameRefused => &mut statistics.names_refused,
            Fault::RoomRefused => &mut statistics.rooms_refused,
            Fault::InnerRefused => &mut statistics.inner_refused,
            Fault::TextRefused => &mut statistics.texts_refused,
            Fault::CodecRefused => &mut statistics.codecs_refused,
            Fault::RoomReserved => &mut statistics.rooms_reserved,
            Fault::RoomsExhausted => &mut statistics.rooms_exhausted,
            Fault::VoiceLimited => &mut statistics.voice_limited,
            Fault::ControlLimited => &mut statistics.control_limited,
            Fault::FanOutLimited => &mut statistics.fan_out_limited,
            Fault::HandshakeLimited => &mut statistics.handshakes_limited,
            Fault::ReportsLimited => &mut statistics.reports_limited,
            Fault::PositionRefused => &mut statistics.positions_refused,
            Fault::PositionsLimited => &mut statistics.positions_limited,
            Fault::Undrained => &mut statistics.undrained,
        };
        *counter += 1;
    }
}
