//! Admission of newcomers, without a server.

use super::*;

const END: Instant = Instant::from_millis(5000);

#[test]
fn newcomers_are_refused_as_the_entrance_says() {
    let mut join_gate = JoinGate::default();
    assert_eq!(join_gate.refusal(), None);
    join_gate.set_join_state(JoinState::Overloaded { retry_in_s: 9 });
    assert_eq!(join_gate.refusal(), Some(CloseReason::AtItsLimit { retry_in_s: 9 }));
    join_gate.set_join_state(JoinState::Draining);
    assert_eq!(join_gate.refusal(), Some(CloseReason::Draining { redirect: None }));
}

#[test]
fn a_session_that_ends_sends_newcomers_on_until_it_stays() {
    let mut join_gate = JoinGate::default();
    assert!(!join_gate.end_drain() && !join_gate.is_draining());
    join_gate.begin_drain(END, Some("b:1".into()));
    assert!(join_gate.is_draining());
    assert_eq!(join_gate.refusal(), Some(CloseReason::Draining { redirect: Some("b:1".into()) }));
    assert!(join_gate.end_drain() && !join_gate.is_draining());
    assert_eq!(join_gate.refusal(), None);
}

#[test]
fn a_client_that_comes_back_is_told_what_is_left() {
    let mut join_gate = JoinGate::default();
    assert_eq!(join_gate.missed_news(END), None);
    join_gate.begin_drain(END, Some("b:1".into()));
    let at = Instant::from_millis(2000);
    let moves = Closing::Moves { in_ms: 3000, leave_in_ms: 0, address: "b:1" };
    assert_eq!(join_gate.missed_news(at), Some(moves));
    join_gate.begin_drain(END, None);
    assert_eq!(join_gate.missed_news(END + Duration::from_secs(1)), Some(Closing::Ends { in_ms: 0 }));
}
