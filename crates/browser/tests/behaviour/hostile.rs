//! Pages that misbehave, without an effect on others.

use std::time::Duration;

use consonance_browser::control::DisconnectCause;
use consonance_browser::{PageEnd, PageLimits};
use consonance_session::ChannelProperties;
use proptest::prelude::*;

use crate::frames::{FRAME, frame};
use crate::session::{Session, settings};

#[test]
fn a_page_that_sends_garbage_is_answered_a_hundred_times_and_put_out() {
    let mut session = Session::new();
    let (alice, bob) = (session.page("Alice"), session.native("Bob"));
    session.told(alice);
    session.events(bob);
    for _ in 0..500 {
        session.say(alice, "{\"type\":\"open\"");
        session.wait(FRAME);
    }
    let told = session.told(alice);
    let of = |kind: &str| told.iter().filter(|message| message["type"] == kind).count();
    assert_eq!((of("problem"), of("disconnected"), told.len()), (101, 1, 102));
    assert_eq!(session.guests[alice].player.end(), Some(PageEnd::Out(DisconnectCause::Protocol)));
    assert_eq!(session.events(bob), ["Alice exited lobby", "Alice left"]);
}

#[test]
fn a_page_that_sends_no_texts_is_told_so_and_put_out_in_the_end() {
    let mut session = Session::new();
    let alice = session.page("Alice");
    session.told(alice);
    for _ in 0..500 {
        let now = session.now;
        session.guests[alice].player.handle_no_text(now);
        session.wait(FRAME);
    }
    let problems = session.told_of(alice, "problem");
    assert!(problems[0]["message"].as_str().unwrap().contains("text"), "{}", problems[0]);
    assert_eq!(problems.len(), 101);
    assert_eq!(session.guests[alice].player.end(), Some(PageEnd::Out(DisconnectCause::Protocol)));
}

