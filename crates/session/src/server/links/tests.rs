//! Join deadlines and budgets of links, without a server.

use core::time::Duration;

use super::*;
use crate::limits::Rate;

const LINK: LinkId = LinkId(7);
const DEADLINE: Instant = Instant::from_millis(100);

fn linked() -> Links {
    let mut links = Links::default();
    links.insert(Instant::START, LINK, DEADLINE, None);
    links
}

#[test]
fn a_link_is_overdue_at_its_deadline_until_a_client_joins_over_it() {
    let mut links = linked();
    assert_eq!((links.next_deadline(), links.overdue(Instant::START)), (Some(DEADLINE), None));
    assert_eq!(links.overdue(DEADLINE), Some(LINK));
    links.attach(LINK, ClientId(3));
    assert_eq!((links.next_deadline(), links.overdue(DEADLINE)), (None, None));
    assert_eq!(links.client_of(LINK).ok(), Some(ClientId(3)));
}

#[test]
fn a_link_that_may_take_its_time_is_never_overdue() {
    let mut links = linked();
    links.await_no_longer(LINK);
    assert_eq!(links.next_deadline(), None);
    let later = DEADLINE + Duration::from_secs(1);
    links.await_join(LINK, later);
    links.await_join(LINK, later + Duration::from_secs(1));
    assert_eq!((links.overdue(later), links.next_deadline()), (None, Some(later + Duration::from_secs(1))));
}

#[test]
fn nothing_is_left_of_a_link_that_is_gone() {
    let mut links = linked();
    assert!(links.remove(LINK).is_some() && links.remove(LINK).is_none());
    links.await_join(LINK, DEADLINE);
    links.attach(LINK, ClientId(3));
    assert_eq!((links.next_deadline(), links.len(), links.contains(LINK)), (None, 0, false));
    assert!(links.client_of(LINK).is_err() && !links.can(LINK, Capabilities::NONE));
}

#[test]
fn a_client_that_joins_after_another_leaves_the_former_on_the_link() {
    let mut links = linked();
    links.attach(LINK, ClientId(3));
    links.attach(LINK, ClientId(4));
    assert!(links.clients_of(LINK).eq([ClientId(4), ClientId(3)]));
    assert_eq!(links.detach(LINK), Some(ClientId(4)));
    links.forget_client(LINK, ClientId(3), Total { packets: 2, bytes: 9 });
    assert_eq!(links.clients_of(LINK).next(), None);
    assert_eq!(links.remove(LINK).map(|record| record.sent), Some(Total { packets: 2, bytes: 9 }));
}

#[test]
fn a_link_is_to_be_closed_once_its_strikes_are_used_up() {
    let mut links = linked();
    let limits = Limits { strikes: Rate { per_second: 1, burst: 2 }, ..Limits::default() };
    let mut strike = |is_to_blame| links.note_fault(LINK, Instant::START, &limits, is_to_blame);
    assert!(!strike(true) && !strike(false) && !strike(true) && !strike(false));
    assert!(strike(true));
    assert_eq!(links.get(LINK).map(|record| record.faults), Some(5));
}
