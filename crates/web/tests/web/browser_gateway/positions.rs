//! Pages that see each other move.

use std::time::Duration;

use consonance_link::gateway::{PlaceInWorld, PlaceSharer, World};
use consonance_session::{ClientId, Position};
use consonance_web::Join;
use consonance_web::browser_gateway::GatewaySettings;
use consonance_web::webrtc::PagePeer;
use serde_json::json;

use crate::browser_gateway::fixture::{Fixture, SESSION, TOWN, join};
use crate::browser_gateway::paper::Pages;

/// The positions of others that a page was told, in order: name, and x.
fn told(fixture: &Fixture, page: PagePeer) -> Vec<(String, Option<f64>)> {
    told_among(&fixture.pages, page)
}

/// The same, of a page of the second worker.
fn told_elsewhere(fixture: &Fixture, page: PagePeer) -> Vec<(String, Option<f64>)> {
    told_among(&fixture.pages_elsewhere, page)
}

fn told_among(pages: &Pages, page: PagePeer) -> Vec<(String, Option<f64>)> {
    let messages = pages.messages(page);
    let parsed = messages.iter().map(|message| serde_json::from_str::<serde_json::Value>(message).unwrap());
    let placed = parsed.filter(|message| message["type"] == "placed");
    placed.map(|message| (message["name"].as_str().unwrap().to_owned(), message["x"].as_f64())).collect()
}

