//! The delivery service of an encrypted session's group (RFC 9750): keeps commits in order and distributes Welcomes,
//! but cannot read them.

mod commit_log;
mod delivery_service;
mod key_packages;
mod member_reports;

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use consonance_name_key::NameKey;
use consonance_wire::limits::{GROUP_MESSAGE_BYTES_MAX, GROUP_MESSAGE_UNASKED_BYTES_MAX};
use consonance_wire::{
    Capabilities, ClientId, DeliveryMessage, GroupPart, MemberMessage, PlainRooms, ReportAnswer, RoomId,
    WireStr, Writer,
};

use super::event::ServerEvent;
use super::{Fault, Server};
use crate::encryption::Encryption;
use crate::group_check::{GroupCheck, MadeCommit};
use crate::group_inbox::GroupInbox;
use crate::time::Instant;
use commit_log::LoggedCommit;
use delivery_service::{Catching, DeliveryService, MadeGroup, Offer};
use key_packages::{KeyPackages, WaitingKeyPackage};
use member_reports::{MemberReports, Reporter};

/// The delivery service of a session's group, with its clients' unfinished messages and its reports.
#[derive(Debug)]
pub(super) struct GroupService {
    delivery: DeliveryService,
    key_packages: KeyPackages,
    inboxes: BTreeMap<ClientId, GroupInbox>,
    reports: MemberReports,
    /// The last group that its clients were told of.
    told: u32,
}

impl GroupService {
    /// The first group's number is drawn from the session's secret, so that members of the former process's group
    /// notice that it is another one.
    pub(super) fn new(secret_key: &[u8; 32]) -> Self {
        let [.., a, b, c, d] = *secret_key;
        let first = u32::from_be_bytes([a, b, c, d]);
        let (inboxes, reports) = (BTreeMap::new(), MemberReports::default());
        let (delivery, key_packages) = (DeliveryService::new(first), KeyPackages::default());
        Self { delivery, key_packages, inboxes, reports, told: first }
    }

    /// The time of the next request for a commit, or of the next key package that has waited.
    pub(super) fn next_due(&self) -> Option<Instant> {
        [self.delivery.next_due(), self.key_packages.next_due()].into_iter().flatten().min()
    }

    /// The maximum length of a message from a client: a long one if it was asked for a commit, or may submit a report.
    fn message_bytes_max(&self, now: Instant, id: ClientId) -> usize {
        if self.delivery.awaits_commit_of(id) {
            return GROUP_MESSAGE_BYTES_MAX;
        }
        let report = self.reports.granted(now, id).map(|bytes| bytes + REPORT_HEAD_BYTES);
        report.unwrap_or(0).max(GROUP_MESSAGE_UNASKED_BYTES_MAX)
    }

    /// Whether that is more than a short message.
    pub(super) fn awaits_long_message_of(&self, now: Instant, id: Option<ClientId>) -> bool {
        id.is_some_and(|id| self.message_bytes_max(now, id) > GROUP_MESSAGE_UNASKED_BYTES_MAX)
    }
}

/// Bytes before a report, in its message.
const REPORT_HEAD_BYTES: usize = 1 + 4;

impl Server {
    /// Has the messages of an encrypted session's members checked. Call it before clients join; without it, the
    /// members are trusted, and a hostile one can silence all.
    pub fn set_group_check(&mut self, check: Box<dyn GroupCheck>) {
        self.group.delivery.set_check(check);
    }

    /// The number of clients in the group of an encrypted session.
    pub fn group_members(&self) -> usize {
        self.group.delivery.len()
    }

    /// Whether a client that has joined can be in the group.
    pub fn is_encrypting(&self, id: ClientId) -> bool {
        self.group.delivery.knows(id)
    }

    /// Tells a client that has joined, or come back, which group there is.
    pub(super) fn tell_group(&mut self, id: ClientId) {
        if self.settings.encryption == Encryption::Off {
            return;
        }
        self.group.inboxes.remove(&id);
        let group = self.group.delivery.group();
        self.send_group_message(id, &DeliveryMessage::State { group, must_rejoin: false });
        self.note_plain_rooms();
    }

    /// Handles a client's leaving.
    pub(super) fn leave_group(&mut self, id: ClientId) {
        if self.settings.encryption == Encryption::Off {
            return;
        }
        self.group.inboxes.remove(&id);
        self.group.reports.forget(id);
        self.group.key_packages.forget(id);
        self.group.delivery.remove(self.now, id);
        self.group.delivery.forget(id);
        self.note_plain_rooms();
    }

    /// Updates the unencrypted rooms: a client that cannot encrypt has come, gone, or changed its rooms.
    pub(super) fn note_plain_rooms(&mut self) {
        if self.settings.encryption == Encryption::Allowed {
            self.group.delivery.note_plain_rooms(self.now);
        }
    }

