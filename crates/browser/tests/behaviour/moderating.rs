//! Texts, and the effects of operators and moderators on pages.

use std::time::Duration;

use consonance_browser::PageEnd;
use consonance_browser::control::DisconnectCause;
use consonance_session::{
    Access, Capabilities, ClientId, ModeratorAction, ModeratorAnswer, PlayerIdentity, Restriction,
    RestrictionTerms, Restrictions,
};
use serde_json::json;

use crate::session::Session;

#[test]
fn texts_go_both_ways_to_rooms_and_to_players() {
    let mut session = Session::new();
    let (alice, bob) = (session.page("Alice"), session.native("Bob"));
    session.told(alice);
    session.events(bob);
    session.say(alice, r#"{"type":"text","to":{"room":"lobby"},"text":"<b>hello</b>"}"#);
    session.say(alice, r#"{"type":"text","to":{"player":"Bob"},"text":"psst"}"#);
    assert_eq!(session.events(bob), ["Alice: <b>hello</b>", "Alice: psst"]);
    for target in
        [consonance_session::Target::Room("lobby".into()), consonance_session::Target::Player("Alice".into())]
    {
        session.natives[bob].client.send_text(&target, "<i>").unwrap();
    }
    session.run();
    assert_eq!(
        session.told(alice),
        [
            json!({"type": "text", "id": 1, "name": "Bob", "to": {"room": "lobby"}, "text": "<i>"}),
            json!({"type": "text", "id": 1, "name": "Bob", "to": {"me": true}, "text": "<i>"}),
        ]
    );
}

#[test]
fn what_cannot_be_followed_is_told_in_words_and_costs_nothing() {
    let mut session = Session::new();
    let alice = session.page("Alice");
    session.told(alice);
    for (message, about, words) in [
        (r#"{"type":"text","to":{"player":"Absent"},"text":"x"}"#, "text", "no player called"),
        (r#"{"type":"close","channel":9}"#, "close", "no channel 9 is open"),
        (r#"{"type":"change","channel":9}"#, "change", "no channel 9 is open"),
        (
            r#"{"type":"moderate","id":1,"player":"Bob","action":"kick"}"#,
            "moderate",
            "does not accept moderation requests",
        ),
    ] {
        session.say(alice, message);
        let told = session.told(alice);
        assert_eq!((told.len(), &told[0]["type"], &told[0]["about"]), (1, &json!("problem"), &json!(about)));
        assert!(told[0]["message"].as_str().unwrap().contains(words), "{told:?}");
    }
    let statistics = session.guests[alice].player.statistics();
    assert_eq!((statistics.refused, statistics.problems), (4, 0));
}

#[test]
fn what_a_page_wants_done_to_another_player_is_asked_of_the_session_and_answered() {
    let mut session = Session::with(|settings| {
        settings.capabilities = settings.capabilities.with(Capabilities::MODERATORS);
        settings.admission = true;
    });
    session.access = |name| {
        let mut access = Access::default();
        access.is_moderator = name == "Alice";
        access
    };
    let alice = session.page("Alice");
    session.native("Bob");
    session.told(alice);
    let (hour, forever) = (Some(Duration::from_hours(1)), None);
    let rooms = ModeratorAction::Move { from: "lobby".into(), to: "jail".into() };
    let mut numbered = Vec::new();
    for (words, action) in [
        (r#""action":"kick""#, ModeratorAction::Kick),
        (r#""action":"ban","forSeconds":3600"#, ModeratorAction::Ban { lasts: hour }),
        (r#""action":"ban""#, ModeratorAction::Ban { lasts: forever }),
        (r#""action":"mute","forSeconds":3600"#, ModeratorAction::Mute { lasts: hour }),
        (r#""action":"unmute""#, ModeratorAction::Unmute),
        (r#""action":"move","from":"lobby","to":"jail""#, rooms),
    ] {
        let id = numbered.len();
        session.say(
            alice,
            &format!(r#"{{"type":"moderate","id":{id},"player":"Bob","reason":"again",{words}}}"#),
        );
        let request = session.requests.pop().unwrap();
        assert_eq!((&*request.player, &*request.reason, &request.action), ("Bob", "again", &action));
        numbered.push(request.number);
    }
    session.server.moderation().answer_moderator(ClientId(0), numbered[1], ModeratorAnswer::Done);
    session.server.moderation().answer_moderator(ClientId(0), numbered[2], ModeratorAnswer::Protected);
    session.run();
    let answered = |id, answer| json!({"type": "moderated", "id": id, "player": "Bob", "action": "ban", "answer": answer});
    assert_eq!(session.told(alice), [answered(1, "done"), answered(2, "protected")]);
}

#[test]
fn an_operators_decisions_are_told_with_their_terms() {
    let mut session = Session::new();
    let alice = session.page("Alice");
    session.told(alice);
    let ends = Some(session.now + Duration::from_mins(1));
    let mut restrictions = <Restrictions>::default();
    restrictions.impose(Restriction::Muted, RestrictionTerms::new(ends, "shouting"));
    let identity = PlayerIdentity::Name("Alice".into());
    session.server.moderation().set_restrictions(&identity, &restrictions).unwrap();
    session.run();
    let muted = json!({
        "type": "restricted", "restriction": "voice", "terms": {"endsInMs": 60_000, "reason": "shouting"}
    });
    assert_eq!(session.told(alice), [muted]);
    session.wait(Duration::from_secs(20));
    let now = session.now;
    session.guests[alice].player.page_lost(now);
    session.guests[alice].player.page_is_back(now, 16);
    session.run();
    let again = session.told_of(alice, "restricted");
    assert_eq!(again[0]["terms"]["endsInMs"], 40_000, "by the time that is left");
    session.server.moderation().set_restrictions(&identity, &Restrictions::default()).unwrap();
    session.run();
    assert_eq!(session.told(alice), [json!({"type": "restricted", "restriction": "voice", "terms": null})]);
}

#[test]
fn a_kicked_page_is_told_why_and_does_not_come_back() {
    let mut session = Session::new();
    let alice = session.page("Alice");
    session.told(alice);
    session.server.kick(ClientId(0), "shouting");
    session.wait(Duration::from_secs(20));
    let told = session.told_of(alice, "disconnected");
    assert_eq!(told.len(), 1);
    assert_eq!((&told[0]["cause"], &told[0]["retryInMs"]), (&json!("kicked"), &json!(null)));
    assert_eq!(told[0]["message"], "the server's operator has removed you: shouting");
    assert_eq!(session.guests[alice].player.end(), Some(PageEnd::Out(DisconnectCause::Kicked)));
    assert_eq!(session.server.clients(), 0);
}
