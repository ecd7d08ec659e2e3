//! Outcomes of pages' requests.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use consonance_web::browser_gateway::GatewaySettings;
use consonance_web::{Attendance, Displaced, Join, JoinProblem, Signalling as _};

use crate::browser_gateway::paper::BAD_OFFER;
use crate::browser_gateway::stage::{SESSION, Stage, join, join_with};

#[test]
fn a_page_that_asks_is_answered_and_is_a_player_as_soon_as_it_is_connected() {
    let mut stage = Stage::new();
    let joined = stage.ask(join("Alice")).unwrap().unwrap();
    assert_eq!((&*joined.sdp, joined.slots, joined.resumed), ("answer to offer", 4, false));
    stage.run(Duration::from_secs(1));
    assert_eq!(stage.session_loop.links(), 0, "a request alone is no player yet");

    let page = stage.pages.newest();
    stage.pages.connect(page);
    stage.run_until("she is in", |stage| stage.pages.was_told(page, "roster"));
    assert!(stage.pages.was_told(page, "joined"));
    let (name, clients, _) = stage.session_loop.statistics().next().unwrap();
    assert_eq!((name, clients), (SESSION, 1));
}

#[test]
fn a_refused_page_is_told_why() {
    let mut stage = Stage::with(GatewaySettings { players_max: 1, ..GatewaySettings::default() });
    let elsewhere = Join { session: "other".to_owned(), ..join("Alice") };
    assert_eq!(stage.ask(elsewhere), Some(Err(JoinProblem::NoSuchSession)));
    let bad = join_with("Alice", |body| body.sdp = BAD_OFFER.to_owned());
    let answer = stage.ask(bad).unwrap().unwrap_err();
    assert!(matches!(&answer, JoinProblem::BadOffer(why) if why.contains("no audio")), "{answer}");
    assert_eq!(stage.reservations.kept(), 0);

    stage.browser("Alice");
    assert_eq!(stage.ask(join("Bob")), Some(Err(JoinProblem::Full)));
    stage.session_loop.shut_down(stage.now);
    assert_eq!(stage.ask(join("Bob")), Some(Err(JoinProblem::Closing)));
}

#[test]
fn another_address_gets_in_although_one_has_taken_all_places() {
    let mut stage = Stage::with(GatewaySettings { players_max: 4, ..GatewaySettings::default() });
    let from = |last: u8, name: &str| Join { remote: [192, 0, 2, last].into(), ..join(name) };
    let mut crowd = Vec::new();
    for number in 0..4 {
        stage.ask(from(1, &format!("crowd {number}"))).unwrap().unwrap();
        crowd.push(stage.pages.newest());
    }
    for page in &crowd[1..] {
        stage.pages.connect(*page);
        stage.run_until("it is in the session", |stage| stage.pages.was_told(*page, "roster"));
    }
    assert_eq!(stage.ask(from(1, "one more")), Some(Err(JoinProblem::Full)));

    stage.ask(from(2, "Alice")).unwrap().unwrap();
    let alice = stage.pages.newest();
    stage.run_until("the page that has not joined makes room", |stage| stage.pages.is_closed(crowd[0]));
    stage.pages.connect(alice);
    stage.run_until("she is in", |stage| stage.pages.was_told(alice, "roster"));
    assert_eq!(stage.session_loop.statistics().next().unwrap().1, 4);

    stage.ask(from(3, "Bob")).unwrap().unwrap();
    stage.run_until("the one that has joined last makes room", |stage| stage.pages.is_closed(crowd[3]));
    stage.run_until("its session hears of it", |stage| stage.session_loop.links() == 3);
    assert!(![crowd[1], crowd[2], alice].iter().any(|page| stage.pages.is_closed(*page)));
    assert_eq!(stage.ask(from(1, "one more")), Some(Err(JoinProblem::Full)));
    let networks = stage.session_loop.numbers(stage.now).networks;
    let made_room: u64 = networks.iter().map(|network| network.counters.connections.made_room).sum();
    assert_eq!(made_room, 2);
}

#[test]
fn more_requests_than_may_wait_are_told_to_come_back() {
    let settings = GatewaySettings { requests_max: 2, ..GatewaySettings::default() };
    let mut stage = Stage::with(settings);
    let mut replies: Vec<_> = (0..3).map(|_| stage.entrance.join(join("Alice"))).collect();
    assert_eq!(replies[2].try_take(), Some(Err(JoinProblem::Busy)));
    stage.run_once();
    assert!(replies[..2].iter_mut().all(|reply| matches!(reply.try_take(), Some(Ok(_)))));
}

#[test]
fn a_page_that_never_connects_gives_its_place_back() {
    let mut stage = Stage::new();
    stage.ask(join("Alice")).unwrap().unwrap();
    assert_eq!(stage.reservations.kept(), 1);
    let page = stage.pages.newest();
    stage.pages.lose(page);
    stage.run_once();
    assert_eq!(stage.reservations.kept(), 0);
}

#[test]
fn candidates_and_restarts_find_the_connection_of_their_player() {
    let mut stage = Stage::new();
    let joined = stage.ask(join("Alice")).unwrap().unwrap();
    let page = stage.pages.newest();
    stage.entrance.candidate(&joined.key, "candidate:1".to_owned());
    let mut restarted = stage.entrance.restart(&joined.key, "offer 2".to_owned());
    stage.run_once();
    assert_eq!(stage.pages.messages(page), ["candidate:1"]);
    assert_eq!(restarted.try_take(), Some(Ok(format!("answer of {} to offer 2", page.0))));

    for key in ["", "unknown", &joined.key.replace(&joined.key[..2], "zz")] {
        stage.entrance.candidate(key, "candidate:2".to_owned());
        let mut restarted = stage.entrance.restart(key, "offer 3".to_owned());
        stage.run_once();
        assert_eq!(restarted.try_take(), Some(Err(JoinProblem::NoSuchPlayer)), "{key}");
    }
    assert_eq!(stage.pages.messages(page), ["candidate:1"]);
}

#[test]
fn a_conversation_belongs_to_a_present_player_and_ends_with_the_next_one_and_with_the_player() {
    let mut stage = Stage::new();
    for key in ["", "a", "AAAAAAAAAAAAAAAAAAAAAAAA"] {
        assert!(matches!(attend(&mut stage, key), Err(JoinProblem::NoSuchPlayer)), "{key}");
    }
    let joined = stage.ask(join("Alice")).unwrap().unwrap();
    let mut first = attend(&mut stage, &joined.key).unwrap();
    assert_eq!(end_of(&mut first), Poll::Pending);
    let mut second = attend(&mut stage, &joined.key).unwrap();
    assert_eq!(end_of(&mut first), Poll::Ready(Some(Displaced)));
    assert_eq!(end_of(&mut second), Poll::Pending);

    let page = stage.pages.newest();
    stage.pages.lose(page);
    stage.run_once();
    assert_eq!(end_of(&mut second), Poll::Ready(None));
    assert!(matches!(attend(&mut stage, &joined.key), Err(JoinProblem::NoSuchPlayer)));
}

fn attend(stage: &mut Stage, key: &str) -> Result<Attendance, JoinProblem> {
    let mut reply = stage.entrance.attend(key);
    stage.run_once();
    reply.try_take().unwrap()
}

/// How a conversation has ended, if it has.
fn end_of(attendance: &mut Attendance) -> Poll<Option<Displaced>> {
    Pin::new(attendance).poll(&mut Context::from_waker(Waker::noop()))
}
