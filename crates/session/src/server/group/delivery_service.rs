//! The membership of the group: its members, the pending additions and removals, and the member that is asked to
//! commit them.
//!
//! MLS messages stay opaque: the server cannot read them, and trusts that an accepted commit fulfils its request. The
//! members notice one that does not, and ask to be added again.

mod outcome;
mod request;

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::time::Duration;

use consonance_wire::{ClientId, Named, PlainRooms};

use super::commit_log::CommitLog;
use crate::time::Instant;
pub(super) use outcome::{Catching, Committed};
use request::{Add, Request};

/// The time that a first change waits for others, which are then committed together.
const BATCHING: Duration = Duration::from_millis(10);
/// The time that a member has for a commit before another one is asked as well.
const COMMIT_TIMEOUT: Duration = Duration::from_millis(250);
/// The number of members that are asked for one commit before the group is restarted.
const ASKED_MAX: usize = 8;
/// The time that the asked members have once no other one can be asked, before the group is restarted: a long round
/// trip, or a lost packet, is no reason to have all others join another group.
const LAST_ANSWER: Duration = Duration::from_secs(1);
/// The minimum lifetime of a group before it is restarted.
const RESTART_EVERY: Duration = Duration::from_secs(1);

/// The maximum number of clients that one commit adds or removes, so that it and its Welcomes fit into a message.
const CHANGES_MAX: usize = 256;
/// Maximum bytes of the key packages that one commit adds; it contains each about three times.
const KEY_PACKAGE_BYTES_MAX: usize = 128 * 1024;

/// The state of the delivery service of one session.
#[derive(Debug)]
pub(super) struct DeliveryService {
    /// Counts the groups.
    group: u32,
    /// The epoch of the last commit; none while there is no group.
    epoch: Option<u32>,
    members: BTreeMap<ClientId, Box<str>>,
    /// Names to remove: of clients that left, or lost their keys.
    leaving: Vec<Box<str>>,
    /// Key packages of the clients to be added.
    waiting: BTreeMap<ClientId, Waiting>,
    /// Clients whose key packages members did not add: they are told to ask again.
    left_out: Vec<ClientId>,
    request: Option<Request>,
    /// Counts the key packages.
    packages: u64,
    /// The number of the last request.
    number: u32,
    /// The member that was asked last.
    last_asked: Option<ClientId>,
    /// When a request is due.
    due: Option<Instant>,
    /// The earliest time for the next restart of the group.
    restart_from: Instant,
    log: CommitLog,
    /// The rooms that are not encrypted in the present epoch.
    plain: PlainRooms,
}

#[derive(Debug)]
struct Waiting {
    name: Box<str>,
    /// The number of the key package.
    number: u64,
    key_package: Box<[u8]>,
}

/// The request to the member that is asked.
pub(super) struct Asked<'a> {
    pub to: ClientId,
    pub number: u32,
    pub group: u32,
    pub epoch: Option<u32>,
    pub adds: Vec<Named<'a>>,
    pub removes: &'a [Box<str>],
    pub plain: &'a PlainRooms,
}

impl DeliveryService {
    /// A delivery service without a group; the first one has this number or the next.
    pub(super) fn new(group: u32) -> Self {
        Self {
            group,
            epoch: None,
            members: BTreeMap::new(),
            leaving: Vec::new(),
            waiting: BTreeMap::new(),
            left_out: Vec::new(),
            packages: 0,
            request: None,
            number: 0,
            last_asked: None,
            due: None,
            restart_from: Instant::START,
            log: CommitLog::default(),
            plain: PlainRooms::Never,
        }
    }

    /// The number of the group.
    pub(super) fn group(&self) -> u32 {
        self.group
    }

    /// The number of members in the group.
    pub(super) fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether a client was asked for a commit, and may send a long message.
    pub(super) fn awaits_commit_of(&self, id: ClientId) -> bool {
        self.request.as_ref().is_some_and(|request| request.asked.iter().any(|(_, asked)| *asked == id))
    }

    /// Adds a client that asks for it. A present member is also removed in the same commit.
    pub(super) fn add(&mut self, now: Instant, id: ClientId, name: &str, key_package: &[u8]) {
        self.note_leaving(id);
        self.packages += 1;
        let number = self.packages;
        self.waiting.insert(id, Waiting { name: name.into(), number, key_package: key_package.into() });
        self.make_due(now + BATCHING);
    }

