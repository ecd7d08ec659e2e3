//! Decisions of a server's operator, as seen by players and their games.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use consonance::inspector::{SilenceCause, Snapshot};
use consonance::transport::{DisconnectReason, EndCode, EndReason};
use consonance::{End, EventKind, ModeratorAction, ModeratorAnswer, OperatorDecision, Restriction};
use consonance_server::bans::BanTarget;
use consonance_server::moderation::{By, Outcome};
use consonance_server::token::{Claims, Key};
use consonance_server::{Admission, JoiningSettings};

use crate::fixture::Fixture;
use crate::player::{Player, entered, started_speaking};
use crate::speech::{Speech, recording};

fn by() -> By {
    By::new("Ann", "too loud")
}

fn decided(player: &mut Player, what: &str, is_it: impl Fn(&OperatorDecision) -> bool) {
    player.until_some(what, |kind| matches!(kind, EventKind::Operator(decision) if is_it(decision)));
}

#[test]
fn a_muted_player_is_told_why_and_falls_silent_and_why_says_so() {
    let fixture = Fixture::open();
    let moderation = fixture.moderation();
    let alice = fixture.chat().speak_in_room("lobby").input(Speech::endless(&recording(1, 0.2, 2.2)));
    let mut bob = Player::join("Bob", fixture.chat().listen_to_room("lobby"));
    let mut alice = Player::join("Alice", alice);
    bob.until(&started_speaking("Alice"));
    let done = moderation.impose(&by(), "main", &"Alice".into(), Restriction::Muted, None).unwrap();
    assert_eq!(done.outcome, Outcome::Notified);
    decided(&mut alice, "Alice is told", |decision| {
        matches!(decision, OperatorDecision::Restricted { restriction: Restriction::Muted, terms }
            if &*terms.reason == "too loud" && terms.ends.is_none())
    });
    bob.until(&EventKind::StoppedSpeaking { name: "Alice".into() });
    assert!(alice.voice.restrictions().terms(Restriction::Muted).is_some());
    let shown = |player: &Player| {
        let Snapshot::Client(snapshot) = player.voice.snapshot() else { panic!("a chat is a client") };
        snapshot.server_muted.clone()
    };
    alice.until_counted("it is shown", |_| shown(&alice).as_deref() == Some("too loud"));
    let diagnosis = consonance::inspector::why(&[alice.voice.snapshot()], "Alice", "Bob");
    assert_eq!(diagnosis.cause(), Some(&SilenceCause::MutedByServer), "{diagnosis}");
    bob.forget();
    moderation.lift(&by(), "main", &"Alice".into(), Restriction::Muted).unwrap();
    bob.until(&started_speaking("Alice"));
    assert!(alice.voice.restrictions().terms(Restriction::Muted).is_none());
}

#[test]
fn a_moved_player_follows_and_can_leave_the_room_as_its_own() {
    let fixture = Fixture::open();
    let mut alice = Player::join("Alice", fixture.chat().listen_to_room("lobby"));
    alice.until(&entered("Alice", "lobby"));
    fixture.moderation().move_player(&by(), "main", &"Alice".into(), "lobby", "jail").unwrap();
    decided(&mut alice, "Alice is told", |decision| {
        *decision == OperatorDecision::Moved { from: "lobby".into(), to: "jail".into() }
    });
    alice.until(&entered("Alice", "jail"));
    alice.voice.room("jail").stop_listening();
    alice.until(&EventKind::ExitedRoom { name: "Alice".into(), room: "jail".into() });
}

#[test]
fn a_kicked_player_ends_with_the_operators_words_and_does_not_come_back() {
    let fixture = Fixture::open();
    let mut alice = Player::join("Alice", fixture.chat());
    fixture.moderation().kick(&by(), "main", &"Alice".into()).unwrap();
    let end = alice.until_ended();
    assert_eq!(end, End::Kicked { reason: EndReason::with_words(EndCode::Kicked, "too loud") });
    assert_eq!(end.to_string(), "the server's operator has removed you: too loud");
}

