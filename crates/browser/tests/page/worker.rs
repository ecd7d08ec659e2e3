//! The fall-back's worker, with the WebAssembly that is checked in, against a real server over a real WebSocket.
//!
//! It runs in Node.js, which reads what browsers read; where there is none, this says so and checks nothing.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod fixture;
mod page;

use consonance_session::TextTarget;
use consonance_testing::sound::{ALIKE, decode_live, encode, likeness, speech};
use serde_json::json;

use fixture::Fixture;
use page::Page;

#[test]
fn a_page_without_webrtc_is_in_its_session_as_any_other() {
    let mut fixture = Fixture::new();
    let Some(mut bob) = Page::open("Bob", &fixture.url()) else {
        eprintln!("skipped: there is no Node.js with WebSockets; install version 20 or later");
        return;
    };
    bob.say(&json!({"type":"listen","room":"lobby"}));
    bob.say(&json!({"type":"open","channel":1,"to":{"room":"lobby"}}));
    fixture.until("they know each other", |alice| {
        let is_there = json!({"type":"player","name":"Alice","rooms":["lobby"]});
        let has_come = json!({"type":"entered","name":"Alice","room":"lobby"});
        (bob.has_been_told(&is_there) || bob.has_been_told(&has_come)) && alice.knows_in_lobby("Bob")
    });
    let said = speech(0.0, 2.0);

    let packets = encode(&said, 960);
    fixture.speak(packets.clone());
    fixture.until("the page has Alice's voice", |_| bob.voices().len() >= packets.len() / 2);
    for (header, payload) in bob.voices() {
        let [slot, _, sequence, samples] = header;
        assert_eq!((slot, samples), (0, 960));
        // The frame before the first one sent may be the one that reports an opened channel.
        assert!(packets.get(sequence as usize).is_some_and(|packet| *packet == payload), "frame {sequence}");
    }
    assert!(bob.has_been_told(&json!({"type":"slot","slot":0,"player":fixture.alice_id()})));

    bob.speak(&said);
    fixture.until("Alice has the page's voice", |alice| alice.heard.len() >= 75);
    let heard = decode_live(&fixture.alice().heard);
    let alike = likeness(&said[48_000..72_000], &heard);
    assert!(alike > ALIKE, "{alike}");

    bob.say(&json!({"type":"text","to":{"room":"lobby"},"text":"<b>hello</b> 👋"}));
    fixture.until("Alice has the page's text", |alice| {
        alice.texts == [(TextTarget::Room("lobby".into()), "<b>hello</b> 👋".to_owned())]
    });
    fixture.text("and hello to you");
    fixture.until("the page has Alice's text", |_| {
        bob.has_been_told(
            &json!({"type":"text","name":"Alice","to":{"room":"lobby"},"text":"and hello to you"}),
        )
    });

    bob.end();
    fixture.until("Bob has left", |alice| !alice.knows_in_lobby("Bob"));
}

#[test]
fn a_page_whose_server_is_away_for_a_while_comes_back_by_itself() {
    let mut fixture = Fixture::new();
    let Some(mut bob) = Page::open("Bob", &fixture.url()) else { return };
    bob.say(&json!({"type":"listen","room":"lobby"}));
    fixture.until("Bob is there", |alice| alice.knows_in_lobby("Bob"));
    fixture.restart();
    fixture.until("the page was told", |_| bob.has_been_told(&json!({"type":"disconnected"})));
    fixture.until("it is back", |alice| {
        bob.count(&json!({"type":"joined"})) == 2 && alice.knows_in_lobby("Bob")
    });
}
