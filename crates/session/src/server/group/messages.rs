//! Delivers the messages of a group: to its members, and from them.

use alloc::boxed::Box;
use alloc::vec::Vec;

use consonance_wire::names::NameKey;
use consonance_wire::{
    Capabilities, ClientId, DeliveryMessage, GroupPart, MemberMessage, PlainRooms, ReportAnswer, RoomId,
    WireStr,
};

use super::GroupService;
use super::commit_log::LoggedCommit;
use super::delivery_service::{Catching, MadeGroup, Offer};
use super::key_packages::WaitingKeyPackage;
use super::member_reports::Reporter;
use super::parts::Parts;
use crate::encryption::Encryption;
use crate::group_check::{GroupCheck, MadeCommit};
use crate::server::Server;
use crate::server::event::ServerEvent;
use crate::server::fault::Fault;
use crate::server::observations::Observations;

/// The parts of the server that the messages of a group need, and no others: [`Server::group`].
pub struct GroupDelivery<'s> {
    service: &'s mut GroupService,
    parts: Parts<'s>,
    observations: &'s mut Observations,
}

impl core::fmt::Debug for GroupDelivery<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("GroupDelivery").field("service", &self.service).finish_non_exhaustive()
    }
}

impl Server {
    /// The delivery of the messages of an encrypted session's group.
    pub fn group(&mut self) -> GroupDelivery<'_> {
        GroupDelivery {
            service: &mut self.group,
            parts: Parts::new(&self.rules, &mut self.presence),
            observations: &mut self.observations,
        }
    }
}