#[test]
fn a_player_whose_token_says_so_moderates_and_others_are_refused() {
    let key = Key::generate_ed25519().unwrap();
    let mut joining = JoiningSettings::default();
    joining.token_keys = vec![key.public().unwrap()];
    let fixture = Fixture::admitting(Admission::new(joining));
    let join = |name: &str, moderator| {
        let in_an_hour = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() + 3600;
        let claims =
            Claims { name: Some(name.into()), expires_at: in_an_hour, moderator, ..Claims::default() };
        Player::join(name, fixture.chat().join_token(key.sign(&claims).unwrap()))
    };
    let (mut ann, mut bob) = (join("Ann", true), join("Bob", false));
    let moderated = |name: &str, action, answer| EventKind::Moderated { name: name.into(), action, answer };
    let mute = ModeratorAction::Mute { lasts: None };
    bob.voice.player("Ann").moderate(mute.clone(), "");
    bob.until(&moderated("Ann", mute.clone(), ModeratorAnswer::NotModerator));
    ann.voice.player("Bob").moderate(mute.clone(), "too loud");
    ann.until(&moderated("Bob", mute, ModeratorAnswer::Done));
    decided(&mut bob, "Bob is told", |decision| {
        matches!(decision, OperatorDecision::Restricted { restriction: Restriction::Muted, terms }
            if &*terms.reason == "too loud")
    });
    fixture.moderation().impose(&by(), "main", &"Bob".into(), Restriction::Muted, None).unwrap();
    ann.voice.player("Bob").moderate(ModeratorAction::Unmute, "");
    ann.until(&moderated("Bob", ModeratorAction::Unmute, ModeratorAnswer::Protected));
    ann.voice.player("Bob").moderate(ModeratorAction::Kick, "enough");
    ann.until(&moderated("Bob", ModeratorAction::Kick, ModeratorAnswer::Done));
    assert_eq!(bob.until_ended(), End::Kicked { reason: EndReason::with_words(EndCode::Kicked, "enough") });
}

#[test]
fn a_player_that_a_moderator_has_banned_does_not_come_back() {
    let key = Key::generate_ed25519().unwrap();
    let mut joining = JoiningSettings::default();
    joining.token_keys = vec![key.public().unwrap()];
    let fixture = Fixture::admitting(Admission::new(joining));
    let chat = |name: &str, moderator| {
        let in_an_hour = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() + 3600;
        let claims =
            Claims { name: Some(name.into()), expires_at: in_an_hour, moderator, ..Claims::default() };
        fixture.chat().join_token(key.sign(&claims).unwrap())
    };
    let mut ann = Player::join("Ann", chat("Ann", true));
    let mut bob = Player::join("Bob", chat("Bob", false));
    ann.until(&EventKind::PlayerJoined { name: "Bob".into() });
    let ban = ModeratorAction::Ban { lasts: Some(Duration::from_hours(1)) };
    let answered =
        |name: &str, answer| EventKind::Moderated { name: name.into(), action: ban.clone(), answer };
    bob.voice.player("Ann").moderate(ban.clone(), "");
    bob.until(&answered("Ann", ModeratorAnswer::NotModerator));
    ann.voice.player("Bob").moderate(ban.clone(), "enough");
    ann.until(&answered("Bob", ModeratorAnswer::Done));
    assert_eq!(bob.until_ended().code(), "banned");
    let again = Player::start("Bob", chat("Bob", false)).until_ended();
    assert!(matches!(again, End::NoConnection(_)) && again.to_string().contains("enough"), "{again:?}");
    assert_eq!(again.code(), "banned");
}

#[test]
fn an_address_that_is_banned_is_sent_away_and_refused_with_the_reason() {
    let fixture = Fixture::open();
    let moderation = fixture.moderation();
    let mut alice = Player::join("Alice", fixture.chat());
    let local = BanTarget::Address("127.0.0.0/8".parse().unwrap());
    let banned = moderation.ban(&by(), local, None).unwrap();
    assert_eq!(banned.expelled.len(), 1);
    let ban = EndReason::with_words(EndCode::Banned, "too loud");
    assert_eq!(alice.until_ended(), End::Kicked { reason: ban.clone() });
    let refused = Player::start("Bob", fixture.chat()).until_ended();
    assert_eq!(refused, End::NoConnection(DisconnectReason::Refused { reason: ban }));
    let text = "the server refused the connection: banned from this server permanently: too loud";
    assert_eq!(refused.to_string(), text);
    moderation.unban(&by(), banned.ban.id).unwrap();
    Player::join("Carol", fixture.chat()).voice.leave().unwrap();
}
