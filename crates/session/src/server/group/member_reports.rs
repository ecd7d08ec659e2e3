//! Permissions for members' reports to the moderators, so that reports are few and bounded.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::time::Duration;

use consonance_name_key::NameKey;
use consonance_wire::limits::MEMBER_REPORT_BYTES_MAX;
use consonance_wire::{ClientId, ReportAnswer};

use crate::time::Instant;

/// The time that a member has to send a report, and the minimum interval to its next one.
const PERIOD: Duration = Duration::from_mins(1);
/// The maximum number of reports in transit at once, of a megabyte each.
const GRANTS_MAX: usize = 4;
/// The maximum number of reports of all members in a period.
const REPORTS_MAX: usize = 12;

/// The members that may send a report.
#[derive(Debug, Default)]
pub(super) struct MemberReports {
    granted: BTreeMap<ClientId, Grant>,
    /// The times of players' last reports, within a period.
    recent: BTreeMap<NameKey, Instant>,
}

#[derive(Debug)]
struct Grant {
    bytes: usize,
    until: Instant,
}

impl MemberReports {
    /// Handles a member's request to send a report of this length.
    pub(super) fn offer(&mut self, now: Instant, id: ClientId, name: &NameKey, bytes: u32) -> ReportAnswer {
        let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
        if bytes > MEMBER_REPORT_BYTES_MAX {
            return ReportAnswer::TooLong;
        }
        self.recent.retain(|_, at| *at + PERIOD > now);
        let is_full = self.granted.len() >= GRANTS_MAX || self.recent.len() >= REPORTS_MAX;
        if is_full || self.recent.contains_key(name) {
            return ReportAnswer::TooMany;
        }
        self.recent.insert(name.clone(), now);
        self.granted.insert(id, Grant { bytes, until: now + PERIOD });
        ReportAnswer::Send
    }

    /// The members whose time to send is over; their unfinished reports are useless.
    pub(super) fn expire(&mut self, now: Instant) -> Vec<ClientId> {
        let over = self.granted.iter().filter(|(_, grant)| grant.until <= now);
        let over: Vec<ClientId> = over.map(|(id, _)| *id).collect();
        for id in &over {
            self.forget(*id);
        }
        over
    }

    /// The length of the report that a client may send now.
    pub(super) fn granted(&self, now: Instant, id: ClientId) -> Option<usize> {
        self.granted.get(&id).filter(|grant| grant.until > now).map(|grant| grant.bytes)
    }

    /// Removes the permission of a client that has sent its report, or is gone.
    pub(super) fn forget(&mut self, id: ClientId) {
        self.granted.remove(&id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Instant = Instant::START;

    fn offer(reports: &mut MemberReports, now: Instant, number: u16) -> ReportAnswer {
        reports.offer(now, ClientId(number), &NameKey::of(&alloc::format!("player {number}")), 1000)
    }

    #[test]
    fn a_player_reports_once_in_a_minute_whatever_its_id_is() {
        let mut reports = MemberReports::default();
        let name = NameKey::of("Alice");
        assert_eq!(reports.offer(NOW, ClientId(1), &name, 1000), ReportAnswer::Send);
        assert_eq!(reports.granted(NOW, ClientId(1)), Some(1000));
        reports.forget(ClientId(1));
        assert_eq!(reports.granted(NOW, ClientId(1)), None);
        assert_eq!(reports.offer(NOW, ClientId(2), &name, 1000), ReportAnswer::TooMany);
        assert_eq!(reports.offer(NOW + PERIOD, ClientId(2), &name, 1000), ReportAnswer::Send);
        let too_long = MEMBER_REPORT_BYTES_MAX as u32 + 1;
        assert_eq!(reports.offer(NOW, ClientId(3), &NameKey::of("Bob"), too_long), ReportAnswer::TooLong);
    }

    #[test]
    fn few_reports_are_on_their_way_at_once_and_in_a_minute() {
        let mut reports = MemberReports::default();
        for number in 0..GRANTS_MAX as u16 {
            assert_eq!(offer(&mut reports, NOW, number), ReportAnswer::Send);
        }
        assert_eq!(offer(&mut reports, NOW, 100), ReportAnswer::TooMany);
        for number in 4..REPORTS_MAX as u16 {
            reports.forget(ClientId(number - 1));
            assert_eq!(offer(&mut reports, NOW, number), ReportAnswer::Send);
        }
        reports.forget(ClientId(0));
        assert_eq!(offer(&mut reports, NOW, 100), ReportAnswer::TooMany);
        assert_eq!(
            reports.expire(NOW + PERIOD).len(),
            GRANTS_MAX - 1,
            "the first and the last but three are done"
        );
        assert_eq!(offer(&mut reports, NOW + PERIOD, 100), ReportAnswer::Send);
    }
}