impl GroupDelivery<'_> {
    /// Has the messages of an encrypted session's members checked. Call it before clients join; without it, the
    /// members are trusted, and a hostile one can silence all.
    pub fn set_check(&mut self, check: Box<dyn GroupCheck>) {
        self.service.delivery.set_check(check);
    }

    /// Tells a member the result of its report; see
    /// [`ServerEvent::MemberReported`](crate::ServerEvent::MemberReported).
    pub fn answer_report(&mut self, id: ClientId, answer: ReportAnswer) {
        self.parts.send(id, &DeliveryMessage::ReportAnswer { answer });
    }

    /// Handles a part of a message from a member, or from a client that is about to become one.
    pub(in crate::server) fn handle_part(
        &mut self,
        own: Option<ClientId>,
        part: &GroupPart<'_>,
    ) -> Result<(), Fault> {
        let own = own.ok_or(Fault::NotJoined)?;
        let most = self.service.message_bytes_max(self.parts.now(), own);
        let inbox = self.service.inboxes.entry(own).or_default();
        let Some(message) = inbox.take(part, most).map_err(|()| Fault::GroupRefused)? else { return Ok(()) };
        let Some(message) = MemberMessage::parse(&message)? else {
            self.observations.statistics_mut().ignored += 1;
            return Ok(());
        };
        self.handle_message(own, &message)
    }

    fn handle_message(&mut self, own: ClientId, message: &MemberMessage<'_>) -> Result<(), Fault> {
        let now = self.parts.now();
        match *message {
            MemberMessage::KeyPackage { key_package, shows_group } => {
                if self.service.key_packages.take(now, own, key_package, shows_group) {
                    let name = self.parts.members().get(own).ok_or(Fault::NotJoined)?.name.clone();
                    self.service.delivery.add(now, own, &name, key_package, shows_group);
                } else {
                    self.observations.statistics_mut().key_packages_delayed += 1;
                }
            }
            MemberMessage::Commit { number, commit, tree, ref welcomes, info } => {
                let commit = MadeCommit { commit, tree, welcomes };
                self.handle_commit(own, number, &MadeGroup { commit, info });
            }
            MemberMessage::Complaint { group, epoch, signature } => {
                let counts = self.service.delivery.complain(now, own, group, epoch, signature);
                self.observations.statistics_mut().commit_complaints += u64::from(counts);
            }
            MemberMessage::Declined { number } => self.service.delivery.decline(now, own, number),
            MemberMessage::Position { group, epoch } => self.catch_up(own, group, epoch),
            MemberMessage::Statement { statement } => self.pass_statement_on(own, statement),
            MemberMessage::ReportOffer { bytes } => self.answer_report_offer(own, bytes)?,
            MemberMessage::Report { report } => {
                let granted = self.service.reports.granted(now, own).ok_or(Fault::GroupRefused)?;
                self.service.reports.forget(own);
                if report.len() > granted {
                    return Err(Fault::GroupRefused);
                }
                self.observations.raise(ServerEvent::MemberReported { id: own, report: report.into() });
            }
        }
        self.tell_left_out();
        self.ask_for_commits();
        Ok(())
    }

    fn handle_commit(&mut self, own: ClientId, number: u32, made: &MadeGroup<'_>) {
        let committed = match self.service.delivery.commit(self.parts.now(), own, number, made) {
            Offer::Accepted(committed) => committed,
            Offer::Refused => {
                self.observations.statistics_mut().commits_refused += 1;
                return;
            }
            Offer::Late => return,
        };
        self.observations.statistics_mut().commits += 1;
        let MadeCommit { commit, tree, welcomes } = made.commit;
        let (group, epoch) = (committed.group, committed.epoch);
        self.parts.send(own, &DeliveryMessage::Accepted { number });
        if !committed.others.is_empty() {
            self.parts.send_bytes(&committed.others, &committed.changes);
            let passed_on = DeliveryMessage::Commit { group, epoch, commit };
            self.parts.send_to(&committed.others, &passed_on);
        }
        // Of the tree, which may be a megabyte, one copy waits for all newcomers.
        let mut welcomed = Vec::new();
        for (id, index) in committed.welcomed {
            let Some(welcome) = welcomes.get(index).map(|welcome| welcome.message) else { continue };
            let head = DeliveryMessage::welcome_without_tree(group, epoch, welcome, tree.len());
            self.parts.send_piece(&[id], &head, (true, tree.is_empty()));
            welcomed.push(id);
        }
        if !tree.is_empty() {
            self.parts.send_piece(&welcomed, tree, (false, true));
        }
    }

    /// Answers a member's request to send a report.
    fn answer_report_offer(&mut self, own: ClientId, bytes: u32) -> Result<(), Fault> {
        for id in self.service.reports.expire(self.parts.now()) {
            self.service.inboxes.remove(&id);
        }
        let name = NameKey::of(&self.parts.members().get(own).ok_or(Fault::NotJoined)?.name);
        let account = self.parts.rules().policy().gate().subject_of(own).map(Into::into);
        let presence = self.parts.presence();
        let origin = presence.link_of(own).and_then(|link| presence.links().origin_of(link));
        let answer = if self.parts.rules().settings().member_reports {
            self.service.reports.offer(self.parts.now(), own, Reporter { name, account, origin }, bytes)
        } else {
            ReportAnswer::NotTaken
        };
        self.answer_report(own, answer);
        Ok(())
    }

    /// Sends a member the commits that it has missed, or has it ask to be added again.
    fn catch_up(&mut self, id: ClientId, group: u32, epoch: u32) {
        match self.service.delivery.position(self.parts.now(), id, group, epoch) {
            Catching::Up => {}
            Catching::After(epoch) => {
                let missed = self.service.delivery.commits_after(epoch);
                let messages = missed.flat_map(|LoggedCommit { epoch, changes, commit }| {
                    [changes.to_vec(), DeliveryMessage::Commit { group, epoch, commit }.to_bytes()]
                });
                let messages: Vec<Vec<u8>> = messages.collect();
                for message in &messages {
                    self.parts.send_bytes(&[id], message);
                }
            }
            Catching::Never => {
                let group = self.service.delivery.group();
                self.parts.send(id, &DeliveryMessage::State { group, must_rejoin: true });
            }
        }
    }

    fn pass_statement_on(&mut self, own: ClientId, statement: &[u8]) {
        let Some(name) = self.parts.members().get(own).map(|member| member.name.clone()) else { return };
        let others: Vec<ClientId> = self.service.delivery.members().filter(|id| *id != own).collect();
        let name = WireStr::from(&*name);
        self.parts.send_to(&others, &DeliveryMessage::Statement { name, statement });
    }

    /// Requests a commit from a member if one is due.
    pub(in crate::server) fn ask_for_commits(&mut self) {
        if self.service.next_due().is_none_or(|due| due > self.parts.now()) {
            return;
        }
        for (id, WaitingKeyPackage { key_package, shows_group }) in
            self.service.key_packages.due(self.parts.now())
        {
            if let Some(name) = self.parts.members().get(id).map(|member| member.name.clone()) {
                self.service.delivery.add(self.parts.now(), id, &name, &key_package, shows_group);
            }
        }
        let plain = self.plain_rooms();
        let asked = self.service.delivery.ask(self.parts.now(), plain, |id| self.parts.reaches(id));
        let request = asked.map(|asked| {
            let removes = asked.removes.iter().map(|name| WireStr::from(&**name)).collect();
            let (number, group, epoch) = (asked.number, asked.group, asked.epoch);
            let message = DeliveryMessage::Request {
                number,
                group,
                epoch,
                adds: asked.adds,
                removes,
                plain: asked.plain.clone(),
            };
            (asked.to, message.to_bytes())
        });
        if let Some((to, request)) = request {
            self.parts.send_bytes(&[to], &request);
        }
        self.tell_of_another_group();
        self.tell_left_out();
    }

    /// Asks clients that no member could add for another key package.
    fn tell_left_out(&mut self) {
        let group = self.service.delivery.group();
        while let Some(id) = self.service.delivery.poll_left_out() {
            self.parts.send(id, &DeliveryMessage::State { group, must_rejoin: true });
        }
    }

    /// Announces a recreated group to clients that are not members.
    fn tell_of_another_group(&mut self) {
        let group = self.service.delivery.group();
        if self.service.told == group {
            return;
        }
        self.service.told = group;
        let outside: Vec<ClientId> =
            self.parts.members().in_order().filter(|id| !self.service.delivery.knows(*id)).collect();
        self.parts.send_to(&outside, &DeliveryMessage::State { group, must_rejoin: false });
    }

    /// The rooms that clients without the feature listen to.
    fn plain_rooms(&self) -> PlainRooms {
        if self.parts.rules().settings().encryption != Encryption::Allowed {
            return PlainRooms::Never;
        }
        let mut rooms: Vec<u16> = Vec::new();
        for id in self.parts.members().in_order().filter(|id| !self.can_encrypt(*id)) {
            let member = self.parts.members().get(id);
            rooms
                .extend(member.iter().flat_map(|member| member.rooms.names()).map(|room| RoomId::of(room).0));
            rooms.sort_unstable();
            rooms.dedup();
            if rooms.len() > PlainRooms::MAX {
                return PlainRooms::All;
            }
        }
        PlainRooms::Only(rooms)
    }

    /// Whether a client, with a link or not, can be in the group.
    fn can_encrypt(&self, id: ClientId) -> bool {
        self.parts.reaches(id)
            || self.parts.presence().reservations().capabilities_of(id).contains(Capabilities::GROUPS)
    }
}
