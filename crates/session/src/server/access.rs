//! Access control by tokens: the rooms in which a client may listen and speak.
//!
//! Tokens are names, compared with a client's own tokens: a room is open to clients with at least one of its tokens. A
//! client may also be confined to some rooms, regardless of their rules. The driver decides on the source of a
//! client's access ([`Server::admit`]), usually a signed join token.

mod grant;

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use consonance_wire::{ClientId, RoomId};

pub use grant::{Access, Vouched};

use super::room_pattern::RoomPattern;
use crate::time::Instant;

/// The tokens that a room requires: one of each list, or none for an empty list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AccessRule {
    /// One of these lets a client listen to the room.
    pub listen: Vec<Box<str>>,
    /// One of these lets a client speak and write to the room.
    pub speak: Vec<Box<str>>,
}

/// A use of a room that can be denied to a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum RoomUse {
    /// Listening to voice and text there.
    Listen,
    /// Speaking or writing there.
    Speak,
}

impl AccessRule {
    /// Listeners and speakers both need one of these tokens.
    pub fn for_both<T: AsRef<str>>(tokens: impl IntoIterator<Item = T>) -> Self {
        let listen: Vec<_> = tokens.into_iter().map(|token| token.as_ref().into()).collect();
        Self { speak: listen.clone(), listen }
    }
}

/// The rules, and each client's access by them.
#[derive(Debug, Default)]
pub(super) struct Gate {
    rules: Vec<(RoomPattern, AccessRule)>,
    /// Rooms in use that follow a rule.
    guarded: BTreeMap<RoomId, usize>,
    /// By client id; clients without specific access are here only while there are rules.
    passes: Vec<Option<Pass>>,
    /// The number of passes that need more than a look at the rules, and of those that are confined to some rooms.
    restricted: usize,
    choosy: usize,
    /// The end times of visits.
    ends: BTreeSet<(Instant, ClientId)>,
}

/// The access of one client.
#[derive(Debug)]
struct Pass {
    access: Access,
    /// For each rule, whether it may speak in rooms under it.
    may_speak: Vec<bool>,
    /// Denied attempts that were reported to the operator.
    told: BTreeSet<(RoomId, RoomUse)>,
    /// Whether it was reported to the operator that it speaks with more priority than it may.
    told_of_priority: bool,
    /// The uses that it was refused since it has this access, the newest last.
    refused: Vec<(Box<str>, RoomUse)>,
}

/// The maximum number of rooms that are reported to the operator for one client, and that are remembered as refused.
const TOLD_MAX: usize = 32;

impl Gate {
    pub(super) fn new(rules: &[(RoomPattern, AccessRule)]) -> Self {
        Self { rules: rules.to_vec(), ..Self::default() }
    }

    #[inline]
    pub(super) fn has_rules(&self) -> bool {
        !self.rules.is_empty()
    }

    /// The index of the rule for a room of this name; none if it is open to all.
    pub(super) fn rule_of(&self, room: &str) -> Option<usize> {
        self.rules.iter().position(|(pattern, _)| pattern.matches(room))
    }

    /// Notes that a room has its first listener.
    pub(super) fn enter(&mut self, room: &str) {
        if let Some(rule) = self.rule_of(room) {
            self.guarded.insert(RoomId::of(room), rule);
        }
    }

    /// Notes that a room has lost its last listener.
    pub(super) fn close(&mut self, room: &str) {
        self.guarded.remove(&RoomId::of(room));
    }

    /// Removes a client; returns the account that it had.
    pub(super) fn forget(&mut self, id: ClientId) -> Option<Box<str>> {
        self.take_pass(id)?.access.subject
    }

    fn take_pass(&mut self, id: ClientId) -> Option<Pass> {
        let pass = self.passes.get_mut(usize::from(id.0)).and_then(Option::take)?;
        self.restricted -= usize::from(pass.access.is_restricted());
        self.choosy -= usize::from(pass.access.tells_rooms_apart());
        if let Some(end) = pass.access.ends_at {
            self.ends.remove(&(end, id));
        }
        Some(pass)
    }

    /// Whether any client here is more restricted than the rules say.
    pub(super) fn restricts(&self) -> bool {
        self.restricted > 0
    }

    /// Whether any client here is confined to some rooms, by their names.
    pub(super) fn keeps_to_names(&self) -> bool {
        self.choosy > 0
    }

    /// The access that a client was granted; none for one without tokens or any other grant.
    pub(super) fn access(&self, id: ClientId) -> Option<&Access> {
        self.pass(id).map(|pass| &pass.access)
    }

    /// The account of a client, if that is known.
    pub(super) fn subject_of(&self, id: ClientId) -> Option<&str> {
        self.access(id)?.subject.as_deref()
    }

    /// Those of these clients that have this account.
    pub(super) fn clients_of(&self, ids: impl Iterator<Item = ClientId>, subject: &str) -> Vec<ClientId> {
        ids.filter(|id| self.subject_of(*id) == Some(subject)).collect()
    }

