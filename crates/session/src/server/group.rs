//! The delivery service of an encrypted session's group (RFC 9750): keeps commits in order and distributes Welcomes,
//! but cannot read them.

mod commit_log;
mod delivery_service;
mod key_packages;
mod member_reports;
mod messages;
mod parts;

use alloc::collections::BTreeMap;

use consonance_wire::limits::{GROUP_MESSAGE_BYTES_MAX, GROUP_MESSAGE_UNASKED_BYTES_MAX};
use consonance_wire::{ClientId, DeliveryMessage};

use crate::encryption::Encryption;
use crate::group_inbox::GroupInbox;
use crate::time::Instant;
use delivery_service::DeliveryService;
use key_packages::KeyPackages;
use member_reports::MemberReports;

pub use messages::GroupDelivery;
pub(super) use parts::Parts;

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

    /// The number of clients in the group.
    pub(super) fn members(&self) -> usize {
        self.delivery.len()
    }

    /// Whether a client that has joined can be in the group.
    pub(super) fn knows(&self, id: ClientId) -> bool {
        self.delivery.knows(id)
    }

    /// Sends the current group to a client that has joined or resumed.
    pub(super) fn tell(&mut self, parts: &mut Parts<'_>, id: ClientId) {
        let encryption = parts.rules().settings().encryption;
        if encryption == Encryption::Off {
            return;
        }
        self.inboxes.remove(&id);
        let group = self.delivery.group();
        parts.send(id, &DeliveryMessage::State { group, must_rejoin: false });
        self.note_plain_rooms(parts.now(), encryption);
    }

    /// Handles a client's leaving.
    pub(super) fn leave(&mut self, now: Instant, encryption: Encryption, id: ClientId) {
        if encryption == Encryption::Off {
            return;
        }
        self.inboxes.remove(&id);
        self.reports.forget(id);
        self.key_packages.forget(id);
        self.delivery.remove(now, id);
        self.delivery.forget(id);
        self.note_plain_rooms(now, encryption);
    }

    /// Updates the unencrypted rooms: a client that cannot encrypt has come, gone, or changed its rooms.
    pub(super) fn note_plain_rooms(&mut self, now: Instant, encryption: Encryption) {
        if encryption == Encryption::Allowed {
            self.delivery.note_plain_rooms(now);
        }
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
