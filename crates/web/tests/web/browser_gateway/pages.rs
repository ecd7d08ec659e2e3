//! Players in browsers, like any other players.

use std::time::Duration;

use consonance_browser::{BrowserPlayer, BrowserSettings, PageLinkCommand};
use consonance_server::SessionRefusal;
use consonance_session::{ChannelProperties, Target};
use consonance_web::Join;
use consonance_web::webrtc::RtcQuality;

use crate::browser_gateway::fixture::{Fixture, join, join_again, join_with};

/// An Opus packet of one SILK frame of 20 ms (RFC 6716, section 3.1), told apart by its last byte.
fn frame(number: u8) -> Vec<u8> {
    vec![0x48, 0x11, 0x22, number]
}

#[test]
fn each_player_is_called_when_its_own_time_has_come_however_many_there_are() {
    let mut fixture = Fixture::new();
    let pages: Vec<_> = (0..20).map(|number| fixture.browser(&format!("Page {number}"))).collect();
    // The last page comes back and is lost again after all others: its deadline is postponed.
    fixture.pages.lose(pages[19].0);
    fixture.run(Duration::from_secs(1));
    let back = join_again("Page 19", pages[19].1.key.clone());
    assert!(fixture.ask(back).unwrap().unwrap().resumed);
    let last = fixture.pages.newest();
    fixture.pages.connect(last);
    for page in pages[..19].iter().map(|(page, _)| *page).chain([last]) {
        fixture.pages.lose(page);
        fixture.run(Duration::from_millis(200));
    }
    // All were lost within 4 s; each is kept for 10 s.
    for gone in 0..20 {
        fixture.run_until("it leaves", |fixture| players(fixture) <= 20 - gone);
        assert_eq!(players(&fixture), 20 - gone, "one after the other");
    }
    fixture.run_until("all have left", |fixture| players(fixture) == 0);
}

/// The number of players in the session.
fn players(fixture: &Fixture) -> usize {
    fixture.session_loop.statistics().next().unwrap().1
}

