//! Newcomers that wait for the driver's decision, without a server.

use consonance_wire::CodecId;

use super::*;

const DEADLINE: Instant = Instant::from_millis(100);

fn newcomer(link: u64) -> Newcomer {
    let codec = CodecParameters { kind: CodecId::OPUS, frame_size_samples: 960, sample_rate_hz: 48_000 };
    let (link, join_token) = (LinkId(link), JoinToken::default());
    Newcomer { link, name: "Ann".into(), codec, join_token, ticket: None }
}

#[test]
fn no_more_newcomers_wait_than_may_and_each_link_once() {
    let mut joins = WaitingJoins::default();
    let asked = [1, 1, 2, 3].map(|link| joins.ask(newcomer(link), DEADLINE, 2));
    assert_eq!(asked, [Asking::Asked, Asking::Repeated, Asking::Asked, Asking::Full]);
    assert!(joins.take(LinkId(1)).is_some() && joins.take(LinkId(1)).is_none());
    assert_eq!(joins.ask(newcomer(3), DEADLINE, 2), Asking::Asked);
}

#[test]
fn a_newcomer_is_overdue_at_its_deadline_unless_it_was_answered() {
    let mut joins = WaitingJoins::default();
    joins.ask(newcomer(1), DEADLINE, 9);
    assert_eq!((joins.next_deadline(), joins.overdue(Instant::START)), (Some(DEADLINE), None));
    assert_eq!(joins.overdue(DEADLINE), Some(LinkId(1)));
    joins.take(LinkId(1));
    assert_eq!((joins.next_deadline(), joins.overdue(DEADLINE)), (None, None));
    assert!(!joins.is_waiting(LinkId(1)));
}
