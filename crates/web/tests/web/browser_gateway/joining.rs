//! Outcomes of pages' requests.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use consonance_web::browser_gateway::GatewaySettings;
use consonance_web::{Attendance, Displaced, Join, JoinProblem, Signalling as _};

use crate::browser_gateway::fixture::{Fixture, SESSION, join, join_with};
use crate::browser_gateway::paper::BAD_OFFER;

#[test]
fn a_page_that_asks_is_answered_and_is_a_player_as_soon_as_it_is_connected() {
    let mut fixture = Fixture::new();
    let joined = fixture.ask(join("Alice")).unwrap().unwrap();
    assert_eq!((&*joined.sdp, joined.slots, joined.resumed), ("answer to offer", 4, false));
    fixture.run(Duration::from_secs(1));
    assert_eq!(fixture.session_loop.links(), 0, "a request alone is no player yet");

    let page = fixture.pages.newest();
    fixture.pages.connect(page);
    fixture.run_until("she is in", |fixture| fixture.pages.was_told(page, "roster"));
    assert!(fixture.pages.was_told(page, "joined"));
    let (name, clients, _) = fixture.session_loop.statistics().next().unwrap();
    assert_eq!((name, clients), (SESSION, 1));
}

#[test]
fn a_refused_page_is_told_why() {
    let mut fixture = Fixture::with(GatewaySettings { players_max: 1, ..GatewaySettings::default() });
    let elsewhere = Join { session: "other".to_owned(), ..join("Alice") };
    assert_eq!(fixture.ask(elsewhere), Some(Err(JoinProblem::NoSuchSession)));
    let bad = join_with("Alice", |body| body.sdp = BAD_OFFER.to_owned());
    let answer = fixture.ask(bad).unwrap().unwrap_err();
    assert!(matches!(&answer, JoinProblem::BadOffer(why) if why.contains("no audio")), "{answer}");
    assert_eq!(fixture.reservations.kept(), 0);

    fixture.browser("Alice");
    assert_eq!(fixture.ask(join("Bob")), Some(Err(JoinProblem::Full)));
    fixture.session_loop.shut_down(fixture.now);
    assert_eq!(fixture.ask(join("Bob")), Some(Err(JoinProblem::Closing)));
}

#[test]
fn another_address_gets_in_although_one_has_taken_all_places() {
    let mut fixture = Fixture::with(GatewaySettings { players_max: 4, ..GatewaySettings::default() });
    let from = |last: u8, name: &str| Join { remote: [192, 0, 2, last].into(), ..join(name) };
    let mut crowd = Vec::new();
    for number in 0..4 {
        fixture.ask(from(1, &format!("crowd {number}"))).unwrap().unwrap();
        crowd.push(fixture.pages.newest());
    }
    for page in &crowd[1..] {
        fixture.pages.connect(*page);
        fixture.run_until("it is in the session", |fixture| fixture.pages.was_told(*page, "roster"));
    }
    assert_eq!(fixture.ask(from(1, "one more")), Some(Err(JoinProblem::Full)));

    fixture.ask(from(2, "Alice")).unwrap().unwrap();
    let alice = fixture.pages.newest();
    fixture.run_until("the page that has not joined makes room", |fixture| fixture.pages.is_closed(crowd[0]));
    fixture.pages.connect(alice);
    fixture.run_until("she is in", |fixture| fixture.pages.was_told(alice, "roster"));
    assert_eq!(fixture.session_loop.statistics().next().unwrap().1, 4);

    fixture.ask(from(3, "Bob")).unwrap().unwrap();
    fixture.run_until("the one that has joined last makes room", |fixture| fixture.pages.is_closed(crowd[3]));
    fixture.run_until("its session hears of it", |fixture| fixture.session_loop.links() == 3);
    assert!(![crowd[1], crowd[2], alice].iter().any(|page| fixture.pages.is_closed(*page)));
    assert_eq!(fixture.ask(from(1, "one more")), Some(Err(JoinProblem::Full)));
    let networks = fixture.session_loop.numbers(fixture.now).networks;
    let made_room: u64 = networks.iter().map(|network| network.counters.connections.made_room).sum();
    assert_eq!(made_room, 2);
}

