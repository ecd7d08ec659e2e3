//! A pending request for a commit.

use alloc::boxed::Box;
use alloc::vec::Vec;

use consonance_wire::{ClientId, PlainRooms};

use crate::time::Instant;

/// A requested commit that has not arrived yet.
#[derive(Debug)]
pub(super) struct Request {
    /// The members that were asked, each with the number of its request.
    pub(super) asked: Vec<(u32, ClientId)>,
    /// The members among them that have declined.
    pub(super) declined: Vec<ClientId>,
    pub(super) adds: Vec<Add>,
    pub(super) removes: Vec<Box<str>>,
    pub(super) plain: PlainRooms,
    pub(super) changes_plain: bool,
    /// The time at which the next member is asked.
    pub(super) next_at: Instant,
    /// The latest time for an answer if no further member can be asked.
    pub(super) last_answer_by: Instant,
}

/// A client to be added by a commit. By the time of the commit it may have left, or made another key package.
#[derive(Debug)]
pub(super) struct Add {
    pub(super) id: ClientId,
    pub(super) name: Box<str>,
    pub(super) package: u64,
}

impl Request {
    /// The time until which one of the asked members may answer; `None` if none will.
    pub(super) fn awaited_until(
        &self,
        now: Instant,
        is_reached: impl Fn(ClientId) -> bool,
    ) -> Option<Instant> {
        let may_answer = |id: ClientId| !self.declined.contains(&id) && is_reached(id);
        let is_awaited = self.last_answer_by > now && self.asked.iter().any(|(_, id)| may_answer(*id));
        is_awaited.then_some(self.last_answer_by)
    }
}
