//! The membership of the group: its members, the pending additions and removals, and the member that is asked to
//! commit them.
//!
//! A commit is accepted if it holds as far as can be checked without keys: see [`GroupCheck`]. What only members can
//! see, they complain about. Who was asked and delivers what does not hold is asked no more.

mod asking;
mod committing;
mod complaints;
mod conduct;
mod outcome;
mod request;

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::time::Duration;

use consonance_wire::{ClientId, PlainRooms};

use super::commit_log::{CommitLog, LoggedCommit};
use crate::group_check::{GroupCheck, PackageKeys};
use crate::time::Instant;
pub(super) use committing::MadeGroup;
use complaints::Accepted;
use conduct::Conducts;
pub(super) use outcome::{Catching, Committed, Offer};
use request::{Package, Request};

/// The time that a first change waits for others, which are then committed together.
const BATCHING: Duration = Duration::from_millis(10);
/// The time that a member has for a commit before another one is asked as well.
const COMMIT_TIMEOUT: Duration = Duration::from_millis(250);
/// The number of members that are asked for one commit before the group is restarted.
const ASKED_MAX: usize = 8;
/// The time that the asked members have once no other one can be asked, before the group is restarted: a long round
/// trip, or a lost packet, is no reason to have all others join another group.
const LAST_ANSWER: Duration = Duration::from_secs(1);
/// The same for a member that is alone in its group while others wait: another one can create it again.
const LONE_ANSWER: Duration = Duration::from_millis(600);
/// The minimum lifetime of a group before it is restarted.
const RESTART_EVERY: Duration = Duration::from_secs(1);

/// The maximum number of clients that one commit adds or removes: a server that checks it verifies two signatures for
/// each, and relays nothing meanwhile.
const CHANGES_MAX: usize = 64;
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
    /// What checks messages of members; none for a driver without one, which then trusts them.
    check: Option<Box<dyn GroupCheck>>,
    /// The check follows the present group: the client that created it has shown it.
    is_followed: bool,
    conducts: Conducts,
    accepted: Accepted,
}

#[derive(Debug)]
struct Waiting {
    package: Arc<Package>,
    /// The number of the key package.
    number: u64,
    /// A group that it creates can be followed.
    shows_group: bool,
    /// The member that did not add it: if another one does not either, that is believed.
    left_out_by: Option<ClientId>,
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
            check: None,
            is_followed: false,
            conducts: Conducts::default(),
            accepted: Accepted::default(),
        }
    }

    /// Has messages of members checked; for a group that has not begun yet.
    pub(super) fn set_check(&mut self, check: Box<dyn GroupCheck>) {
        self.check = Some(check);
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
        self.request.as_ref().is_some_and(|request| request.awaits(id))
    }

    /// Adds a client that asks for it. A present member is also removed in the same commit. A client whose key package
    /// members could not add has to ask again.
    pub(super) fn add(
        &mut self,
        now: Instant,
        id: ClientId,
        name: &str,
        key_package: &[u8],
        shows_group: bool,
    ) {
        let keys = match &self.check {
            Some(check) => check.key_package(name, key_package),
            None => Some(PackageKeys::default()),
        };
        let is_checked = self.check.is_some();
        let keys = keys.filter(|keys| !is_checked || !self.conducts.has_other_with(id, keys));
        let Some(keys) = keys else { return self.left_out.push(id) };
        self.conducts.meet(now, id, keys);
        if self.epoch.is_some() {
            // It has no keys any more, so it cannot commit.
            self.pass_over(now, id);
        }
        self.note_leaving(id);
        self.packages += 1;
        let number = self.packages;
        let package = Arc::new(Package { name: name.into(), bytes: key_package.into() });
        self.waiting.insert(id, Waiting { package, number, shows_group, left_out_by: None });
        self.make_due(now + BATCHING);
        let is_unchecked = self.epoch.is_some() && self.check.is_some() && !self.is_followed;
        if is_unchecked && shows_group && self.conducts.is_spotless(now, id) {
            // Its group will be checked.
            self.restart(now);
        }
    }

    /// Forgets a client that has left the session.
    pub(super) fn forget(&mut self, id: ClientId) {
        self.conducts.forget(id);
        self.accepted.forget(id);
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

    /// The commits after an epoch.
    pub(super) fn commits_after(&self, epoch: u32) -> impl Iterator<Item = LoggedCommit<'_>> {
        self.log.since(epoch).into_iter().flatten()
    }

    /// The time at which [`ask`](Self::ask) must be called.
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.due
    }

    /// Gives up a request that no further member can be asked for. If several declined it, and it only adds newcomers,
    /// their key packages are at fault, and the group is not restarted.
    fn give_up(&mut self, now: Instant) {
        let Some(request) = self.request.take() else { return };
        let is_unable = request.declined.len() > 1 && request.declined.len() == request.asked.len();
        if is_unable && self.epoch.is_some() && request.removes.is_empty() && !request.changes_plain {
            request.adds.iter().for_each(|add| self.leave_out(add.id));
            return self.make_due(now);
        }
        self.restart_or_begin_again(now);
    }

    /// Whether one member is alone in the group, and several clients wait to be added.
    fn is_lone(&self) -> bool {
        self.is_followed && self.members.len() == 1 && self.waiting.len() > 1
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
    fn restart(&mut self, now: Instant) {
        if now < self.restart_from {
            self.due = Some(self.restart_from);
            return;
        }
        self.restart_from = now + RESTART_EVERY;
        self.begin_again(now);
    }

    /// Restarts a group whose members all had their chance to add those who wait, and are no more than those.
    fn restart_if_shut(&mut self, now: Instant) {
        let are_few = self.is_followed && self.waiting.len() >= self.members.len().max(2);
        if !are_few || self.members.keys().any(|id| self.conducts.is_spotless(now, *id)) {
            return;
        }
        self.restart_or_begin_again(now);
    }

    /// Where one member is alone, nobody else loses keys, so its group may be as short-lived as it likes.
    fn restart_or_begin_again(&mut self, now: Instant) {
        if self.is_lone() { self.begin_again(now) } else { self.restart(now) }
    }

    fn begin_again(&mut self, now: Instant) {
        self.end_group();
        self.due = None;
        self.make_due(now + BATCHING);
    }

    fn end_group(&mut self) {
        self.group = self.group.wrapping_add(1);
        self.epoch = None;
        self.request = None;
        self.members.clear();
        self.leaving.clear();
        self.log = CommitLog::default();
        self.accepted = Accepted::default();
        self.is_followed = false;
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
