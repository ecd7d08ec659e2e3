//! A commit, or a new group, that a member was asked for.

use alloc::boxed::Box;
use alloc::vec::Vec;

use consonance_wire::{ClientId, DeliveryMessage};

use super::request::{Add, AskedMember, Request};
use super::{CommitLog, Committed, DeliveryService, Offer};
use crate::group_check::{AskedCommit, MadeCommit, NewGroup};
use crate::time::Instant;

/// A commit as it was received.
pub(in crate::server::group) struct MadeGroup<'a> {
    pub commit: MadeCommit<'a>,
    /// For a new group.
    pub info: &'a [u8],
}

impl DeliveryService {
    /// Handles a member's commit.
    pub(in crate::server::group) fn commit(
        &mut self,
        now: Instant,
        id: ClientId,
        number: u32,
        made: &MadeGroup<'_>,
    ) -> Offer {
        let Some(request) = self.request.take_if(|request| request.awaits(id)) else { return Offer::Late };
        let asked = request.asked.iter().find(|asked| (asked.id, asked.number) == (id, number));
        let name = match self.epoch {
            None => self.waiting.get(&id).map(|waiting| waiting.package.name.clone()),
            Some(_) => self.members.get(&id).cloned(),
        };
        let Some((asked, name)) = asked.zip(name) else {
            self.request = Some(request);
            return Offer::Late;
        };
        if !self.holds(asked, &name, &request, made) {
            self.request = Some(request);
            self.conducts.note_fault(id);
            self.pass_over(now, id);
            return Offer::Refused;
        }
        Offer::Accepted(self.accept(now, id, request, number, made))
    }

    /// Whether a commit holds, as far as the server can see.
    fn holds(&mut self, asked: &AskedMember, name: &str, request: &Request, made: &MadeGroup<'_>) -> bool {
        let Some(check) = &mut self.check else { return true };
        if self.epoch.is_none() {
            self.is_followed = self.waiting.get(&asked.id).is_some_and(|waiting| waiting.shows_group);
        }
        if !self.is_followed {
            return true;
        }
        if self.epoch.is_none() {
            let signer = self.conducts.signer(asked.id);
            let (group, plain, info) = (self.group, &request.plain, made.info);
            if !check.begin(&NewGroup { group, creator: name, signer, plain, info }) {
                return false;
            }
            if made.commit.commit.is_empty() {
                return made.commit.welcomes.is_empty();
            }
        }
        let adds = asked.adds.iter().map(Add::named).collect();
        let (removes, plain) = (&*request.removes, &request.plain);
        check.commit(&AskedCommit { committer: name, adds, removes, plain }, &made.commit)
    }

    fn accept(
        &mut self,
        now: Instant,
        id: ClientId,
        request: Request,
        number: u32,
        made: &MadeGroup<'_>,
    ) -> Committed {
        let MadeCommit { commit, welcomes, .. } = made.commit;
        let names: Vec<Box<str>> = welcomes.iter().map(|named| (&*named.name.to_str()).into()).collect();
        let others = self.members.keys().copied().filter(|member| *member != id).collect();
        let epoch = match self.epoch {
            // In epoch 0 the creator is alone; the first commit adds the others.
            None => u32::from(!commit.is_empty()),
            Some(epoch) => epoch + 1,
        };
        if self.epoch.is_none() {
            self.members.extend(self.waiting.remove(&id).map(|maker| (id, maker.package.name.clone())));
            self.log = CommitLog::default();
        }
        let asked = request.asked.iter().find(|asked| asked.number == number);
        let adds = asked.map_or(&[][..], |asked| &asked.adds);
        let changes = DeliveryMessage::Changes {
            group: self.group,
            epoch,
            adds: adds.iter().map(|add| (&*add.package.name).into()).collect(),
            removes: request.removes.iter().map(|name| (&**name).into()).collect(),
        };
        let changes = changes.to_bytes();
        if !commit.is_empty() {
            self.log.push(epoch, &changes, commit);
        }
        self.epoch = Some(epoch);
        self.leaving.retain(|name| !request.removes.contains(name));
        let (welcomed, has_left_out) = self.welcome(id, &request.adds, adds, &names);
        self.plain = request.plain;
        let members = self.members.keys().copied();
        self.accepted.push(epoch, id, members.filter(|member| *member != id).collect());
        // Clients and rooms may have changed meanwhile.
        self.due = Some(now);
        let committed = Committed { group: self.group, epoch, changes, others, welcomed };
        if has_left_out {
            self.conducts.note_silence(now, id);
            self.restart_if_shut(now);
        } else {
            self.conducts.note_commit(id);
        }
        committed
    }

    /// The clients that were added, with the indices of their Welcomes, and whether others were left out.
    fn welcome(
        &mut self,
        by: ClientId,
        wanted: &[Add],
        asked: &[Add],
        names: &[Box<str>],
    ) -> (Vec<(ClientId, usize)>, bool) {
        let (mut welcomed, mut has_left_out) = (Vec::new(), false);
        for Add { id, number, package } in wanted {
            let waiting = self.waiting.get_mut(id).filter(|waiting| waiting.number == *number);
            let was_asked = asked.iter().any(|add| add.number == *number);
            let welcome = names.iter().position(|name| *name == package.name);
            match (welcome, waiting) {
                (Some(index), Some(_)) => {
                    self.waiting.remove(id);
                    self.members.insert(*id, package.name.clone());
                    welcomed.push((*id, index));
                }
                // The group has this member although its keys are lost, so remove it.
                (Some(_), None) => self.leaving.push(package.name.clone()),
                (None, Some(waiting)) if was_asked => {
                    has_left_out = true;
                    if *waiting.left_out_by.get_or_insert(by) != by {
                        self.leave_out(*id);
                    }
                }
                (None, _) => {}
            }
        }
        (welcomed, has_left_out)
    }
}
