//! The delivery service of an encrypted session's group (RFC 9750): keeps commits in order and distributes Welcomes,
//! but cannot read them.

mod commit_log;
mod delivery_service;
mod key_packages;
mod member_reports;
mod messages;

use alloc::boxed::Box;
use alloc::collections::BTreeMap;

use consonance_wire::limits::{GROUP_MESSAGE_BYTES_MAX, GROUP_MESSAGE_UNASKED_BYTES_MAX};
use consonance_wire::{ClientId, ReportAnswer};

use super::Server;
use crate::group_check::GroupCheck;
use crate::group_inbox::GroupInbox;
use crate::time::Instant;
use delivery_service::DeliveryService;
use key_packages::KeyPackages;
use member_reports::MemberReports;

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

    /// Tells a member the result of its report; see
    /// [`ServerEvent::MemberReported`](crate::ServerEvent::MemberReported).
    pub fn answer_report(&mut self, id: ClientId, answer: ReportAnswer) {
        self.group_delivery().answer_report(id, answer);
    }

    /// Whether members of an encrypted session may submit reports from now on; see
    /// [`ServerSettings::member_reports`](crate::ServerSettings::member_reports).
    pub fn set_member_reports(&mut self, are_taken: bool) {
        self.settings.member_reports = are_taken;
    }
}