fn place(fixture: &Fixture, page: PagePeer, x: f64, is_shared: bool) {
    let message = format!(r#"{{"type":"place","x":{x},"y":0,"z":0,"shared":{is_shared}}}"#);
    fixture.pages.say(page, &message);
}

/// A place that is shared with those in this world.
fn place_in(pages: &Pages, page: PagePeer, x: f64, world: &str) {
    let place = json!({"type": "place", "x": x, "y": 0, "z": 0, "shared": true, "world": world});
    pages.say(page, &place.to_string());
}

/// What a gateway of another kind writes of its player with this id.
fn share(sharer: &PlaceSharer, id: ClientId, place: Option<(f32, &[u8])>) {
    let in_world = |(x, world): (f32, &[u8])| PlaceInWorld {
        position: Position::new([x, 0.0, 0.0]).unwrap(),
        world: World::named(world).unwrap(),
    };
    sharer.publish(SESSION, [(1, place.map(|place| (id, in_world(place))))]);
}

#[test]
fn the_others_are_told_of_moves_and_of_positions_no_longer_shared() {
    let mut fixture = Fixture::new();
    let (alice, _) = fixture.browser("Alice");
    let (bob, _) = fixture.browser("Bob");
    for (x, is_shared) in [(1.0, false), (2.0, true), (3.0, true), (3.0, false), (4.0, false)] {
        place(&fixture, alice, x, is_shared);
        fixture.run(Duration::from_millis(500));
    }
    let alice_was = |x| ("Alice".to_owned(), x);
    assert_eq!(told(&fixture, bob), [alice_was(Some(2.0)), alice_was(Some(3.0)), alice_was(None)]);
    assert_eq!(told(&fixture, alice), [], "no page is told of itself");
}

#[test]
fn a_newcomer_is_told_the_positions_of_the_others() {
    let mut fixture = Fixture::new();
    let (alice, _) = fixture.browser("Alice");
    place(&fixture, alice, 7.0, true);
    fixture.run(Duration::from_millis(500));
    let (bob, _) = fixture.browser("Bob");
    fixture.run(Duration::from_millis(500));
    assert_eq!(told(&fixture, bob), [("Alice".to_owned(), Some(7.0))]);
}

#[test]
fn continuous_moves_are_told_at_a_limited_rate_and_the_last_one_always() {
    let mut fixture = Fixture::new();
    let (alice, _) = fixture.browser("Alice");
    let (bob, _) = fixture.browser("Bob");
    for step in 0..200 {
        place(&fixture, alice, f64::from(step), true);
        fixture.run_once();
    }
    fixture.run(Duration::from_millis(500));
    let told = told(&fixture, bob);
    // 2 s, with an update every 120 ms for two pages.
    assert!((10..=20).contains(&told.len()), "{told:?}");
    assert_eq!(told.last(), Some(&("Alice".to_owned(), Some(199.0))));
}

#[test]
fn a_crowd_in_another_session_delays_no_page_and_is_told_nothing() {
    let mut fixture = Fixture::new();
    let crowd: Vec<_> = (0..50).map(|number| fixture.browser_in(TOWN, &format!("Page {number}")).0).collect();
    let (alice, _) = fixture.browser("Alice");
    let (bob, _) = fixture.browser("Bob");
    for step in 0..200 {
        place(&fixture, alice, f64::from(step), true);
        place(&fixture, crowd[0], f64::from(step), true);
        fixture.run_once();
    }
    fixture.run(Duration::from_secs(1));
    let told_bob = told(&fixture, bob);
    assert!((10..=20).contains(&told_bob.len()), "as without the crowd: {told_bob:?}");
    assert!(told_bob.iter().all(|(name, _)| name == "Alice"), "{told_bob:?}");
    let told_crowd = told(&fixture, crowd[1]);
    assert!((2..=5).contains(&told_crowd.len()), "600 ms from one time to the next: {told_crowd:?}");
    assert!(told_crowd.iter().all(|(name, _)| name == "Page 0"), "{told_crowd:?}");
}

#[test]
fn a_session_that_has_ended_leaves_nothing_to_the_next_one() {
    let mut fixture = Fixture::new();
    let (former, _) = fixture.browser_in(TOWN, "Former");
    place(&fixture, former, 7.0, true);
    fixture.run(Duration::from_millis(500));
    fixture.pages.lose(former);
    fixture.run(Duration::from_secs(20));
    let (alice, _) = fixture.browser("Alice");
    let (bob, _) = fixture.browser("Bob");
    place(&fixture, alice, 1.0, true);
    fixture.run(Duration::from_millis(500));
    assert_eq!(told(&fixture, bob), [("Alice".to_owned(), Some(1.0))]);
    assert_eq!(told(&fixture, alice), []);
}

#[test]
fn pages_of_other_workers_are_told_as_those_of_the_same_one() {
    let mut fixture = Fixture::new();
    let (alice, _) = fixture.browser("Alice");
    let bob = fixture.browser_elsewhere("Bob");
    let alice_was = |x| ("Alice".to_owned(), x);
    for (x, is_shared) in [(2.0, true), (3.0, true), (3.0, false)] {
        place(&fixture, alice, x, is_shared);
        fixture.run(Duration::from_millis(500));
    }
    assert_eq!(told_elsewhere(&fixture, bob), [alice_was(Some(2.0)), alice_was(Some(3.0)), alice_was(None)]);
    place(&fixture, alice, 5.0, true);
    fixture.run(Duration::from_millis(500));
    let carol = fixture.browser_elsewhere("Carol");
    fixture.run(Duration::from_millis(500));
    assert_eq!(told_elsewhere(&fixture, carol), [alice_was(Some(5.0))], "a newcomer");
    assert_eq!(told(&fixture, alice), [], "no page is told of itself");
}

#[test]
fn a_page_that_has_left_has_no_place_for_newcomers_of_other_workers() {
    let mut fixture = Fixture::new();
    let (alice, _) = fixture.browser("Alice");
    let bob = fixture.browser_elsewhere("Bob");
    place(&fixture, alice, 2.0, true);
    fixture.run(Duration::from_millis(500));
    assert_eq!(told_elsewhere(&fixture, bob), [("Alice".to_owned(), Some(2.0))]);
    fixture.pages.say(alice, r#"{"type":"leave"}"#);
    fixture.run_until("Alice is gone", |fixture| fixture.pages_elsewhere.was_told(bob, "left"));
    fixture.run(Duration::from_millis(500));
    // The first free id is Alice's former one.
    fixture.browser("Dora");
    let carol = fixture.browser_elsewhere("Carol");
    fixture.run(Duration::from_secs(1));
    assert_eq!(told_elsewhere(&fixture, carol), []);
    assert_eq!(told_elsewhere(&fixture, bob), [("Alice".to_owned(), Some(2.0))]);
}

#[test]
fn a_page_is_told_of_a_hundred_places_a_second_over_all_workers() {
    let mut fixture = Fixture::new();
    let (alice, _) = fixture.browser("Alice");
    let crowd: Vec<_> = (0..20).map(|number| fixture.browser_elsewhere(&format!("Page {number}"))).collect();
    for step in 0..200 {
        for page in &crowd {
            let message = format!(r#"{{"type":"place","x":{step},"y":0,"z":0,"shared":true}}"#);
            fixture.pages_elsewhere.say(*page, &message);
        }
        fixture.run_once();
    }
    fixture.run(Duration::from_secs(1));
    let told = told(&fixture, alice);
    // 3 s: at once, and then every 310 ms at most.
    assert!((40..=260).contains(&told.len()), "{}", told.len());
    for number in 0..20 {
        let of_page = told.iter().rfind(|(name, _)| *name == format!("Page {number}"));
        assert_eq!(of_page.map(|(_, x)| *x), Some(Some(199.0)), "the last one always");
    }
}

#[test]
fn pages_are_told_of_those_in_the_same_world_at_any_worker() {
    let mut fixture = Fixture::new();
    let (alice, _) = fixture.browser("Alice");
    let (bob, _) = fixture.browser("Bob");
    let (dora, elsewhere) = (fixture.browser("Dora").0, fixture.browser_elsewhere("Carol"));
    place_in(&fixture.pages, bob, 50.0, "map 7");
    place_in(&fixture.pages_elsewhere, elsewhere, 60.0, "map 7");
    fixture.run(Duration::from_millis(500));
    place_in(&fixture.pages, alice, 1.0, "map 7");
    fixture.run(Duration::from_millis(500));
    let (alice_was, bob_was) = (|x| ("Alice".to_owned(), x), ("Bob".to_owned(), Some(50.0)));
    let carol_was = ("Carol".to_owned(), Some(60.0));
    assert_eq!(told(&fixture, bob), [carol_was.clone(), alice_was(Some(1.0))]);
    assert_eq!(told_elsewhere(&fixture, elsewhere), [bob_was.clone(), alice_was(Some(1.0))]);
    assert_eq!(told(&fixture, alice), [bob_was, carol_was], "those who are there already");
    assert_eq!(told(&fixture, dora), [], "she has named no world");
    fixture.pages.say(dora, r#"{"type":"place","x":0,"y":0,"z":0,"world":"map 7"}"#);
    fixture.run(Duration::from_millis(500));
    let mut told_dora = told(&fixture, dora);
    told_dora.sort_by(|one, other| one.0.cmp(&other.0));
    let carol_was = ("Carol".to_owned(), Some(60.0));
    assert_eq!(told_dora, [alice_was(Some(1.0)), ("Bob".to_owned(), Some(50.0)), carol_was]);
    assert_eq!(told(&fixture, alice).len(), 2, "Dora shares no place");
}

#[test]
fn a_page_that_enters_another_world_is_gone_from_the_former_one_and_told_of_the_new() {
    let mut fixture = Fixture::new();
    let (alice, _) = fixture.browser("Alice");
    let (bob, _) = fixture.browser("Bob");
    let carol = fixture.browser_elsewhere("Carol");
    place(&fixture, bob, 5.0, true);
    place_in(&fixture.pages_elsewhere, carol, 9.0, "map 7");
    place(&fixture, alice, 1.0, true);
    fixture.run(Duration::from_millis(500));
    place_in(&fixture.pages, alice, 2.0, "map 7");
    fixture.run(Duration::from_millis(500));
    place(&fixture, alice, 3.0, false);
    fixture.run(Duration::from_millis(500));
    let (alice_was, bob_was) = (|x| ("Alice".to_owned(), x), |x| ("Bob".to_owned(), x));
    let carol_was = |x| ("Carol".to_owned(), x);
    // At once, those of the same worker come first.
    let left_and_found = [bob_was(None), carol_was(Some(9.0)), bob_was(Some(5.0)), carol_was(None)];
    assert_eq!(told(&fixture, alice), [&[bob_was(Some(5.0))], &left_and_found[..]].concat());
    assert_eq!(told(&fixture, bob), [alice_was(Some(1.0)), alice_was(None)]);
    assert_eq!(told_elsewhere(&fixture, carol), [alice_was(Some(2.0)), alice_was(None)]);
}

#[test]
fn players_of_another_gateway_have_places_for_pages_in_their_world() {
    let mut fixture = Fixture::new();
    let mut mumble = fixture.places.sharer();
    mumble.enter(SESSION);
    fixture.native("Mia");
    let mia = fixture.native_mut(0).player.client.id().unwrap();
    let (alice, _) = fixture.browser("Alice");
    let carol = fixture.browser_elsewhere("Carol");
    place_in(&fixture.pages_elsewhere, carol, 9.0, "map 7");
    fixture.run(Duration::from_millis(500));
    for place in [Some((1.0, &b""[..])), Some((2.0, b"")), Some((3.0, b"map 7")), Some((4.0, b"\xFF")), None]
    {
        share(&mumble, mia, place);
        fixture.run(Duration::from_millis(500));
    }
    let mia_was = |x| ("Mia".to_owned(), x);
    assert_eq!(told(&fixture, alice), [mia_was(Some(1.0)), mia_was(Some(2.0)), mia_was(None)]);
    assert_eq!(told_elsewhere(&fixture, carol), [mia_was(Some(3.0)), mia_was(None)]);
    let read: Vec<_> = mumble.take_news(SESSION).collect();
    let [(_, Some(place))] = &read[..] else { panic!("one page shares its place: {read:?}") };
    assert_eq!((place.position.metres(), place.world.name()), ([9.0, 0.0, 0.0], &b"map 7"[..]));
}

#[test]
fn many_moves_of_another_gateways_players_are_told_at_a_limited_rate() {
    let mut fixture = Fixture::new();
    let mut mumble = fixture.places.sharer();
    mumble.enter(SESSION);
    fixture.native("Mia");
    let mia = fixture.native_mut(0).player.client.id().unwrap();
    let (alice, _) = fixture.browser("Alice");
    for step in 0..200_u8 {
        share(&mumble, mia, Some((step.into(), b"")));
        fixture.run_once();
    }
    fixture.run(Duration::from_millis(500));
    let told = told(&fixture, alice);
    // 2 s, with an update every 120 ms for a page and a place elsewhere.
    assert!((10..=20).contains(&told.len()), "{told:?}");
    assert_eq!(told.last(), Some(&("Mia".to_owned(), Some(199.0))));
}

#[test]
fn a_page_that_makes_room_for_another_takes_its_place_along() {
    let mut fixture = Fixture::with(GatewaySettings { players_max: 2, ..GatewaySettings::default() });
    let mut watcher = fixture.places.sharer();
    watcher.enter(SESSION);
    fixture.browser("Alice");
    let (bob, _) = fixture.browser("Bob");
    place(&fixture, bob, 5.0, true);
    fixture.run(Duration::from_millis(500));
    let read: Vec<_> = watcher.take_news(SESSION).collect();
    let [(id, Some(_))] = read[..] else { panic!("he shares his place: {read:?}") };
    fixture.ask(Join { remote: [192, 0, 2, 1].into(), ..join("Carol") }).unwrap().unwrap();
    fixture.run_until("the one that has joined last makes room", |fixture| fixture.pages.is_closed(bob));
    assert_eq!(watcher.take_news(SESSION).collect::<Vec<_>>(), [(id, None)]);
}