#[test]
fn what_a_browser_says_arrives_unchanged_at_browsers_and_native_players() {
    let mut fixture = Fixture::new();
    let (alice, _) = fixture.browser("Alice");
    let (bob, _) = fixture.browser("Bob");
    let carol = fixture.native("Carol");
    fixture.pages.say(bob, r#"{"type":"listen","room":"lobby"}"#);
    fixture.pages.say(alice, r#"{"type":"open","channel":1,"to":{"room":"lobby"}}"#);
    fixture.run(Duration::from_millis(500));
    for number in 0..50 {
        fixture.pages.speak(alice, number.into(), &frame(number));
        fixture.run(Duration::from_millis(20));
    }
    fixture.run(Duration::from_millis(100));
    let said: Vec<_> = (0..50).map(frame).collect();
    assert_eq!(fixture.native_mut(carol).heard, said);
    let heard: Vec<_> = fixture.pages.heard(bob).into_iter().map(|heard| heard.payload).collect();
    assert_eq!(heard, said);
    assert!(fixture.pages.heard(alice).is_empty(), "a page does not hear itself");
}

#[test]
fn what_a_native_player_says_arrives_unchanged_in_a_slot_of_a_browser() {
    let mut fixture = Fixture::new();
    let (alice, _) = fixture.browser("Alice");
    let carol = fixture.native("Carol");
    fixture.pages.say(alice, r#"{"type":"listen","room":"lobby"}"#);
    fixture.run(Duration::from_millis(500));
    let client = &mut fixture.native_mut(carol).player.client;
    client.open_channel(Target::Room("lobby".into()), ChannelProperties::default()).unwrap();
    for number in 0..50 {
        fixture.native_mut(carol).player.client.send_voice(&frame(number)).unwrap();
        fixture.run(Duration::from_millis(20));
    }
    let heard = fixture.pages.heard(alice);
    assert!(heard.iter().all(|it| it.slot == heard[0].slot), "{heard:?}");
    let heard: Vec<_> = heard.into_iter().map(|heard| heard.payload).collect();
    assert_eq!(heard, (0..50).map(frame).collect::<Vec<_>>());
}

#[test]
fn a_page_on_a_narrow_way_is_sent_fewer_voices_and_told_so() {
    let mut fixture = Fixture::new();
    let (alice, _) = fixture.browser("Alice");
    fixture.pages.say(alice, r#"{"type":"listen","room":"lobby"}"#);
    let natives: Vec<_> = ["Bob", "Carol", "Dave"].map(|name| fixture.native(name)).into();
    fixture.run(Duration::from_millis(500));
    let quality = RtcQuality { voices_max: Some(2), ..RtcQuality::default() };
    fixture.pages.set_quality(alice, quality);
    for native in &natives {
        let client = &mut fixture.native_mut(*native).player.client;
        client.open_channel(Target::Room("lobby".into()), ChannelProperties::default()).unwrap();
    }
    fixture.run(Duration::from_secs(2));
    for number in 0..150 {
        for native in &natives {
            fixture.native_mut(*native).player.client.send_voice(&frame(number)).unwrap();
        }
        fixture.run(Duration::from_millis(20));
    }
    assert_eq!(fixture.pages.heard(alice).len(), 2 * 150);
    let told = fixture.pages.messages(alice);
    let told: Vec<_> = told.iter().filter(|message| message.contains("downlink")).collect();
    assert_eq!(told, [r#"{"type":"downlink","voices":2,"speaking":3}"#]);
    let dropped = |fixture: &Fixture| {
        let networks = fixture.session_loop.numbers(fixture.now).networks;
        networks.iter().map(|network| network.counters.links.dropped.outgoing_full).sum::<u64>()
    };
    assert_eq!(dropped(&fixture), 150, "the third one's are counted");
    fixture.pages.say(alice, r#"{"type":"leave"}"#);
    fixture.run(Duration::from_secs(1));
    assert_eq!(dropped(&fixture), 150, "also when the page is gone");
}

#[test]
fn a_page_that_comes_back_with_its_key_is_the_same_player() {
    let mut fixture = Fixture::new();
    let (before, joined) = fixture.browser("Alice");
    let (bob, _) = fixture.browser("Bob");
    fixture.pages.lose(before);
    fixture.run(Duration::from_secs(3));
    let again = join_again("Alice", joined.key.clone());
    let again = fixture.ask(again).unwrap().unwrap();
    assert!(again.resumed);
    assert_eq!(again.key, joined.key);
    let after = fixture.pages.newest();
    fixture.pages.connect(after);
    fixture.run_until("she is told where she is", |fixture| fixture.pages.was_told(after, "roster"));
    assert!(!fixture.pages.was_told(bob, "left"), "unnoticed by the others");
    let (_, clients, _) = fixture.session_loop.statistics().next().unwrap();
    assert_eq!(clients, 2);
}

#[test]
fn a_page_whose_key_is_of_another_server_has_its_place_back() {
    let mut fixture = Fixture::new();
    let (bob, _) = fixture.browser("Bob");
    let (before, _) = fixture.browser("Alice");
    let joined = |fixture: &Fixture, page| {
        let told = fixture.pages.messages(page);
        let joined = told.iter().find(|message| message.contains(r#""type":"joined""#)).unwrap();
        serde_json::from_str::<serde_json::Value>(joined).unwrap()
    };
    let told = joined(&fixture, before);
    let place = told["place"].as_str().map(str::to_owned);
    assert!(place.is_some(), "{told}");
    fixture.pages.lose(before);
    let again = join_with("Alice", |body| (body.resume, body.place) = (Some("A".repeat(24)), place));
    let again = fixture.ask(again).unwrap().unwrap();
    assert!(!again.resumed, "the server has no such player");
    let after = fixture.pages.newest();
    fixture.pages.connect(after);
    fixture.run_until("she is told where she is", |fixture| fixture.pages.was_told(after, "roster"));
    let told_again = joined(&fixture, after);
    assert_eq!((&told_again["id"], &told_again["resumed"]), (&told["id"], &serde_json::json!(true)));
    assert!(!fixture.pages.was_told(bob, "left"), "unnoticed by the others");
}

#[test]
fn the_newer_page_of_a_player_takes_over_from_one_that_is_still_there() {
    let mut fixture = Fixture::new();
    let (before, joined) = fixture.browser("Alice");
    let again = join_again("Alice", joined.key);
    assert!(fixture.ask(again).unwrap().unwrap().resumed);
    let after = fixture.pages.newest();
    assert!(!fixture.pages.is_closed(before), "until the other one is connected");
    fixture.pages.connect(after);
    fixture.run_until("she is told where she is", |fixture| fixture.pages.was_told(after, "roster"));
    assert!(fixture.pages.is_closed(before) && !fixture.pages.is_closed(after));
    let told = fixture.pages.messages(before);
    let last = told.last().unwrap();
    assert!(
        last.contains("name-taken") && last.contains(r#""retryInMs":null"#),
        "else both come back forever: {last}"
    );
    assert!(!fixture.pages.was_told(after, "disconnected"));
}

#[test]
fn a_player_whose_page_stays_away_leaves_and_its_key_is_free() {
    let mut fixture = Fixture::new();
    let (alice, joined) = fixture.browser("Alice");
    let (bob, _) = fixture.browser("Bob");
    fixture.pages.lose(alice);
    fixture.run(Duration::from_secs(9));
    assert!(!fixture.pages.was_told(bob, "left"), "she has ten seconds");
    fixture.run_until("she has left", |fixture| fixture.pages.was_told(bob, "left"));
    let again = join_again("Alice", joined.key.clone());
    let again = fixture.ask(again).unwrap().unwrap();
    assert!(!again.resumed && again.key != joined.key);
}

#[test]
fn a_page_that_was_lost_while_the_server_did_not_run_has_all_of_its_time_to_come_back() {
    for asleep in [Duration::from_secs(12), Duration::from_hours(1)] {
        let mut fixture = Fixture::new();
        let (alice, joined) = fixture.browser("Alice");
        let (bob, _) = fixture.browser("Bob");
        fixture.pages.lose(alice);
        // A server that is suspended in mid-turn resumes with the old time.
        fixture.run_once();
        fixture.now += asleep;
        fixture.run(Duration::from_secs(9));
        assert!(!fixture.pages.was_told(bob, "left"), "the server was asleep for {asleep:?}");
        let again = join_again("Alice", joined.key);
        assert!(fixture.ask(again).unwrap().unwrap().resumed);
    }
}

#[test]
fn a_page_that_is_on_its_way_back_is_waited_for_but_not_for_ever() {
    let mut fixture = Fixture::new();
    let (alice, joined) = fixture.browser("Alice");
    let (bob, _) = fixture.browser("Bob");
    fixture.pages.lose(alice);
    fixture.run(Duration::from_secs(9));
    let again = join_again("Alice", joined.key);
    assert!(fixture.ask(again).unwrap().unwrap().resumed);
    fixture.run(Duration::from_secs(9));
    assert!(!fixture.pages.was_told(bob, "left"), "it connects slowly");
    fixture.run_until("it does not come", |fixture| fixture.pages.was_told(bob, "left"));
}

#[test]
fn a_key_is_valid_in_its_own_session_only() {
    let mut fixture = Fixture::new();
    let (_, joined) = fixture.browser("Alice");
    let elsewhere = Join { session: "other".to_owned(), ..join_again("Alice", joined.key) };
    assert_eq!(fixture.ask(elsewhere), Some(Err(consonance_web::JoinProblem::NoSuchSession)));
}

#[test]
fn a_page_that_leaves_is_gone_at_once() {
    let mut fixture = Fixture::new();
    let (alice, _) = fixture.browser("Alice");
    let (bob, _) = fixture.browser("Bob");
    fixture.pages.say(alice, r#"{"type":"leave"}"#);
    fixture.run(Duration::from_millis(100));
    assert!(fixture.pages.was_told(bob, "left") && fixture.pages.is_closed(alice));
}

#[test]
fn a_server_that_ends_tells_its_pages_and_closes_them() {
    let mut fixture = Fixture::new();
    let (alice, _) = fixture.browser("Alice");
    fixture.ask(join("Bob")).unwrap().unwrap();
    let bob = fixture.pages.newest();
    fixture.session_loop.shut_down(fixture.now);
    fixture.run_until("the sessions are idle", |fixture| fixture.session_loop.is_idle());
    assert!(fixture.pages.was_told(alice, "disconnected"));
    assert!(fixture.pages.is_closed(alice) && fixture.pages.is_closed(bob));
}

#[test]
fn a_page_whose_session_another_worker_has_by_now_is_told_to_ask_again() {
    let settings = BrowserSettings {
        name: "Alice".into(),
        session: "x".into(),
        token: None,
        password: None,
        place: None,
        slots: 4,
        encrypts: false,
    };
    let mut player = BrowserPlayer::new(settings);
    let now = consonance_session::Instant::START;
    assert_eq!(player.poll_command(), Some(PageLinkCommand::Open));
    player.handle_connected(now);
    let refusal = SessionRefusal::Elsewhere { session: "x".into() };
    player.handle_link_ended(now, &consonance_session::EndReason::from(&refusal));
    let last = std::iter::from_fn(|| player.poll_message()).last().unwrap();
    let told: serde_json::Value = serde_json::from_str(&last).unwrap();
    assert_eq!((&told["type"], &told["retryInMs"]), (&"disconnected".into(), &serde_json::Value::Null));
    assert!(player.is_over(), "its page comes back with a request, which leads to the right worker");
}

#[test]
fn sessions_that_start_again_take_browsers_in_again() {
    let mut fixture = Fixture::new();
    let (alice, _) = fixture.browser("Alice");
    let joined = |fixture: &Fixture| {
        let messages = fixture.pages.messages(alice);
        messages.iter().filter(|message| message.contains(r#""type":"joined""#)).count()
    };
    assert_eq!(joined(&fixture), 1);
    fixture.session_loop.restart_sessions(fixture.now);
    fixture.run_until("she is in again", |fixture| joined(fixture) == 2);
    assert!(!fixture.pages.is_closed(alice));
}
