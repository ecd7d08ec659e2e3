//! Actions of operators and moderators, and the profiles that users show each other.

use consonance_mumble::Control;
use consonance_mumble::control::messages::{UserRemove, UserState};
use consonance_session::{Capabilities, ModeratorAction, Restriction, RestrictionTerms, Restrictions};

use crate::players::rooms::id_of;
use crate::players::session::{OWN, Session, denials};

#[test]
fn a_user_that_is_kicked_is_told_why() {
    let mut session = Session::new();
    let user = session.user("Mia");
    let id = id_of(&session, "Mia");
    session.server.kick(id, "too loud");
    session.run();
    let told = session.told(user);
    let Some(Control::UserRemove(remove)) = told.last() else { panic!("{told:?}") };
    assert_eq!((remove.session, remove.ban), (OWN, None));
    assert!(remove.reason().contains("too loud"), "{remove:?}");
    assert!(session.guests[user].player.is_over());
}

#[test]
fn a_user_that_is_banned_is_told_so_and_why() {
    let mut session = Session::new();
    let user = session.user("Mia");
    let id = id_of(&session, "Mia");
    session.server.kick_banned(id, "spam", None);
    session.run();
    let told = session.told(user);
    let Some(Control::UserRemove(remove)) = told.last() else { panic!("{told:?}") };
    assert!(remove.reason().contains("spam") && remove.session == OWN && remove.ban(), "{remove:?}");
    assert!(session.guests[user].player.is_over());
}

#[test]
fn a_user_whose_voice_is_taken_sees_itself_muted_and_is_told_why() {
    let mut session = Session::new();
    let user = session.user("Mia");
    let identity = session.server.tables().identity_of(id_of(&session, "Mia")).unwrap();
    let mut decided = Restrictions::default();
    decided.impose(Restriction::Muted, RestrictionTerms { reason: "an echo".into(), ..Default::default() });
    session.server.moderation().set_restrictions(&identity, &decided).unwrap();
    session.run();
    let told = session.told(user);
    let muted = UserState { session: Some(OWN), mute: Some(true), ..UserState::default() };
    assert_eq!(told[0], Control::UserState(muted));
    let Control::TextMessage(notice) = &told[1] else { panic!("{told:?}") };
    assert_eq!(notice.message, "an operator has taken your voice: an echo");
}

#[test]
fn what_only_moderators_may_do_is_denied_to_others() {
    let mut session = Session::new();
    session.native("Nat");
    let user = session.user_with(&crate::players::session::login("Mia"));
    let told = session.told(user);
    let number = Session::number_of("Nat", &told);
    session.say(user, UserRemove { session: number, ..UserRemove::default() });
    session.say(user, UserRemove { session: number, ban: Some(true), ..UserRemove::default() });
    let other = |state: UserState| UserState { session: Some(number), ..state };
    session.say_state(user, other(UserState { mute: Some(true), ..UserState::default() }));
    session.say_state(user, other(UserState { deaf: Some(true), ..UserState::default() }));
    session.say_state(user, other(UserState { channel_id: Some(3), ..UserState::default() }));
    let told = session.told(user);
    assert_eq!(denials(&told).len(), 5, "{told:?}");
}

#[test]
fn what_a_client_wants_done_to_another_user_is_asked_of_the_session() {
    let mut session = Session::with(|settings| {
        settings.capabilities = settings.capabilities.with(Capabilities::MODERATORS);
        settings.admission = true;
    });
    session.native("Nat");
    let user = session.user_with(&crate::players::session::login("Mia"));
    let told = session.told(user);
    let number = Session::number_of("Nat", &told);
    let other = |state: UserState| UserState { session: Some(number), ..state };
    let reason = Some("too loud".to_owned());
    session.say(user, UserRemove { session: number, reason, ..UserRemove::default() });
    session.say_state(user, other(UserState { mute: Some(true), ..UserState::default() }));
    session.say_state(user, other(UserState { mute: Some(false), ..UserState::default() }));
    session.say_state(user, other(UserState { channel_id: Some(3), ..UserState::default() }));
    let reason = Some("spam".to_owned());
    session.say(user, UserRemove { session: number, reason, ban: Some(true), ..UserRemove::default() });
    assert_eq!(denials(&session.told(user)), [""; 0]);
    assert!(session.requests.iter().all(|request| *request.player == *"Nat"));
    let asked: Vec<_> = std::mem::take(&mut session.requests)
        .into_iter()
        .map(|request| (request.action, request.reason))
        .collect();
    let moved = ModeratorAction::Move { from: "lobby".into(), to: "team/red".into() };
    let expected = [
        (ModeratorAction::Kick, "too loud".into()),
        (ModeratorAction::Mute { lasts: None }, "".into()),
        (ModeratorAction::Unmute, "".into()),
        (moved, "".into()),
        (ModeratorAction::Ban { lasts: None }, "spam".into()),
    ];
    assert_eq!(asked, expected);
}

#[test]
fn users_see_each_others_switches_and_native_players_have_none() {
    let mut session = Session::new();
    let (mia, stu) = (session.user("Mia"), session.user("Stu"));
    session.told(stu);
    session.say_state(mia, UserState { self_deaf: Some(true), ..UserState::default() });
    let id = id_of(&session, "Mia");
    let profile = session.guests[mia].player.profile().clone();
    assert!(session.shared.set_profile(id, &profile));
    session.say_state(stu, UserState::default());
    let told = session.told(stu);
    let Some(Control::UserState(state)) = told.first() else { panic!("{told:?}") };
    assert_eq!((state.self_mute, state.self_deaf), (Some(true), Some(true)), "the deaf are mute");
}
