//! The request for a commit, and the member that is asked for it.

use alloc::boxed::Box;
use alloc::vec::Vec;

use consonance_wire::{ClientId, Named, PlainRooms};

use super::conduct::Rank;
use super::request::{Add, AskedMember, Request};
use super::{
    ASKED_MAX, CHANGES_MAX, COMMIT_TIMEOUT, DeliveryService, KEY_PACKAGE_BYTES_MAX, LAST_ANSWER, LONE_ANSWER,
};
use crate::time::Instant;

/// The request to the member that is asked.
pub(in crate::server::group) struct Asked<'a> {
    pub to: ClientId,
    pub number: u32,
    pub group: u32,
    pub epoch: Option<u32>,
    pub adds: Vec<Named<'a>>,
    pub removes: &'a [Box<str>],
    pub plain: &'a PlainRooms,
}

impl DeliveryService {
    /// Handles a member's refusal of a request.
    pub(in crate::server::group) fn decline(&mut self, now: Instant, id: ClientId, number: u32) {
        let is_asked = |request: &Request| {
            request.awaits(id) && request.asked.iter().any(|asked| (asked.id, asked.number) == (id, number))
        };
        if self.request.as_ref().is_some_and(is_asked) {
            self.conducts.note_silence(now, id);
            self.pass_over(now, id);
        }
    }

    /// Expects no commit of this client any more: if it was the last one that was asked, the next one is asked at once.
    pub(super) fn pass_over(&mut self, now: Instant, id: ClientId) {
        let Some(request) = self.request.as_mut().filter(|request| request.awaits(id)) else { return };
        request.declined.push(id);
        if request.asked.last().is_some_and(|asked| asked.id == id) {
            request.next_at = now;
            self.due = Some(now);
        }
    }

    /// Asks a member for the pending commit, if it is due; `plain` are the rooms that are not to be encrypted.
    pub(in crate::server::group) fn ask(
        &mut self,
        now: Instant,
        plain: PlainRooms,
        is_reached: impl Fn(ClientId) -> bool,
    ) -> Option<Asked<'_>> {
        if self.due.is_none_or(|due| due > now) {
            return None;
        }
        self.due = None;
        if self.request.is_none() {
            self.request = Some(self.next_request(now, plain)?);
        }
        let Some(to) = self.next_committer(now, &is_reached) else {
            let awaited = self.request.as_ref().and_then(|request| request.awaited_until(now, is_reached));
            match awaited {
                Some(until) => self.due = Some(until.min(now + COMMIT_TIMEOUT)),
                None => self.give_up(now),
            }
            return None;
        };
        self.note_late_answer(now);
        self.number = self.number.wrapping_add(1);
        self.last_asked = Some(to);
        let last_answer = if self.is_lone() { LONE_ANSWER } else { LAST_ANSWER };
        let request = self.request.as_mut()?;
        // By now, the id may belong to another client, or the client may have another key package; those wait for the
        // next request.
        let is_present =
            |add: &&Add| self.waiting.get(&add.id).is_some_and(|waiting| waiting.number == add.number);
        let adds = request.adds.iter().filter(|add| add.id != to).filter(is_present).cloned().collect();
        request.asked.push(AskedMember { id: to, number: self.number, adds });
        request.next_at = now + COMMIT_TIMEOUT;
        request.last_answer_by = now + last_answer;
        self.due = Some(request.next_at);
        let request = self.request.as_ref()?;
        let adds = &request.asked.last()?.adds;
        Some(Asked {
            to,
            number: self.number,
            group: self.group,
            epoch: self.epoch,
            adds: adds.iter().map(Add::named).collect(),
            removes: &request.removes,
            plain: &request.plain,
        })
    }

    /// Remembers that the last member that was asked has not answered in time.
    fn note_late_answer(&mut self, now: Instant) {
        let last = self.request.as_ref().and_then(|request| {
            let last = request.asked.last()?.id;
            request.awaits(last).then_some(last)
        });
        if let Some(last) = last {
            self.conducts.note_silence(now, last);
        }
    }

    /// The request for all pending changes; `None` if there are none.
    fn next_request(&self, now: Instant, plain: PlainRooms) -> Option<Request> {
        let has_group = self.epoch.is_some();
        let changes_plain = has_group && plain != self.plain;
        if self.waiting.is_empty() && self.leaving.is_empty() && !changes_plain {
            return None;
        }
        let mut bytes = 0;
        let adds = self.waiting.iter().take(CHANGES_MAX).take_while(|(_, it)| {
            bytes += it.package.bytes.len();
            bytes <= KEY_PACKAGE_BYTES_MAX
        });
        let adds = adds.map(|(id, it)| Add { id: *id, number: it.number, package: it.package.clone() });
        let adds = adds.collect();
        let leaving = if has_group { self.leaving.len().min(CHANGES_MAX) } else { 0 };
        let removes = self.leaving[..leaving].to_vec();
        let (asked, declined) = (Vec::new(), Vec::new());
        let (next_at, last_answer_by) = (now, now);
        Some(Request { asked, declined, adds, removes, plain, changes_plain, next_at, last_answer_by })
    }

    /// A member that has not been asked yet, the best ones in turn; for a new group, one of the waiting clients.
    fn next_committer(&self, now: Instant, is_reached: impl Fn(ClientId) -> bool) -> Option<ClientId> {
        let request = self.request.as_ref()?;
        let was_asked = |id: &ClientId| request.asked.iter().any(|asked| asked.id == *id);
        if request.asked.len() >= ASKED_MAX {
            return None;
        }
        let candidates: Vec<ClientId> = match self.epoch {
            None => request.adds.iter().map(|add| add.id).collect(),
            Some(_) => self.members.keys().copied().filter(|id| !self.waiting.contains_key(id)).collect(),
        };
        let free = candidates.into_iter().filter(|id| !was_asked(id) && is_reached(*id));
        let ranked = free.filter_map(|id| Some((self.rank(now, id)?, Some(id) <= self.last_asked, id)));
        ranked.min().map(|(_, _, id)| id)
    }

    fn rank(&self, now: Instant, id: ClientId) -> Option<Rank> {
        let rank = self.conducts.rank(now, id)?;
        let is_blind = self.epoch.is_none()
            && self.check.is_some()
            && self.waiting.get(&id).is_some_and(|waiting| !waiting.shows_group);
        Some(Rank { is_blind, ..rank })
    }
}

impl Add {
    /// For a message, or a check.
    pub(super) fn named(&self) -> Named<'_> {
        Named { name: (&*self.package.name).into(), message: &self.package.bytes }
    }
}
