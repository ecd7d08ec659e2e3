//! A pending request for a commit.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

use consonance_wire::{ClientId, PlainRooms};

use crate::time::Instant;

/// A requested commit that has not arrived yet.
#[derive(Debug)]
pub(super) struct Request {
    /// The members that were asked.
    pub(super) asked: Vec<AskedMember>,
    /// The members among them that have declined, or delivered nothing that holds.
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

/// A key package, and the name of its owner.
#[derive(Debug)]
pub(super) struct Package {
    pub(super) name: Box<str>,
    pub(super) bytes: Box<[u8]>,
}

/// A client to be added by a commit. By the time of the commit it may have left, or made another key package.
#[derive(Clone, Debug)]
pub(super) struct Add {
    pub(super) id: ClientId,
    /// The number of its key package.
    pub(super) number: u64,
    pub(super) package: Arc<Package>,
}

/// A member that was asked for a commit.
#[derive(Debug)]
pub(super) struct AskedMember {
    pub(super) id: ClientId,
    /// The number of its request.
    pub(super) number: u32,
    /// What it was asked to add: clients that had left by then are missing.
    pub(super) adds: Vec<Add>,
}

impl Request {
    /// Whether a commit of this client counts.
    pub(super) fn awaits(&self, id: ClientId) -> bool {
        self.asked.iter().any(|asked| asked.id == id) && !self.declined.contains(&id)
    }

    /// The time until which one of the asked members may answer; `None` if none will.
    pub(super) fn awaited_until(
        &self,
        now: Instant,
        is_reached: impl Fn(ClientId) -> bool,
    ) -> Option<Instant> {
        let may_answer = |id: ClientId| !self.declined.contains(&id) && is_reached(id);
        let is_awaited = self.last_answer_by > now && self.asked.iter().any(|asked| may_answer(asked.id));
        is_awaited.then_some(self.last_answer_by)
    }
}
