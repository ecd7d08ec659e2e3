//! Counters for pages, and the operator's view of one.

use std::time::Duration;

use consonance_session::{ChannelProperties, Target};

use crate::browser_gateway::fixture::Fixture;

/// Opus packets of 20 ms, and of 60 ms in one frame, which cannot be split (RFC 6716, section 3.1).
const MS_20: [u8; 4] = [0x48, 1, 2, 3];
const MS_60: [u8; 4] = [0x58, 1, 2, 3];

const OPEN_LOBBY: &str = r#"{"type":"open","channel":1,"to":{"room":"lobby"}}"#;

#[test]
fn what_pages_say_and_what_is_dropped_of_it_is_counted_also_when_they_are_gone() {
    let mut fixture = Fixture::new();
    let (alice, _) = fixture.browser("Alice");
    fixture.pages.speak(alice, 1, &MS_20);
    fixture.pages.say(alice, OPEN_LOBBY);
    fixture.pages.speak(alice, 2, &MS_60);
    fixture.pages.say(alice, "garbage");
    fixture.pages.say(alice, r#"{"type":"sing"}"#);
    fixture.run(Duration::from_millis(100));
    let dropped = [
        ("voice", "without_channel", 1),
        ("voice", "too_long", 1),
        ("message", "malformed", 1),
        ("message", "unknown", 1),
    ];
    for (what, reason, count) in dropped {
        assert_eq!(counted(&mut fixture, DROPPED, [what, reason]), count, "{what} {reason}");
    }
    assert!(counted(&mut fixture, "consonance_browser_messages_total", ["sent", ""]) > 0);

    fixture.pages.say(alice, r#"{"type":"leave"}"#);
    fixture.run(Duration::from_millis(100));
    for (what, reason, count) in dropped {
        assert_eq!(
            counted(&mut fixture, DROPPED, [what, reason]),
            count,
            "what was counted stays: {what} {reason}"
        );
    }
}

#[test]
fn an_operator_is_told_why_a_page_is_not_heard() {
    let mut fixture = Fixture::new();
    let (alice, _) = fixture.browser("Alice");
    let trouble = |fixture: &mut Fixture| {
        let served =
            fixture.session_loop.inspect(fixture.now, crate::browser_gateway::fixture::SESSION).unwrap();
        let player = served.players.into_iter().find(|player| player.name == "Alice").unwrap();
        assert_eq!(player.network.as_deref(), Some("browser"));
        player.page.unwrap().trouble()
    };
    assert!(trouble(&mut fixture).unwrap().contains("no sound comes"));
    fixture.pages.speak(alice, 1, &MS_20);
    fixture.run(Duration::from_millis(20));
    assert!(trouble(&mut fixture).unwrap().contains("no open channel"));
    fixture.pages.say(alice, OPEN_LOBBY);
    fixture.pages.speak(alice, 2, &MS_60);
    fixture.run(Duration::from_millis(20));
    assert!(trouble(&mut fixture).unwrap().contains("other than Opus of 20 ms"));
    fixture.run(Duration::from_secs(6));
    fixture.pages.speak(alice, 3, &MS_20);
    fixture.run(Duration::from_millis(20));
    assert_eq!(trouble(&mut fixture), None);
    fixture.pages.lose(alice);
    fixture.run(Duration::from_millis(20));
    assert!(trouble(&mut fixture).unwrap().contains("is away"));
}

#[test]
fn an_operator_is_told_which_players_a_page_ignores() {
    let mut fixture = Fixture::new();
    let (alice, _) = fixture.browser("Alice");
    let carol = fixture.native("Carol");
    fixture.pages.say(alice, r#"{"type":"ignore","player":"Carol","ignored":true}"#);
    let client = &mut fixture.native_mut(carol).player.client;
    client.open_channel(Target::Room("lobby".into()), ChannelProperties::default()).unwrap();
    fixture.run(Duration::from_millis(100));
    let served = fixture.session_loop.inspect(fixture.now, crate::browser_gateway::fixture::SESSION).unwrap();
    let page = served.players.into_iter().find_map(|player| player.page).unwrap();
    assert_eq!((page.ignored, page.slots), (vec!["Carol".to_owned()], 4));
}

const DROPPED: &str = "consonance_browser_dropped_total";

/// The value of a counter of the worker's gateway.
fn counted(fixture: &mut Fixture, family: &str, labels: [&str; 2]) -> u64 {
    let numbers = fixture.session_loop.numbers(fixture.now);
    let mut samples = numbers.networks.iter().flat_map(|numbers| &numbers.metrics);
    samples.find(|sample| sample.family.name == family && sample.labels == labels).unwrap().value
}
