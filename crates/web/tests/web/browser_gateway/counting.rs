//! Counters for pages, and the operator's view of one.

use std::time::Duration;

use consonance_session::{ChannelProperties, Target};

use crate::browser_gateway::stage::Stage;

/// Opus packets of 20 ms, and of 60 ms in one frame, which cannot be split (RFC 6716, section 3.1).
const MS_20: [u8; 4] = [0x48, 1, 2, 3];
const MS_60: [u8; 4] = [0x58, 1, 2, 3];

const OPEN_LOBBY: &str = r#"{"type":"open","channel":1,"to":{"room":"lobby"}}"#;

#[test]
fn what_pages_say_and_what_is_dropped_of_it_is_counted_also_when_they_are_gone() {
    let mut stage = Stage::new();
    let (alice, _) = stage.browser("Alice");
    stage.pages.speak(alice, 1, &MS_20);
    stage.pages.say(alice, OPEN_LOBBY);
    stage.pages.speak(alice, 2, &MS_60);
    stage.pages.say(alice, "garbage");
    stage.pages.say(alice, r#"{"type":"sing"}"#);
    stage.run(Duration::from_millis(100));
    let dropped = [
        ("voice", "without_channel", 1),
        ("voice", "too_long", 1),
        ("message", "malformed", 1),
        ("message", "unknown", 1),
    ];
    for (what, reason, count) in dropped {
        assert_eq!(counted(&mut stage, DROPPED, [what, reason]), count, "{what} {reason}");
    }
    assert!(counted(&mut stage, "consonance_browser_messages_total", ["sent", ""]) > 0);

    stage.pages.say(alice, r#"{"type":"leave"}"#);
    stage.run(Duration::from_millis(100));
    for (what, reason, count) in dropped {
        assert_eq!(
            counted(&mut stage, DROPPED, [what, reason]),
            count,
            "what was counted stays: {what} {reason}"
        );
    }
}

#[test]
fn an_operator_is_told_why_a_page_is_not_heard() {
    let mut stage = Stage::new();
    let (alice, _) = stage.browser("Alice");
    let trouble = |stage: &mut Stage| {
        let served = stage.session_loop.inspect(stage.now, crate::browser_gateway::stage::SESSION).unwrap();
        let player = served.players.into_iter().find(|player| player.name == "Alice").unwrap();
        assert_eq!(player.network.as_deref(), Some("browser"));
        player.page.unwrap().trouble()
    };
    assert!(trouble(&mut stage).unwrap().contains("no sound comes"));
    stage.pages.speak(alice, 1, &MS_20);
    stage.run(Duration::from_millis(20));
    assert!(trouble(&mut stage).unwrap().contains("no open channel"));
    stage.pages.say(alice, OPEN_LOBBY);
    stage.pages.speak(alice, 2, &MS_60);
    stage.run(Duration::from_millis(20));
    assert!(trouble(&mut stage).unwrap().contains("other than Opus of 20 ms"));
    stage.run(Duration::from_secs(6));
    stage.pages.speak(alice, 3, &MS_20);
    stage.run(Duration::from_millis(20));
    assert_eq!(trouble(&mut stage), None);
    stage.pages.lose(alice);
    stage.run(Duration::from_millis(20));
    assert!(trouble(&mut stage).unwrap().contains("is away"));
}

#[test]
fn an_operator_is_told_which_players_a_page_ignores() {
    let mut stage = Stage::new();
    let (alice, _) = stage.browser("Alice");
    let carol = stage.native("Carol");
    stage.pages.say(alice, r#"{"type":"ignore","player":"Carol","ignored":true}"#);
    let client = &mut stage.native_mut(carol).player.client;
    client.open_channel(Target::Room("lobby".into()), ChannelProperties::default()).unwrap();
    stage.run(Duration::from_millis(100));
    let served = stage.session_loop.inspect(stage.now, crate::browser_gateway::stage::SESSION).unwrap();
    let page = served.players.into_iter().find_map(|player| player.page).unwrap();
    assert_eq!((page.ignored, page.slots), (vec!["Carol".to_owned()], 4));
}

const DROPPED: &str = "consonance_browser_dropped_total";

/// The value of a counter of the worker's gateway.
fn counted(stage: &mut Stage, family: &str, labels: [&str; 2]) -> u64 {
    let numbers = stage.session_loop.numbers(stage.now);
    let mut samples = numbers.networks.iter().flat_map(|numbers| &numbers.metrics);
    samples.find(|sample| sample.family.name == family && sample.labels == labels).unwrap().value
}
