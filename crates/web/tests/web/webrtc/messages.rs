//! The control channel.

use std::time::Instant;

use consonance_link::DisconnectReason;
use consonance_testing::rtc::BrowserEvent;
use consonance_web::webrtc::{PeerLimits, Sent};

use crate::webrtc::support::{Stage, Told, patient};

#[test]
fn messages_go_both_ways_in_order() {
    let mut stage = Stage::new();
    let page = stage.page();
    let peer = stage.pages[page].peer;
    let words: Vec<String> = (0..50).map(|number| format!("{{\"number\":{number}}} ä€😀")).collect();
    for word in &words {
        assert!(stage.pages[page].browser.send_message(Instant::now(), word));
        assert_eq!(stage.shard.send_message(Instant::now(), peer, word), Sent::Yes);
    }
    stage.settle(page);
    let came: Vec<_> = stage.told.iter().filter(|told| matches!(told, Told::Message(..))).cloned().collect();
    let expected: Vec<_> = words.iter().map(|word| Told::Message(peer, word.clone())).collect();
    assert_eq!(came[..50], expected);
    let expected: Vec<_> = words.into_iter().map(BrowserEvent::Message).collect();
    let is_message = |event: &&BrowserEvent| matches!(event, BrowserEvent::Message(_));
    let heard: Vec<_> = stage.pages[page].events.iter().filter(is_message).collect();
    assert_eq!(heard[..50], expected.iter().collect::<Vec<_>>());
}

#[test]
fn last_messages_are_delivered_before_the_end() {
    let mut stage = Stage::new();
    let page = stage.page();
    let peer = stage.pages[page].peer;
    let long = "last words ".repeat(5_000);
    assert_eq!(stage.shard.send_message(Instant::now(), peer, &long), Sent::Yes);
    stage.shard.close(Instant::now(), peer);
    assert_eq!(stage.shard.send_message(Instant::now(), peer, "too late"), Sent::NotConnected);
    stage.until("both know of the end", |stage| {
        stage.end_of(page).is_some() && stage.pages[page].events.contains(&BrowserEvent::Closed)
    });
    assert_eq!(stage.end_of(page), Some(DisconnectReason::ClosedByUs));
    let events = &stage.pages[page].events;
    assert_eq!(events[events.len() - 2..], [BrowserEvent::Message(long), BrowserEvent::Closed]);
    assert_eq!((stage.shard.slots(peer), stage.shard.quality(peer)), (0, None));
}

#[test]
fn a_page_that_closes_is_seen_to_leave() {
    let mut stage = Stage::new();
    let page = stage.page();
    stage.pages[page].browser.close();
    stage.until("the server knows", |stage| stage.end_of(page).is_some());
    assert_eq!(stage.end_of(page), Some(DisconnectReason::closed_by_peer(b"")));
}

#[test]
fn what_is_no_text_is_counted_and_told_as_that() {
    let mut stage = Stage::new();
    let page = stage.page();
    assert!(stage.pages[page].browser.send_bytes(Instant::now(), &[0xff; 10]));
    stage.settle(page);
    assert!(stage.told.contains(&Told::NotText(stage.pages[page].peer)));
    assert_eq!(stage.shard.statistics().malformed, 1);
    assert_eq!(stage.shard.statistics().messages_received, 1);
}

#[test]
fn only_a_page_that_does_not_read_is_disconnected() {
    let mut stage = Stage::with(PeerLimits { send_bytes_max: 64 * 1024, ..patient() });
    let (slow, other) = (stage.page(), stage.page());
    let peer = stage.pages[slow].peer;
    let word = "x".repeat(1000);
    let sent: Vec<Sent> = (0..100).map(|_| stage.shard.send_message(Instant::now(), peer, &word)).collect();
    assert!(sent[..60].iter().all(|sent| *sent == Sent::Yes));
    assert!(sent.contains(&Sent::TooSlow));
    assert_eq!(sent.last(), Some(&Sent::NotConnected));
    stage.run_once();
    assert!(matches!(stage.end_of(slow), Some(DisconnectReason::Overloaded { .. })));
    stage.settle(other);
}
