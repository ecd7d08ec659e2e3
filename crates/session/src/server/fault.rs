//! Why a packet is dropped, and what is counted for it.

use consonance_wire::ParseError;

use super::Server;
use crate::link::LinkId;

/// Why a packet was dropped. Every kind has a counter in [`ServerStatistics`](super::ServerStatistics).
#[derive(Clone, Copy, Debug)]
pub(super) enum Fault {
    Malformed,
    Oversized,
    WrongSession,
    UnknownLink,
    NotJoined,
    NotOwn,
    NameRefused,
    RoomRefused,
    InnerRefused,
    TextRefused,
}

impl From<ParseError> for Fault {
    fn from(_: ParseError) -> Self {
        Self::Malformed
    }
}

impl Server {
    pub(super) fn note(&mut self, _link: LinkId, fault: Fault) {
        let statistics = &mut self.statistics;
        let counter = match fault {
            Fault::Malformed => &mut statistics.malformed,
            Fault::Oversized => &mut statistics.oversized,
            Fault::WrongSession => &mut statistics.wrong_session,
            Fault::UnknownLink => &mut statistics.unknown_link,
            Fault::NotJoined => &mut statistics.not_joined,
            Fault::NotOwn => &mut statistics.spoofed,
            Fault::NameRefused => &mut statistics.names_refused,
            Fault::RoomRefused => &mut statistics.rooms_refused,
            Fault::InnerRefused => &mut statistics.inner_refused,
            Fault::TextRefused => &mut statistics.texts_refused,
        };
        *counter += 1;
    }
}