#[test]
fn more_requests_than_may_wait_are_told_to_come_back() {
    let settings = GatewaySettings { requests_max: 2, ..GatewaySettings::default() };
    let mut fixture = Fixture::with(settings);
    let mut replies: Vec<_> = (0..3).map(|_| fixture.entrance.join(join("Alice"))).collect();
    assert_eq!(replies[2].try_take(), Some(Err(JoinProblem::Busy)));
    fixture.run_once();
    assert!(replies[..2].iter_mut().all(|reply| matches!(reply.try_take(), Some(Ok(_)))));
}

#[test]
fn a_page_that_never_connects_gives_its_place_back() {
    let mut fixture = Fixture::new();
    fixture.ask(join("Alice")).unwrap().unwrap();
    assert_eq!(fixture.reservations.kept(), 1);
    let page = fixture.pages.newest();
    fixture.pages.lose(page);
    fixture.run_once();
    assert_eq!(fixture.reservations.kept(), 0);
}

#[test]
fn candidates_and_restarts_find_the_connection_of_their_player() {
    let mut fixture = Fixture::new();
    let joined = fixture.ask(join("Alice")).unwrap().unwrap();
    let page = fixture.pages.newest();
    fixture.entrance.candidate(&joined.key, "candidate:1".to_owned());
    let mut restarted = fixture.entrance.restart(&joined.key, "offer 2".to_owned());
    fixture.run_once();
    assert_eq!(fixture.pages.messages(page), ["candidate:1"]);
    assert_eq!(restarted.try_take(), Some(Ok(format!("answer of {} to offer 2", page.0))));

    for key in ["", "unknown", &joined.key.replace(&joined.key[..2], "zz")] {
        fixture.entrance.candidate(key, "candidate:2".to_owned());
        let mut restarted = fixture.entrance.restart(key, "offer 3".to_owned());
        fixture.run_once();
        assert_eq!(restarted.try_take(), Some(Err(JoinProblem::NoSuchPlayer)), "{key}");
    }
    assert_eq!(fixture.pages.messages(page), ["candidate:1"]);
}

#[test]
fn a_conversation_belongs_to_a_present_player_and_ends_with_the_next_one_and_with_the_player() {
    let mut fixture = Fixture::new();
    for key in ["", "a", "AAAAAAAAAAAAAAAAAAAAAAAA"] {
        assert!(matches!(attend(&mut fixture, key), Err(JoinProblem::NoSuchPlayer)), "{key}");
    }
    let joined = fixture.ask(join("Alice")).unwrap().unwrap();
    let mut first = attend(&mut fixture, &joined.key).unwrap();
    assert_eq!(end_of(&mut first), Poll::Pending);
    let mut second = attend(&mut fixture, &joined.key).unwrap();
    assert_eq!(end_of(&mut first), Poll::Ready(Some(Displaced)));
    assert_eq!(end_of(&mut second), Poll::Pending);

    let page = fixture.pages.newest();
    fixture.pages.lose(page);
    fixture.run_once();
    assert_eq!(end_of(&mut second), Poll::Ready(None));
    assert!(matches!(attend(&mut fixture, &joined.key), Err(JoinProblem::NoSuchPlayer)));
}

fn attend(fixture: &mut Fixture, key: &str) -> Result<Attendance, JoinProblem> {
    let mut reply = fixture.entrance.attend(key);
    fixture.run_once();
    reply.try_take().unwrap()
}

/// How a conversation has ended, if it has.
fn end_of(attendance: &mut Attendance) -> Poll<Option<Displaced>> {
    Pin::new(attendance).poll(&mut Context::from_waker(Waker::noop()))
}
