//! Permissions for members' reports to the moderators, so that reports are few and bounded.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::time::Duration;

use consonance_wire::limits::MEMBER_REPORT_BYTES_MAX;
use consonance_wire::names::NameKey;
use consonance_wire::{ClientId, ReportAnswer};

use crate::link::PeerOrigin;
use crate::time::Instant;

/// The time that a member has to send a report, and the minimum interval to its next one.
const PERIOD: Duration = Duration::from_mins(1);
/// The time for which reports count for the shares of their reporters.
const LONG_PERIOD: Duration = Duration::from_hours(1);
/// The maximum number of reports in transit at once, of a megabyte each.
const GRANTS_MAX: usize = 4;
/// The same from one origin.
const GRANTS_OF_ORIGIN_MAX: usize = 2;
/// The maximum number of reports of all members in a period.
const REPORTS_MAX: usize = 12;
/// The same from one origin, behind which there may be several players.
const REPORTS_OF_ORIGIN_MAX: usize = 3;
/// The maximum number of reports from one origin, or of one account, in a long period.
const REPORTS_OF_ONE_MAX: usize = 12;

/// The members that may send a report.
#[derive(Debug, Default)]
pub(super) struct MemberReports {
    granted: BTreeMap<ClientId, Grant>,
    /// The reports of a long period, oldest first. There are not more than the limit for all allows.
    recent: Vec<(Reporter, Instant)>,
}

#[derive(Debug)]
struct Grant {
    bytes: usize,
    until: Instant,
    origin: Option<PeerOrigin>,
}

/// Who reports, as far as the session knows. One person may have many names, and several links.
#[derive(Clone, Debug)]
pub(super) struct Reporter {
    pub name: NameKey,
    /// The subject of its join token.
    pub account: Option<Box<str>>,
    pub origin: Option<PeerOrigin>,
}

impl Reporter {
    /// Whether both have one name or account.
    fn is_player(&self, other: &Self) -> bool {
        self.name == other.name || self.account.is_some() && self.account == other.account
    }

    fn shares_origin(&self, origin: Option<PeerOrigin>) -> bool {
        self.origin.is_some() && self.origin == origin
    }
}

impl MemberReports {
    /// Handles a member's request to send a report of this length.
    pub(super) fn offer(&mut self, now: Instant, id: ClientId, by: Reporter, bytes: u32) -> ReportAnswer {
        let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
        if bytes > MEMBER_REPORT_BYTES_MAX {
            return ReportAnswer::TooLong;
        }
        self.recent.retain(|(_, at)| *at + LONG_PERIOD > now);
        if self.is_over_share(now, &by) {
            return ReportAnswer::TooMany;
        }
        self.granted.insert(id, Grant { bytes, until: now + PERIOD, origin: by.origin });
        self.recent.push((by, now));
        ReportAnswer::Send
    }

    fn is_over_share(&self, now: Instant, by: &Reporter) -> bool {
        let of_origin = |origin: Option<PeerOrigin>| by.shares_origin(origin);
        let lately = || self.recent.iter().filter(|(_, at)| *at + PERIOD > now).map(|(reporter, _)| reporter);
        let all = || self.recent.iter().map(|(reporter, _)| reporter);
        self.granted.len() >= GRANTS_MAX
            || self.granted.values().filter(|grant| of_origin(grant.origin)).count() >= GRANTS_OF_ORIGIN_MAX
            || lately().count() >= REPORTS_MAX
            || lately().any(|other| other.is_player(by))
            || lately().filter(|other| of_origin(other.origin)).count() >= REPORTS_OF_ORIGIN_MAX
            || all().filter(|other| of_origin(other.origin)).count() >= REPORTS_OF_ONE_MAX
            || all().filter(|other| other.is_player(by)).count() >= REPORTS_OF_ONE_MAX
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

    fn reporter(name: &str, account: Option<&str>, origin: Option<u128>) -> Reporter {
        let origin = origin.map(PeerOrigin::AddressPrefix);
        Reporter { name: NameKey::of(name), account: account.map(Into::into), origin }
    }

    fn offer(reports: &mut MemberReports, now: Instant, number: u16) -> ReportAnswer {
        let by = reporter(&alloc::format!("player {number}"), None, Some(number.into()));
        reports.offer(now, ClientId(number), by, 1000)
    }

    #[test]
    fn a_player_reports_once_in_a_minute_whatever_its_id_is() {
        let mut reports = MemberReports::default();
        let name = || reporter("Alice", None, None);
        assert_eq!(reports.offer(NOW, ClientId(1), name(), 1000), ReportAnswer::Send);
        assert_eq!(reports.granted(NOW, ClientId(1)), Some(1000));
        reports.forget(ClientId(1));
        assert_eq!(reports.granted(NOW, ClientId(1)), None);
        assert_eq!(reports.offer(NOW, ClientId(2), name(), 1000), ReportAnswer::TooMany);
        assert_eq!(reports.offer(NOW + PERIOD, ClientId(2), name(), 1000), ReportAnswer::Send);
        let too_long = MEMBER_REPORT_BYTES_MAX as u32 + 1;
        let bob = reporter("Bob", None, None);
        assert_eq!(reports.offer(NOW, ClientId(3), bob, too_long), ReportAnswer::TooLong);
    }

    #[test]
    fn one_client_under_twelve_names_leaves_the_others_theirs() {
        for (account, origin) in [(None, Some(5)), (Some("eve"), None), (Some("eve"), Some(5))] {
            let mut reports = MemberReports::default();
            let mut sent = 0;
            for number in 0..12 {
                let by = reporter(&alloc::format!("Eve {number}"), account, origin);
                sent += usize::from(reports.offer(NOW, ClientId(number), by, 1000) == ReportAnswer::Send);
                reports.forget(ClientId(number));
            }
            assert_eq!(sent, if account.is_some() { 1 } else { REPORTS_OF_ORIGIN_MAX });
            assert_eq!(offer(&mut reports, NOW, 100), ReportAnswer::Send, "{account:?}, {origin:?}");
        }
    }

    #[test]
    fn one_origin_does_not_have_all_that_are_on_their_way() {
        let mut reports = MemberReports::default();
        let mut from_home = |number: u16| {
            let by = reporter(&alloc::format!("Eve {number}"), None, Some(5));
            reports.offer(NOW, ClientId(number), by, 1000)
        };
        assert_eq!(
            [1, 2, 3].map(&mut from_home),
            [ReportAnswer::Send, ReportAnswer::Send, ReportAnswer::TooMany]
        );
        assert_eq!(offer(&mut reports, NOW, 100), ReportAnswer::Send);
    }

    #[test]
    fn an_hour_of_reports_from_one_place_has_a_limit_too() {
        let mut reports = MemberReports::default();
        let mut sent = 0;
        for minute in 0..60 {
            let now = NOW + PERIOD * minute;
            reports.expire(now);
            let by = reporter(&alloc::format!("Eve {minute}"), None, Some(5));
            sent += usize::from(reports.offer(now, ClientId(1), by, 1000) == ReportAnswer::Send);
        }
        assert_eq!(sent, REPORTS_OF_ONE_MAX);
        assert_eq!(offer(&mut reports, NOW + PERIOD * 60, 100), ReportAnswer::Send);
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
