//! Which newcomers come in, without a server.

use super::*;

const END: Instant = Instant::from_millis(5000);

#[test]
fn newcomers_are_refused_as_the_entrance_says() {
    let mut door = Door::default();
    assert_eq!(door.refusal(), None);
    door.set_entrance(Entrance::Overloaded { retry_in_s: 9 });
    assert_eq!(door.refusal(), Some(CloseReason::AtItsLimit { retry_in_s: 9 }));
    door.set_entrance(Entrance::Draining);
    assert_eq!(door.refusal(), Some(CloseReason::Draining { redirect: None }));
}

#[test]
fn a_session_that_ends_sends_newcomers_on_until_it_stays() {
    let mut door = Door::default();
    assert!(!door.end_drain() && !door.is_draining());
    door.begin_drain(END, Some("b:1".into()));
    assert!(door.is_draining());
    assert_eq!(door.refusal(), Some(CloseReason::Draining { redirect: Some("b:1".into()) }));
    assert!(door.end_drain() && !door.is_draining());
    assert_eq!(door.refusal(), None);
}

#[test]
fn a_client_that_comes_back_is_told_what_is_left() {
    let mut door = Door::default();
    assert_eq!(door.missed_news(END), None);
    door.begin_drain(END, Some("b:1".into()));
    let at = Instant::from_millis(2000);
    let moves = Closing::Moves { in_ms: 3000, leave_in_ms: 0, address: "b:1" };
    assert_eq!(door.missed_news(at), Some(moves));
    door.begin_drain(END, None);
    assert_eq!(door.missed_news(END + Duration::from_secs(1)), Some(Closing::Ends { in_ms: 0 }));
}
