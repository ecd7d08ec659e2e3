//! The reports of a refusal: to the client that was refused, and once to the operator.

use alloc::boxed::Box;
use core::time::Duration;

use consonance_wire::{ClientId, RoomId};

use super::RoomPolicy;
use crate::server::access::RoomUse;
use crate::server::fault::Fault;

/// A refusal: its reason, and the report to make.
#[derive(Debug)]
pub(in crate::server) struct Refused {
    pub(in crate::server) fault: Fault,
    /// In a box, so that results of checks, which nearly always hold, fit into two registers.
    pub(in crate::server) report: Option<Box<Report>>,
}

impl Refused {
    pub(in crate::server) fn new(fault: Fault, report: Option<Report>) -> Self {
        Self { fault, report: report.map(Box::new) }
    }
}

/// A report about a client, to an operator or to itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::server) enum Report {
    /// It speaks with more priority than it may.
    Priority,
    /// This use of the room is denied.
    Denied { room: Box<str>, to: RoomUse },
    /// A room is full for it. The client itself is told, too, and each time, unlike the operator.
    Full { room: Box<str>, to: RoomUse, is_first: bool },
    /// It wants to enter a room whose id is that of another one, in use under this name.
    IdTaken { room: Box<str>, in_use: Option<Box<str>> },
    /// It sends in the name of this client.
    Spoofed { claimed: ClientId },
    /// It may write again after this time. Reported to the client itself only.
    TextTooSoon { wait: Duration },
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        Self { fault, report: None }
    }
}

impl RoomPolicy {
    /// Notes a client's attempt at a denied use of a room. The operator is told once for each room.
    pub(in crate::server) fn note_attempt(
        &mut self,
        id: ClientId,
        room: RoomId,
        name: &str,
        to: RoomUse,
    ) -> Option<Report> {
        if self.gate.is_first_attempt(id, room, to) {
            return Some(self.note_denied(id, name, to));
        }
        if to == RoomUse::Listen {
            self.gate.note_refused(id, name, to);
        }
        None
    }

    /// Notes a denied use of a room, even without an attempt.
    pub(in crate::server) fn note_denied(&mut self, id: ClientId, room: &str, to: RoomUse) -> Report {
        self.gate.note_refused(id, room, to);
        Report::Denied { room: room.into(), to }
    }

    /// Notes that a client wanted to listen to a full room.
    pub(in crate::server) fn note_full(&mut self, id: ClientId, room: &str) -> Report {
        let is_first = self.quotas.is_first_attempt(id, room);
        Report::Full { room: room.into(), to: RoomUse::Listen, is_first }
    }

    /// Keeps a client out of a room: its voice to that room must not reach the listeners behind the id. They are in
    /// `in_use`, another room of that id.
    pub(in crate::server) fn keep_out(
        &mut self,
        id: ClientId,
        room: &str,
        in_use: Option<&str>,
    ) -> Option<Report> {
        let is_news = self.kept_out.note(id, room);
        is_news.then(|| Report::IdTaken { room: room.into(), in_use: in_use.map(Box::from) })
    }
}
