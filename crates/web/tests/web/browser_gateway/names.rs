//! Names in use: a page that still answers keeps its name, one that has vanished does not.

use std::time::Duration;

use consonance_web::Join;
use consonance_web::webrtc::PagePeer;

use crate::browser_gateway::stage::{Stage, join};

/// A page from another address that asks for a name.
fn newcomer(stage: &mut Stage, name: &str) -> PagePeer {
    stage.ask(Join { remote: [198, 51, 100, 7].into(), ..join(name) }).unwrap().unwrap();
    let page = stage.pages.newest();
    stage.pages.connect(page);
    page
}

#[test]
fn a_page_that_vanished_without_a_goodbye_loses_its_name_within_five_seconds() {
    let mut stage = Stage::new();
    let (holder, _) = stage.browser("Carol");
    stage.pages.vanish(holder);
    let page = newcomer(&mut stage, "Carol");
    stage.run(Duration::from_secs(2));
    assert!(!stage.pages.was_told(page, "roster"), "the holder may still answer");
    stage.run(Duration::from_secs(3));
    assert!(stage.pages.was_told(page, "roster"), "{:?}", stage.pages.messages(page));
    assert!(!stage.pages.was_told(page, "refused"));
    assert!(stage.pages.was_told(holder, "disconnected"), "{:?}", stage.pages.messages(holder));
}

#[test]
fn a_silent_page_that_answers_probes_keeps_its_name() {
    let mut stage = Stage::new();
    let (holder, _) = stage.browser("Carol");
    stage.run(Duration::from_secs(10));
    let page = newcomer(&mut stage, "Carol");
    stage.run(Duration::from_secs(10));
    assert!(stage.pages.was_told(page, "refused"), "{:?}", stage.pages.messages(page));
    assert!(!stage.pages.was_told(page, "roster") && !stage.pages.is_closed(holder));
}

#[test]
fn a_player_whose_page_was_lost_and_did_not_come_back_loses_its_name() {
    let mut stage = Stage::new();
    let (holder, _) = stage.browser("Carol");
    stage.pages.lose(holder);
    let page = newcomer(&mut stage, "Carol");
    stage.run(Duration::from_secs(2));
    assert!(!stage.pages.was_told(page, "roster"), "its page may come back");
    stage.run(Duration::from_secs(3));
    assert!(stage.pages.was_told(page, "roster"), "{:?}", stage.pages.messages(page));
}