    /// Whether a client may moderate.
    pub(super) fn is_moderator(&self, id: ClientId) -> bool {
        self.access(id).is_some_and(|access| access.is_moderator)
    }

    /// The end of the next visit, and its client.
    pub(super) fn next_end(&self) -> Option<(Instant, ClientId)> {
        self.ends.first().copied()
    }

    /// Replaces the rules for all clients here, and for the rooms in use.
    pub(super) fn replace_rules<'a>(
        &mut self,
        rules: &[(RoomPattern, AccessRule)],
        clients: impl Iterator<Item = ClientId>,
        rooms: impl Iterator<Item = &'a str>,
    ) {
        self.rules = rules.to_vec();
        for id in clients {
            let pass = self.take_pass(id);
            self.grant(id, pass.map(|pass| pass.access).unwrap_or_default());
        }
        self.guarded.clear();
        rooms.for_each(|room| self.enter(room));
    }

    pub(super) fn grant(&mut self, id: ClientId, access: Access) {
        self.forget(id);
        if self.rules.is_empty() && access == Access::default() {
            return;
        }
        self.issue(id, access);
    }

    fn issue(&mut self, id: ClientId, access: Access) {
        let index = usize::from(id.0);
        if index >= self.passes.len() {
            self.passes.resize_with(index + 1, || None);
        }
        let may_speak = self.rules.iter().map(|(_, rule)| access.satisfies(&rule.speak)).collect();
        self.restricted += usize::from(access.is_restricted());
        self.choosy += usize::from(access.tells_rooms_apart());
        self.ends.extend(access.ends_at.map(|end| (end, id)));
        let (told, refused) = (BTreeSet::new(), Vec::new());
        self.passes[index] = Some(Pass { access, may_speak, told, told_of_priority: false, refused });
    }

    fn pass(&self, id: ClientId) -> Option<&Pass> {
        self.passes.get(usize::from(id.0)).and_then(Option::as_ref)
    }

    /// The uses of rooms that a client was refused recently, the newest last.
    pub(super) fn refused(&self, id: ClientId) -> &[(Box<str>, RoomUse)] {
        self.pass(id).map_or(&[], |pass| &pass.refused)
    }

    /// Notes that a client spoke with more priority than it may. True if the operator has not been told yet.
    pub(super) fn note_priority(&mut self, id: ClientId) -> bool {
        let pass = self.passes.get_mut(usize::from(id.0)).and_then(Option::as_mut);
        pass.is_some_and(|pass| !core::mem::replace(&mut pass.told_of_priority, true))
    }

    /// Whether this is the first such attempt of a client with this access. Beyond a number of rooms, attempts are not
    /// reported.
    pub(super) fn is_first_attempt(&mut self, id: ClientId, room: RoomId, to: RoomUse) -> bool {
        let told = self.pass_to_note(id).map(|pass| &mut pass.told);
        told.is_some_and(|told| told.len() < TOLD_MAX && told.insert((room, to)))
    }

    /// The pass of a client, to note something on it.
    fn pass_to_note(&mut self, id: ClientId) -> Option<&mut Pass> {
        if self.pass(id).is_none() {
            self.issue(id, Access::default());
        }
        self.passes.get_mut(usize::from(id.0)).and_then(Option::as_mut)
    }

    pub(super) fn note_refused(&mut self, id: ClientId, room: &str, to: RoomUse) {
        let Some(pass) = self.pass_to_note(id) else { return };
        pass.refused.retain(|(refused, of)| **refused != *room || *of != to);
        if pass.refused.len() >= TOLD_MAX {
            pass.refused.remove(0);
        }
        pass.refused.push((room.into(), to));
    }

    pub(super) fn may_listen(&self, id: ClientId, room: &str) -> bool {
        let asked = self.rule_of(room).map_or(&[][..], |rule| &*self.rules[rule].1.listen);
        let pass = self.pass(id);
        (asked.is_empty() || pass.is_some_and(|pass| pass.access.satisfies(asked)))
            && pass.is_none_or(|pass| pass.access.may_listen_to(room))
    }

    /// Whether a room requires tokens of its listeners, and a client has one of them.
    pub(super) fn is_entitled(&self, id: ClientId, room: &str) -> bool {
        let Some(rule) = self.rule_of(room) else { return false };
        let asked = &*self.rules[rule].1.listen;
        !asked.is_empty() && self.pass(id).is_some_and(|pass| pass.access.satisfies(asked))
    }

    /// Whether a client is allowed to speak and write to a room id. Without listeners every client is.
    pub(super) fn may_speak(&self, id: ClientId, room: RoomId) -> bool {
        // Fast path without rules: a look-up per frame is expensive.
        if self.guarded.is_empty() {
            return true;
        }
        let Some(rule) = self.guarded.get(&room) else { return true };
        self.pass(id).is_some_and(|pass| pass.may_speak[*rule])
    }
}

#[cfg(test)]
mod tests;
