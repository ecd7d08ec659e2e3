//! Names in use: a page that still answers keeps its name, one that has vanished does not.

use std::time::Duration;

use consonance_web::Join;
use consonance_web::webrtc::PagePeer;

use crate::browser_gateway::fixture::{Fixture, join};

/// A page from another address that asks for a name.
fn newcomer(fixture: &mut Fixture, name: &str) -> PagePeer {
    fixture.ask(Join { remote: [198, 51, 100, 7].into(), ..join(name) }).unwrap().unwrap();
    let page = fixture.pages.newest();
    fixture.pages.connect(page);
    page
}

#[test]
fn a_page_that_vanished_without_a_goodbye_loses_its_name_within_five_seconds() {
    let mut fixture = Fixture::new();
    let (holder, _) = fixture.browser("Carol");
    fixture.pages.vanish(holder);
    let page = newcomer(&mut fixture, "Carol");
    fixture.run(Duration::from_secs(2));
    assert!(!fixture.pages.was_told(page, "roster"), "the holder may still answer");
    fixture.run(Duration::from_secs(3));
    assert!(fixture.pages.was_told(page, "roster"), "{:?}", fixture.pages.messages(page));
    assert!(!fixture.pages.was_told(page, "refused"));
    assert!(fixture.pages.was_told(holder, "disconnected"), "{:?}", fixture.pages.messages(holder));
}

#[test]
fn a_silent_page_that_answers_probes_keeps_its_name() {
    let mut fixture = Fixture::new();
    let (holder, _) = fixture.browser("Carol");
    fixture.run(Duration::from_secs(10));
    let page = newcomer(&mut fixture, "Carol");
    fixture.run(Duration::from_secs(10));
    assert!(fixture.pages.was_told(page, "refused"), "{:?}", fixture.pages.messages(page));
    assert!(!fixture.pages.was_told(page, "roster") && !fixture.pages.is_closed(holder));
}

#[test]
fn a_player_whose_page_was_lost_and_did_not_come_back_loses_its_name() {
    let mut fixture = Fixture::new();
    let (holder, _) = fixture.browser("Carol");
    fixture.pages.lose(holder);
    let page = newcomer(&mut fixture, "Carol");
    fixture.run(Duration::from_secs(2));
    assert!(!fixture.pages.was_told(page, "roster"), "its page may come back");
    fixture.run(Duration::from_secs(3));
    assert!(fixture.pages.was_told(page, "roster"), "{:?}", fixture.pages.messages(page));
}