    /// Removes a client that is gone, or has lost its keys.
    pub(super) fn remove(&mut self, now: Instant, id: ClientId) {
        self.waiting.remove(&id);
        self.note_leaving(id);
        if self.members.is_empty() {
            self.end_group();
        }
        if !self.leaving.is_empty() || !self.waiting.is_empty() {
            self.make_due(now + BATCHING);
        }
    }

    /// Notes that the set of unencrypted rooms may have changed.
    pub(super) fn note_plain_rooms(&mut self, now: Instant) {
        self.make_due(now + BATCHING);
    }

    /// Handles a client's position: compares its group and epoch with the present ones.
    pub(super) fn position(&mut self, now: Instant, id: ClientId, group: u32, epoch: u32) -> Catching {
        if self.waiting.contains_key(&id) {
            return Catching::Up;
        }
        let is_member = self.members.contains_key(&id) && group == self.group;
        let missed = self.epoch.filter(|_| is_member).and_then(|present| present.checked_sub(epoch));
        match missed {
            Some(0) => Catching::Up,
            Some(_) if self.log.since(epoch).is_some() => Catching::After(epoch),
            _ => {
                self.remove(now, id);
                Catching::Never
            }
        }
    }

    /// The commits after an epoch, with the epochs they lead to.
    pub(super) fn commits_after(&self, epoch: u32) -> impl Iterator<Item = (u32, &[u8])> {
        self.log.since(epoch).into_iter().flatten()
    }

    /// Handles a member's refusal of a request.
    pub(super) fn decline(&mut self, now: Instant, id: ClientId, number: u32) {
        let Some(request) = &mut self.request else { return };
        if !request.asked.contains(&(number, id)) || request.declined.contains(&id) {
            return;
        }
        request.declined.push(id);
        if request.asked.last() == Some(&(number, id)) {
            request.next_at = now;
            self.due = Some(now);
        }
    }

    /// Handles a member's commit, with the names of its Welcomes. `None` if the commit is not accepted.
    pub(super) fn commit(
        &mut self,
        now: Instant,
        id: ClientId,
        number: u32,
        commit: &[u8],
        names: &[Box<str>],
    ) -> Option<Committed> {
        let request = self.request.take_if(|request| request.asked.contains(&(number, id)))?;
        let others = self.members.keys().copied().filter(|member| *member != id).collect();
        let epoch = match self.epoch {
            // In epoch 0 the creator is alone; the first commit adds the others.
            None => u32::from(!commit.is_empty()),
            Some(epoch) => epoch + 1,
        };
        if self.epoch.is_none() {
            let maker = self.waiting.remove(&id)?;
            self.members.insert(id, maker.name);
            self.log = CommitLog::default();
        }
        if !commit.is_empty() {
            self.log.push(epoch, commit);
        }
        self.epoch = Some(epoch);
        self.plain = request.plain;
        self.leaving.retain(|name| !request.removes.contains(name));
        let mut welcomed = Vec::new();
        for Add { id: added, name, package } in request.adds {
            let waiting = self.waiting.get(&added).filter(|waiting| waiting.number == package);
            let welcome = names.iter().position(|welcomed| *welcomed == name);
            match (welcome, waiting.is_some()) {
                (Some(index), true) => {
                    self.waiting.remove(&added);
                    self.members.insert(added, name);
                    welcomed.push((added, index));
                }
                // The group has this member although its keys are lost, so remove it.
                (Some(_), false) => self.leaving.push(name),
                (None, true) if added != id => self.leave_out(added),
                (None, _) => {}
            }
        }
        // Clients and rooms may have changed meanwhile.
        self.due = Some(now);
        Some(Committed { group: self.group, epoch, others, welcomed })
    }

