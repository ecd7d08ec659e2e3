//! A commit that members are asked for.

use alloc::boxed::Box;
use alloc::vec::Vec;

use consonance_wire::{ClientId, PlainRooms};

use crate::time::Instant;

/// A commit that is awaited.
#[derive(Debug)]
pub(super) struct Request {
    /// Which members were asked, each with a number of its own.
    pub(super) asked: Vec<(u32, ClientId)>,
    /// Those of them that said that they cannot.
    pub(super) declined: Vec<ClientId>,
    pub(super) adds: Vec<Add>,
    pub(super) removes: Vec<Box<str>>,
    pub(super) plain: PlainRooms,
    pub(super) changes_plain: bool,
    /// When the next one is asked.
    pub(super) next_at: Instant,
    /// When an answer is too late if no further member can be asked.
    pub(super) last_answer_by: Instant,
}

/// A client that a commit is to add. By the time of the commit it may have left, or made another key package.
#[derive(Debug)]
pub(super) struct Add {
    pub(super) id: ClientId,
    pub(super) name: Box<str>,
    pub(super) package: u64,
}

impl Request {
    /// Until when one of the members that were asked may answer; `None` if none will.
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