#[test]
fn a_page_that_floods_is_limited_and_put_out() {
    let mut session = Session::new();
    let alice = session.page("Alice");
    for _ in 0..5000 {
        session.say(alice, r#"{"type":"ping","id":1}"#);
    }
    assert_eq!(session.told_of(alice, "pong").len(), 999, "one message before was a room");
    assert_eq!(session.guests[alice].player.statistics().messages_limited, 101);
    assert_eq!(session.guests[alice].player.end(), Some(PageEnd::Out(DisconnectCause::Protocol)));
}

#[test]
fn a_page_that_opens_ten_thousand_channels_has_as_many_as_it_may() {
    let mut session = Session::new();
    let (alice, bob) = (session.page("Alice"), session.native("Bob"));
    session.say(alice, r#"{"type":"open","channel":1,"to":{"room":"lobby"}}"#);
    for number in 2..10_000 {
        let open = format!(r#"{{"type":"open","channel":{number},"to":{{"room":"room {number}"}}}}"#);
        session.say(alice, &open);
        session.now = session.now + FRAME;
    }
    assert_eq!(session.guests[alice].player.statistics().refused, 9999 - 128);
    assert!(!session.guests[alice].player.is_over(), "each of them was understood");
    session.speak(alice, &frame(0), false);
    assert_eq!(session.natives[bob].heard.len(), 1);
    let now = session.now;
    session.guests[alice].player.page_lost(now);
    session.guests[alice].player.page_is_back(now, 16);
    session.run();
    let listed: usize =
        session.told_of(alice, "channels").iter().map(|m| m["open"].as_array().unwrap().len()).sum();
    assert_eq!(listed, 128);
}

#[test]
fn a_flood_of_voice_is_dropped_before_it_reaches_the_session() {
    let mut session = Session::new();
    let (alice, bob) = (session.page("Alice"), session.native("Bob"));
    session.say(alice, r#"{"type":"open","channel":1,"to":{"room":"lobby"}}"#);
    for nth in 0..20_000_u64 {
        let now = session.now;
        session.guests[alice].player.handle_voice(now, nth, 960 * nth, &frame(nth as u16));
    }
    session.run();
    let statistics = session.guests[alice].player.statistics();
    assert_eq!(statistics.voice_limited, 20_000 - 500);
    assert_eq!(session.natives[bob].heard.len(), 500);
    session.wait(Duration::from_secs(5));
    assert!(!session.guests[alice].player.is_over());
}

#[test]
fn a_page_that_does_not_take_what_it_is_told_is_put_out() {
    let mut session = Session::new();
    let mut limits = PageLimits::default();
    limits.waiting_bytes = 200;
    let alice = session.page_with(settings("Alice", 16), limits);
    for id in 0..10 {
        let now = session.now;
        session.guests[alice].player.handle_message(now, &format!(r#"{{"type":"ping","id":{id}}}"#));
    }
    assert_eq!(session.guests[alice].player.end(), Some(PageEnd::Out(DisconnectCause::TooSlow)));
    session.run();
    assert_eq!(session.told_of(alice, "disconnected")[0]["cause"], "too-slow");
}

/// An action of a page.
#[derive(Clone, Debug)]
enum PageAction {
    Say(String),
    Speak(u64, u64, Vec<u8>),
    Lose,
    Return(usize),
    Wait(u64),
}

fn action() -> impl Strategy<Value = PageAction> {
    let name = prop::sample::select(vec!["lobby", "team", "Bob", "Alice", ""]);
    let message = prop_oneof![
        name.clone().prop_map(|room| format!(r#"{{"type":"listen","room":"{room}"}}"#)),
        name.clone().prop_map(|room| format!(r#"{{"type":"unlisten","room":"{room}"}}"#)),
        (0..4, name.clone()).prop_map(|(n, to)| {
            format!(r#"{{"type":"open","channel":{n},"to":{{"room":"{to}"}},"amplitude":{n}}}"#)
        }),
        (1..4, name.clone())
            .prop_map(|(n, to)| format!(r#"{{"type":"open","channel":{n},"to":{{"player":"{to}"}}}}"#)),
        (1..4).prop_map(|n| format!(r#"{{"type":"close","channel":{n}}}"#)),
        (name, any::<bool>()).prop_map(|(player, ignored)| {
            format!(r#"{{"type":"ignore","player":"{player}","ignored":{ignored}}}"#)
        }),
        (-1.0..120.0).prop_map(|p| format!(r#"{{"type":"stats","lostPercent":{p},"delayMs":{p}}}"#)),
        ".{0,40}",
    ];
    prop_oneof![
        4 => message.prop_map(PageAction::Say),
        8 => (0_u64..64, 0_u64..60, prop::collection::vec(any::<u8>(), 0..30))
            .prop_map(|(sequence, time, payload)| PageAction::Speak(sequence, time * 480, payload)),
        1 => Just(PageAction::Lose),
        1 => (0_usize..20).prop_map(PageAction::Return),
        2 => (0_u64..3000).prop_map(PageAction::Wait),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn whatever_a_page_does_others_hear_each_other(actions in prop::collection::vec(action(), 0..60)) {
        let mut session = Session::new();
        let (mallory, bob, carol) = (session.page("Mallory"), session.native("Bob"), session.native("Carol"));
        session.open_lobby(bob, ChannelProperties::default());
        for action in actions {
            let now = session.now;
            let page = &mut session.guests[mallory].player;
            match action {
                PageAction::Say(message) => page.handle_message(now, &message),
                PageAction::Speak(sequence, time, payload) => page.handle_voice(now, sequence, time, &payload),
                PageAction::Lose => page.page_lost(now),
                PageAction::Return(slots) => page.page_is_back(now, slots),
                PageAction::Wait(millis) => session.wait(Duration::from_millis(millis)),
            }
            session.run();
            session.speak_natively(bob, &frame(7));
            prop_assert!(session.natives[carol].heard.pop().is_some_and(|(_, heard)| heard == frame(7)));
        }
        let now = session.now;
        prop_assert!(session.guests[mallory].player.poll_timeout().is_none_or(|at| at + Duration::from_secs(1) > now));
    }
}