    /// Handles a part of a message from a member, or from a client that is about to become one.
    pub(super) fn handle_group_part(
        &mut self,
        own: Option<ClientId>,
        part: &GroupPart<'_>,
    ) -> Result<(), Fault> {
        let own = own.ok_or(Fault::NotJoined)?;
        let most = self.group.message_bytes_max(self.now, own);
        let inbox = self.group.inboxes.entry(own).or_default();
        let Some(message) = inbox.take(part, most).map_err(|()| Fault::GroupRefused)? else { return Ok(()) };
        let Some(message) = MemberMessage::parse(&message)? else {
            self.statistics.ignored += 1;
            return Ok(());
        };
        self.handle_member_message(own, &message)
    }

    fn handle_member_message(&mut self, own: ClientId, message: &MemberMessage<'_>) -> Result<(), Fault> {
        let now = self.now;
        match *message {
            MemberMessage::KeyPackage { key_package, shows_group } => {
                if self.group.key_packages.take(now, own, key_package, shows_group) {
                    let name = self.members.get(own).ok_or(Fault::NotJoined)?.name.clone();
                    self.group.delivery.add(now, own, &name, key_package, shows_group);
                } else {
                    self.statistics.key_packages_delayed += 1;
                }
            }
            MemberMessage::Commit { number, commit, tree, ref welcomes, info } => {
                let commit = MadeCommit { commit, tree, welcomes };
                self.handle_commit(own, number, &MadeGroup { commit, info });
            }
            MemberMessage::Complaint { group, epoch, signature } => {
                let counts = self.group.delivery.complain(now, own, group, epoch, signature);
                self.statistics.commit_complaints += u64::from(counts);
            }
            MemberMessage::Declined { number } => self.group.delivery.decline(now, own, number),
            MemberMessage::Position { group, epoch } => self.catch_up(own, group, epoch),
            MemberMessage::Statement { statement } => self.pass_statement_on(own, statement),
            MemberMessage::ReportOffer { bytes } => self.answer_report_offer(own, bytes)?,
            MemberMessage::Report { report } => {
                let granted = self.group.reports.granted(now, own).ok_or(Fault::GroupRefused)?;
                self.group.reports.forget(own);
                if report.len() > granted {
                    return Err(Fault::GroupRefused);
                }
                self.events.push(ServerEvent::MemberReported { id: own, report: report.into() });
            }
        }
        self.tell_left_out();
        self.ask_for_commits();
        Ok(())
    }

    fn handle_commit(&mut self, own: ClientId, number: u32, made: &MadeGroup<'_>) {
        let committed = match self.group.delivery.commit(self.now, own, number, made) {
            Offer::Accepted(committed) => committed,
            Offer::Refused => {
                self.statistics.commits_refused += 1;
                return;
            }
            Offer::Late => return,
        };
        self.statistics.commits += 1;
        let MadeCommit { commit, tree, welcomes } = made.commit;
        let (group, epoch) = (committed.group, committed.epoch);
        self.send_group_message(own, &DeliveryMessage::Accepted { number });
        if !committed.others.is_empty() {
            self.send_group_bytes(&committed.others, &committed.changes);
            let passed_on = DeliveryMessage::Commit { group, epoch, commit };
            self.send_group_message_to(&committed.others, &passed_on);
        }
        // Of the tree, which may be a megabyte, one copy waits for all newcomers.
        let mut welcomed = Vec::new();
        for (id, index) in committed.welcomed {
            let Some(welcome) = welcomes.get(index).map(|welcome| welcome.message) else { continue };
            let head = DeliveryMessage::welcome_without_tree(group, epoch, welcome, tree.len());
            self.send_group_piece(&[id], &head, (true, tree.is_empty()));
            welcomed.push(id);
        }
        if !tree.is_empty() {
            self.send_group_piece(&welcomed, tree, (false, true));
        }
    }

    /// Answers a member's request to send a report.
    fn answer_report_offer(&mut self, own: ClientId, bytes: u32) -> Result<(), Fault> {
        for id in self.group.reports.expire(self.now) {
            self.group.inboxes.remove(&id);
        }
        let name = NameKey::of(&self.members.get(own).ok_or(Fault::NotJoined)?.name);
        let account = self.policy.gate().subject_of(own).map(Into::into);
        let origin = self.outbound.link_of(own).and_then(|link| self.links.origin_of(link));
        let answer = if self.settings.member_reports {
            self.group.reports.offer(self.now, own, Reporter { name, account, origin }, bytes)
        } else {
            ReportAnswer::NotTaken
        };
        self.answer_report(own, answer);
        Ok(())
    }

    /// Tells a member the result of its report; see
    /// [`ServerEvent::MemberReported`](crate::ServerEvent::MemberReported).
    pub fn answer_report(&mut self, id: ClientId, answer: ReportAnswer) {
        self.send_group_message(id, &DeliveryMessage::ReportAnswer { answer });
    }

    /// Whether members of an encrypted session may submit reports from now on; see
    /// [`ServerSettings::member_reports`](crate::ServerSettings::member_reports).
    pub fn set_member_reports(&mut self, are_taken: bool) {
        self.settings.member_reports = are_taken;
    }