    /// The time at which [`ask`](Self::ask) must be called.
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.due
    }

    /// Asks a member for the pending commit, if it is due; `plain` are the rooms that are not to be encrypted.
    pub(super) fn ask(
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
        let Some(to) = self.next_committer(&is_reached) else {
            let awaited = self.request.as_ref().and_then(|request| request.awaited_until(now, is_reached));
            if let Some(until) = awaited {
                self.due = Some(until.min(now + COMMIT_TIMEOUT));
                return None;
            }
            return self.give_up(now);
        };
        self.number = self.number.wrapping_add(1);
        self.last_asked = Some(to);
        let request = self.request.as_mut()?;
        request.asked.push((self.number, to));
        request.next_at = now + COMMIT_TIMEOUT;
        request.last_answer_by = now + LAST_ANSWER;
        self.due = Some(request.next_at);
        let request = self.request.as_ref()?;
        // By now, the id may belong to another client, or the client may have another key package; those wait for the
        // next request.
        let adds = request
            .adds
            .iter()
            .filter(|add| add.id != to)
            .filter_map(|add| self.waiting.get(&add.id).filter(|waiting| waiting.number == add.package));
        let adds = adds.map(|it| Named { name: (&*it.name).into(), message: &it.key_package }).collect();
        Some(Asked {
            to,
            number: self.number,
            group: self.group,
            epoch: self.epoch,
            adds,
            removes: &request.removes,
            plain: &request.plain,
        })
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
            bytes += it.key_package.len();
            bytes <= KEY_PACKAGE_BYTES_MAX
        });
        let adds = adds.map(|(id, it)| Add { id: *id, name: it.name.clone(), package: it.number }).collect();
        let leaving = if has_group { self.leaving.len().min(CHANGES_MAX) } else { 0 };
        let removes = self.leaving[..leaving].to_vec();
        let (asked, declined) = (Vec::new(), Vec::new());
        let (next_at, last_answer_by) = (now, now);
        Some(Request { asked, declined, adds, removes, plain, changes_plain, next_at, last_answer_by })
    }

    /// A member that has not been asked yet, in turn; for a new group, one of the waiting clients.
    fn next_committer(&self, is_reached: impl Fn(ClientId) -> bool) -> Option<ClientId> {
        let request = self.request.as_ref()?;
        let was_asked = |id: &ClientId| request.asked.iter().any(|(_, asked)| asked == id);
        if request.asked.len() >= ASKED_MAX {
            return None;
        }
        let candidates: Vec<ClientId> = match self.epoch {
            None => request.adds.iter().map(|add| add.id).collect(),
            Some(_) => self.members.keys().copied().filter(|id| !self.waiting.contains_key(id)).collect(),
        };
        let mut free = candidates.iter().copied().filter(|id| !was_asked(id) && is_reached(*id));
        let after = free.clone().find(|id| Some(*id) > self.last_asked);
        after.or_else(|| free.next())
    }

    /// Gives up a request that no further member can be asked for. If several declined it, and it only adds newcomers,
    /// their key packages are at fault, and the group is not restarted.
    fn give_up(&mut self, now: Instant) -> Option<Asked<'static>> {
        let request = self.request.take()?;
        let is_unable = request.declined.len() > 1 && request.declined.len() == request.asked.len();
        if is_unable && self.epoch.is_some() && request.removes.is_empty() && !request.changes_plain {
            request.adds.iter().for_each(|add| self.leave_out(add.id));
            self.make_due(now);
            return None;
        }
        self.restart(now)
    }

    /// Drops a key package that members did not add: it is useless.
    fn leave_out(&mut self, id: ClientId) {
        if self.waiting.remove(&id).is_some() {
            self.left_out.push(id);
        }
    }

    /// The next client that must ask to be added again.
    pub(super) fn poll_left_out(&mut self) -> Option<ClientId> {
        self.left_out.pop()
    }

    /// Restarts a group that cannot continue: the next one begins with the waiting clients, and the others must ask
    /// for it.
    fn restart(&mut self, now: Instant) -> Option<Asked<'static>> {
        if now < self.restart_from {
            self.due = Some(self.restart_from);
            return None;
        }
        self.restart_from = now + RESTART_EVERY;
        self.end_group();
        self.make_due(now + BATCHING);
        None
    }

    fn end_group(&mut self) {
        self.group = self.group.wrapping_add(1);
        self.epoch = None;
        self.request = None;
        self.members.clear();
        self.leaving.clear();
        self.log = CommitLog::default();
    }

    /// The members.
    pub(super) fn members(&self) -> impl Iterator<Item = ClientId> {
        self.members.keys().copied()
    }

    /// Whether a client is in the group, or waits to be added.
    pub(super) fn knows(&self, id: ClientId) -> bool {
        self.members.contains_key(&id) || self.waiting.contains_key(&id)
    }

    fn note_leaving(&mut self, id: ClientId) {
        self.leaving.extend(self.members.remove(&id));
    }

    fn make_due(&mut self, at: Instant) {
        if self.request.is_none() {
            self.due = Some(self.due.map_or(at, |due| due.min(at)));
        }
    }
}
