//! Texts in both directions.

use consonance_mumble::Control;
use consonance_mumble::control::messages::{UserState, UserText};
use consonance_session::{TEXT_BYTES_MAX, Target};

use crate::players::session::{OWN, Session, denials};

#[test]
fn texts_go_both_ways_to_channels_and_to_users_as_html_and_plain() {
    let mut session = Session::new();
    let native = session.native("Nat");
    let user = session.user_with(&crate::players::session::login("Mia"));
    let told = session.told(user);
    let number = Session::number_of("Nat", &told);
    session.events(native);
    let text = |message: &str| UserText { message: message.into(), ..UserText::default() };
    session.say(user, UserText { channel_id: vec![1], ..text("<b>hello</b> &amp; <i>you</i>") });
    session.say(user, UserText { session: vec![number], ..text("psst") });
    session.say(user, UserText { tree_id: vec![0], ..text("all") });
    assert_eq!(session.events(native), ["Mia: hello & you", "Mia: psst", "Mia: all"]);
    for target in [Target::Room("lobby".into()), Target::Player("Mia".into())] {
        session.natives[native].client.send_text(&target, "a <tag> &\nmore").unwrap();
    }
    session.run();
    let html = text("a &lt;tag&gt; &amp;<br/>more");
    let actor = Some(number);
    assert_eq!(
        session.told(user),
        [
            Control::TextMessage(UserText { actor, channel_id: vec![1], ..html.clone() }),
            Control::TextMessage(UserText { actor, session: vec![OWN], ..html }),
        ]
    );
}

#[test]
fn texts_that_cannot_be_sent_are_denied() {
    let mut session = Session::new();
    let user = session.user("Mia");
    session.native("Nat");
    session.told(user);
    let text = |message: String| UserText { channel_id: vec![1], message, ..UserText::default() };
    session.say(user, text("x".repeat(TEXT_BYTES_MAX + 1)));
    session.say(user, text("<img src=\"data:image/png;base64,AAAA\"/>".into()));
    session.say(user, UserText { channel_id: vec![0], ..text("hello".into()) });
    let told = session.told(user);
    let denials = denials(&told);
    assert_eq!(denials.len(), 3, "{denials:?}");
    assert!(denials[0].contains("at most"), "{denials:?}");
    assert_eq!(denials[1], "pictures are not relayed, only text");
    assert_eq!(denials[2], "this channel is not a room: enter one, or write to a user");
}

#[test]
fn comments_pictures_and_registration_are_denied_politely() {
    let mut session = Session::new();
    let user = session.user("Mia");
    session.say_state(user, UserState { comment: Some("me".into()), ..UserState::default() });
    session.say_state(user, UserState { texture: Some(vec![1]), ..UserState::default() });
    session.say_state(user, UserState { user_id: Some(0), ..UserState::default() });
    session.say_state(user, UserState { comment: Some(String::new()), ..UserState::default() });
    let told = session.told(user);
    let expected = "this server has no registered users: your certificate is your account";
    assert_eq!(
        denials(&told),
        ["comments and pictures are not stored here"; 2].into_iter().chain([expected]).collect::<Vec<_>>()
    );
}

#[test]
fn trees_named_again_and_again_are_denied_before_anything_is_written_for_them() {
    let mut session = Session::new();
    session.settings.rooms = (0..600).map(|number| format!("room {number}")).collect();
    let user = session.user("Mia");
    let native = session.native("Nat");
    session.events(native);
    session.told(user);
    let text = |tree_id| UserText { tree_id, message: "hello".into(), ..UserText::default() };
    session.say(user, text(vec![0]));
    session.say(user, text(vec![0; 30_000]));
    session.say(user, text((1..=33).collect()));
    let told = session.told(user);
    assert_eq!(denials(&told), ["a text reaches at most 32 users and channels"; 3]);
    assert_eq!(told.len(), 3);
    session.say(user, text((1..=32).chain(1..=32).collect()));
    assert!(session.told(user).is_empty(), "each counts once");
}