    /// Sends a member the commits that it has missed, or has it ask to be added again.
    fn catch_up(&mut self, id: ClientId, group: u32, epoch: u32) {
        match self.group.delivery.position(self.now, id, group, epoch) {
            Catching::Up => {}
            Catching::After(epoch) => {
                let missed = self.group.delivery.commits_after(epoch);
                let messages = missed.flat_map(|LoggedCommit { epoch, changes, commit }| {
                    [changes.to_vec(), DeliveryMessage::Commit { group, epoch, commit }.to_bytes()]
                });
                let messages: Vec<Vec<u8>> = messages.collect();
                for message in &messages {
                    self.send_group_bytes(&[id], message);
                }
            }
            Catching::Never => {
                let group = self.group.delivery.group();
                self.send_group_message(id, &DeliveryMessage::State { group, must_rejoin: true });
            }
        }
    }

    fn pass_statement_on(&mut self, own: ClientId, statement: &[u8]) {
        let Some(name) = self.members.get(own).map(|member| member.name.clone()) else { return };
        let others: Vec<ClientId> = self.group.delivery.members().filter(|id| *id != own).collect();
        let name = WireStr::from(&*name);
        self.send_group_message_to(&others, &DeliveryMessage::Statement { name, statement });
    }

    /// Requests a commit from a member if one is due.
    pub(super) fn ask_for_commits(&mut self) {
        if self.group.next_due().is_none_or(|due| due > self.now) {
            return;
        }
        for (id, WaitingKeyPackage { key_package, shows_group }) in self.group.key_packages.due(self.now) {
            if let Some(name) = self.members.get(id).map(|member| member.name.clone()) {
                self.group.delivery.add(self.now, id, &name, &key_package, shows_group);
            }
        }
        let plain = self.plain_rooms();
        let Self { group, outbound, links, now, .. } = self;
        let is_reached = |id| outbound.link_of(id).is_some_and(|link| links.can(link, Capabilities::GROUPS));
        let asked = group.delivery.ask(*now, plain, is_reached);
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
            self.send_group_bytes(&[to], &request);
        }
        self.tell_of_another_group();
        self.tell_left_out();
    }

    /// Tells clients that no member could add to ask again, with another key package.
    fn tell_left_out(&mut self) {
        let group = self.group.delivery.group();
        while let Some(id) = self.group.delivery.poll_left_out() {
            self.send_group_message(id, &DeliveryMessage::State { group, must_rejoin: true });
        }
    }

    /// Tells clients that are not members about a group that was created again.
    fn tell_of_another_group(&mut self) {
        let group = self.group.delivery.group();
        if self.group.told == group {
            return;
        }
        self.group.told = group;
        let outside: Vec<ClientId> =
            self.members.in_order().filter(|id| !self.group.delivery.knows(*id)).collect();
        self.send_group_message_to(&outside, &DeliveryMessage::State { group, must_rejoin: false });
    }

    /// The rooms that clients without the feature listen to.
    fn plain_rooms(&self) -> PlainRooms {
        if self.settings.encryption != Encryption::Allowed {
            return PlainRooms::Never;
        }
        let mut rooms: Vec<u16> = Vec::new();
        for id in self.members.in_order().filter(|id| !self.can_encrypt(*id)) {
            let member = self.members.get(id);
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
        let kept = || self.kept_capabilities.get(&id).is_some_and(|it| it.contains(Capabilities::GROUPS));
        self.client_can(id, Capabilities::GROUPS) || kept()
    }

    fn send_group_message(&mut self, to: ClientId, message: &DeliveryMessage<'_>) {
        self.send_group_message_to(&[to], message);
    }

    fn send_group_message_to(&mut self, to: &[ClientId], message: &DeliveryMessage<'_>) {
        if !to.is_empty() {
            self.send_group_bytes(to, &message.to_bytes());
        }
    }

    /// Sends a message in parts to those of these clients that are reachable and can be in the group.
    fn send_group_bytes(&mut self, to: &[ClientId], message: &[u8]) {
        self.send_group_piece(to, message, (true, true));
    }

    /// The same for a piece of a message, which may begin or end the message.
    fn send_group_piece(&mut self, to: &[ClientId], piece: &[u8], (begins, ends): (bool, bool)) {
        let able = to.iter().copied().filter(|id| self.client_can(*id, Capabilities::GROUPS));
        let able: Vec<ClientId> = able.collect();
        let mut buffer = [0; crate::PACKET_BYTES_MAX];
        let packet_bytes = self.settings.packets.reliable_bytes.min(buffer.len());
        let part_bytes = packet_bytes.saturating_sub(GroupPart::OVERHEAD_BYTES);
        for part in GroupPart::of_piece(piece, part_bytes, (begins, ends)) {
            let mut writer = Writer::new(&mut buffer);
            let written = part.write(self.settings.session, &mut writer);
            debug_assert!(written.is_ok(), "a part fits into the packet that it was cut for");
            self.outbound.send_to_all(self.now, able.iter().copied(), writer.written());
        }
    }
}
