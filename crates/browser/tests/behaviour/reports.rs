//! The reports of reception that pages and speakers receive.

use consonance_session::ChannelProperties;
use serde_json::json;

use crate::frames::{FRAME, frame};
use crate::session::Session;

#[test]
fn a_page_is_told_every_two_seconds_what_of_its_voice_is_lost_on_the_way_here() {
    let mut session = Session::new();
    let (alice, _) = (session.page("Alice"), session.native("Bob"));
    session.say(alice, r#"{"type":"open","channel":1,"to":{"room":"lobby"}}"#);
    let now = session.now;
    let quality = consonance_browser::PageQuality {
        rtt: Some(std::time::Duration::from_millis(38)),
        ..consonance_browser::PageQuality::default()
    };
    session.guests[alice].player.handle_quality(now, quality);
    session.told(alice);
    for nth in 0..201 {
        if nth == 90 {
            let now = session.now;
            session.guests[alice].player.handle_quality(now, quality);
        }
        session.speak(alice, &frame(nth), nth % 10 == 5);
    }
    let told = session.told_of(alice, "uplink");
    assert_eq!(told.len(), 2);
    for report in told {
        let lost = report["lostPercent"].as_f64().unwrap();
        assert!((9.0..11.0).contains(&lost), "{report}");
        assert_eq!((&report["rttMs"], &report["delayMs"]), (&json!(38), &json!(0)));
    }
    session.wait(200 * FRAME);
    assert_eq!(session.told_of(alice, "uplink").len(), 1, "once more, and no more");
}

#[test]
fn a_speaker_learns_what_a_page_says_it_lost() {
    let mut session = Session::new();
    let (alice, bob) = (session.page("Alice"), session.native("Bob"));
    session.open_lobby(bob, ChannelProperties::default());
    session.events(bob);
    for nth in 0..400 {
        if nth % 100 == 50 {
            session.say(alice, r#"{"type":"stats","lostPercent":25,"delayMs":80}"#);
        }
        session.speak_natively(bob, &frame(nth));
        session.wait(FRAME);
    }
    let told: Vec<_> = session.events(bob).into_iter().filter(|event| event.contains(" lose ")).collect();
    assert!(told.len() >= 2 && told.iter().all(|told| told == "1 lose 25 %"), "{told:?}");
}

#[test]
fn what_is_lost_before_it_reaches_the_page_is_a_gap_in_its_stream_and_counts() {
    let mut session = Session::new();
    let (alice, bob) = (session.page("Alice"), session.native("Bob"));
    session.open_lobby(bob, ChannelProperties::default());
    session.events(bob);
    session.guests[alice].loses_every = Some(5);
    for nth in 0..400 {
        session.speak_natively(bob, &frame(nth));
        session.wait(FRAME);
    }
    let heard = session.heard(alice);
    assert!(heard.iter().all(|heard| heard.payload == frame(heard.sequence as u16)), "each in its place");
    assert!(heard.iter().all(|heard| heard.stream == 1), "and none of it a new utterance");
    assert_eq!(heard.len(), 320);
    let told: Vec<_> = session.events(bob).into_iter().filter(|event| event.contains(" lose ")).collect();
    let is_a_fifth = |told: &String| ["1 lose 19 %", "1 lose 20 %"].contains(&&**told);
    assert!(told.len() >= 2 && told.iter().all(is_a_fifth), "{told:?}");
}

#[test]
fn what_a_page_did_not_want_to_hear_or_was_away_for_is_not_lost() {
    let mut session = Session::new();
    let (alice, bob) = (session.page("Alice"), session.native("Bob"));
    session.open_lobby(bob, ChannelProperties::default());
    session.events(bob);
    for nth in 0..800 {
        let now = session.now;
        match nth {
            100 => session.say(alice, r#"{"type":"ignore","player":"Bob","ignored":true}"#),
            200 => session.say(alice, r#"{"type":"ignore","player":"Bob","ignored":false}"#),
            300 => session.guests[alice].player.page_lost(now),
            350 => session.guests[alice].player.page_is_back(now, 16),
            _ => {}
        }
        session.speak_natively(bob, &frame(nth));
        session.wait(FRAME);
    }
    let told: Vec<_> = session.events(bob).into_iter().filter(|event| event.contains(" lose ")).collect();
    assert!(told.len() >= 2 && told.iter().all(|told| told == "1 lose 0 %"), "{told:?}");
}

#[test]
fn a_page_learns_how_its_listeners_receive_it() {
    let mut session = Session::new();
    let (alice, carol) = (session.page("Alice"), session.page("Carol"));
    session.say(alice, r#"{"type":"open","channel":1,"to":{"room":"lobby"}}"#);
    session.told(alice);
    for nth in 0..400 {
        if nth % 100 == 50 {
            session.say(carol, r#"{"type":"stats","lostPercent":10,"delayMs":80}"#);
        }
        session.speak(alice, &frame(nth), false);
    }
    let told = session.told_of(alice, "listeners");
    assert!(!told.is_empty());
    assert!(told.iter().all(|told| (&told["count"], &told["lostPercent"]) == (&json!(1), &json!(10.0))));
}
