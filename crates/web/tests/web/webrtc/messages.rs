//! The control channel.

use std::time::Instant;

use consonance_link::DisconnectReason;
use consonance_testing::rtc::BrowserEvent;
use consonance_web::webrtc::{PeerLimits, Sent};

use crate::webrtc::support::{Fixture, Told, patient};

#[test]
fn messages_go_both_ways_in_order() {
    let mut fixture = Fixture::new();
    let page = fixture.page();
    let peer = fixture.pages[page].peer;
    let words: Vec<String> = (0..50).map(|number| format!("{{\"number\":{number}}} ä€😀")).collect();
    for word in &words {
        assert!(fixture.pages[page].browser.send_message(Instant::now(), word));
        assert_eq!(fixture.shard.send_message(Instant::now(), peer, word), Sent::Yes);
    }
    fixture.settle(page);
    let came: Vec<_> =
        fixture.told.iter().filter(|told| matches!(told, Told::Message(..))).cloned().collect();
    let expected: Vec<_> = words.iter().map(|word| Told::Message(peer, word.clone())).collect();
    assert_eq!(came[..50], expected);
    let expected: Vec<_> = words.into_iter().map(BrowserEvent::Message).collect();
    let is_message = |event: &&BrowserEvent| matches!(event, BrowserEvent::Message(_));
    let heard: Vec<_> = fixture.pages[page].events.iter().filter(is_message).collect();
    assert_eq!(heard[..50], expected.iter().collect::<Vec<_>>());
}

#[test]
fn last_messages_are_delivered_before_the_end() {
    let mut fixture = Fixture::new();
    let page = fixture.page();
    let peer = fixture.pages[page].peer;
    let long = "last words ".repeat(5_000);
    assert_eq!(fixture.shard.send_message(Instant::now(), peer, &long), Sent::Yes);
    fixture.shard.close(Instant::now(), peer);
    assert_eq!(fixture.shard.send_message(Instant::now(), peer, "too late"), Sent::NotConnected);
    fixture.until("both know of the end", |fixture| {
        fixture.end_of(page).is_some() && fixture.pages[page].events.contains(&BrowserEvent::Closed)
    });
    assert_eq!(fixture.end_of(page), Some(DisconnectReason::ClosedByUs));
    let events = &fixture.pages[page].events;
    assert_eq!(events[events.len() - 2..], [BrowserEvent::Message(long), BrowserEvent::Closed]);
    assert_eq!((fixture.shard.slots(peer), fixture.shard.quality(peer)), (0, None));
}

#[test]
fn a_page_that_closes_is_seen_to_leave() {
    let mut fixture = Fixture::new();
    let page = fixture.page();
    fixture.pages[page].browser.close();
    fixture.until("the server knows", |fixture| fixture.end_of(page).is_some());
    assert_eq!(fixture.end_of(page), Some(DisconnectReason::closed_by_peer(b"")));
}

#[test]
fn what_is_no_text_is_counted_and_told_as_that() {
    let mut fixture = Fixture::new();
    let page = fixture.page();
    assert!(fixture.pages[page].browser.send_bytes(Instant::now(), &[0xff; 10]));
    fixture.settle(page);
    assert!(fixture.told.contains(&Told::NotText(fixture.pages[page].peer)));
    assert_eq!(fixture.shard.statistics().malformed, 1);
    assert_eq!(fixture.shard.statistics().messages_received, 1);
}

#[test]
fn only_a_page_that_does_not_read_is_disconnected() {
    let mut fixture = Fixture::with(PeerLimits { send_bytes_max: 64 * 1024, ..patient() });
    let (slow, other) = (fixture.page(), fixture.page());
    let peer = fixture.pages[slow].peer;
    let word = "x".repeat(1000);
    let sent: Vec<Sent> = (0..100).map(|_| fixture.shard.send_message(Instant::now(), peer, &word)).collect();
    assert!(sent[..60].iter().all(|sent| *sent == Sent::Yes));
    assert!(sent.contains(&Sent::TooSlow));
    assert_eq!(sent.last(), Some(&Sent::NotConnected));
    fixture.run_once();
    assert!(matches!(fixture.end_of(slow), Some(DisconnectReason::Overloaded { .. })));
    fixture.settle(other);
}
