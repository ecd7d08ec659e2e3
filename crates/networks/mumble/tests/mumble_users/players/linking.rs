//! Links of a user's channel with others.

use consonance_mumble::control::messages::{ChannelUpdate, PermissionQuery, UserState, permission};
use consonance_mumble::{Control, VoiceContext};
use consonance_session::{ChannelProperties, Target};

use crate::players::rooms::{close_red_to_mia, id_of};
use crate::players::session::{OWN, Session, denials};

const LOBBY: u32 = 1;
const RED: u32 = 3;
const BLUE: u32 = 4;

fn linked(add: &[u32], remove: &[u32]) -> ChannelUpdate {
    ChannelUpdate {
        channel_id: Some(LOBBY),
        links_add: add.to_vec(),
        links_remove: remove.to_vec(),
        ..ChannelUpdate::default()
    }
}

/// A user in the lobby that has linked it with the red team's channel, and a native player in the lobby.
fn session_with_link() -> (Session, usize, usize) {
    let mut session = Session::new();
    let (user, native) = (session.user("Mia"), session.native("Nat"));
    session.told(user);
    session.events(native);
    link(&mut session, user, &linked(&[RED], &[]));
    assert_eq!(session.told(user), [Control::from(linked(&[RED], &[]))]);
    assert_eq!(session.events(native), ["Mia entered team/red"]);
    (session, user, native)
}

fn link(session: &mut Session, user: usize, change: &ChannelUpdate) {
    session.say(user, change.clone());
    session.wait(std::time::Duration::from_millis(60));
}

#[test]
fn a_user_hears_the_rooms_that_it_links_with_its_channel_and_other_users_do_not() {
    let (mut session, user, native) = session_with_link();
    let other = session.user("Stu");
    session.told(user);
    let red = Target::Room("team/red".into());
    session.natives[native].client.open_channel(red, ChannelProperties::default()).unwrap();
    session.speak_natively(native, &[0x48, 1, 2]);
    let contexts: Vec<_> = session.heard(user).iter().map(|voice| voice.target).collect();
    assert_eq!((contexts, session.heard(other).len()), (vec![VoiceContext::Normal as u8], 0));
}

#[test]
fn a_link_ends_when_its_user_wants_that_or_goes_elsewhere() {
    let (mut session, user, native) = session_with_link();
    link(&mut session, user, &linked(&[], &[RED]));
    assert_eq!(session.told(user), [Control::from(linked(&[], &[RED]))]);
    assert_eq!(session.events(native), ["Mia exited team/red"]);

    link(&mut session, user, &linked(&[RED], &[]));
    session.told(user);
    session.say_state(user, UserState { channel_id: Some(BLUE), ..UserState::default() });
    let moved =
        UserState { session: Some(OWN), actor: Some(OWN), channel_id: Some(BLUE), ..UserState::default() };
    assert_eq!(session.told(user), [Control::from(linked(&[], &[RED])), moved.into()]);
    let mut events = session.events(native);
    events.sort_unstable();
    let expected =
        ["Mia entered team/blue", "Mia entered team/red", "Mia exited lobby", "Mia exited team/red"];
    assert_eq!(events, expected);
}

#[test]
fn a_user_that_goes_to_the_linked_channel_stays_in_its_room() {
    let (mut session, user, native) = session_with_link();
    session.say_state(user, UserState { channel_id: Some(RED), ..UserState::default() });
    assert_eq!(session.events(native), ["Mia exited lobby"]);
}

#[test]
fn a_channel_that_is_listened_to_as_well_is_heard_until_both_have_ended() {
    let (mut session, user, native) = session_with_link();
    session.say_state(user, UserState { listening_channel_add: vec![RED], ..UserState::default() });
    link(&mut session, user, &linked(&[], &[RED]));
    assert_eq!(session.events(native), [""; 0]);
    session.say_state(user, UserState { listening_channel_remove: vec![RED], ..UserState::default() });
    assert_eq!(session.events(native), ["Mia exited team/red"]);
}

#[test]
fn a_link_may_be_named_from_its_other_end_and_not_between_other_channels() {
    let mut session = Session::new();
    let (user, native) = (session.user("Mia"), session.native("Nat"));
    session.told(user);
    session.events(native);
    let named = |channel, add: &[u32]| ChannelUpdate { channel_id: Some(channel), ..linked(add, &[]) };
    link(&mut session, user, &named(BLUE, &[RED]));
    assert!(denials(&session.told(user))[0].contains("go to one of the two first"));
    link(&mut session, user, &named(BLUE, &[0]));
    assert_eq!(denials(&session.told(user)).len(), 1);
    link(&mut session, user, &named(BLUE, &[LOBBY]));
    assert_eq!(session.told(user), [Control::from(linked(&[BLUE], &[]))]);
    assert_eq!(session.events(native), ["Mia entered team/blue"]);
}

#[test]
fn a_room_that_is_closed_to_a_user_or_is_none_is_not_linked() {
    let mut session = Session::new();
    let (user, native) = (session.user("Mia"), session.native("Nat"));
    close_red_to_mia(&mut session);
    session.events(native);
    session.told(user);
    link(&mut session, user, &linked(&[RED], &[]));
    assert_eq!(denials(&session.told(user)), ["team/red: an operator has barred you from this channel"]);
    link(&mut session, user, &linked(&[0], &[]));
    assert_eq!(denials(&session.told(user)), ["this channel is not a room: there is nothing to hear"]);
    assert_eq!(session.events(native), [""; 0]);
    session.say(user, PermissionQuery { channel_id: Some(RED), ..PermissionQuery::default() });
    let told = session.told(user);
    let [Control::PermissionQuery(answer)] = &*told else { panic!("{told:?}") };
    assert_eq!(answer.permissions() & permission::LINK_CHANNEL, 0);
}

#[test]
fn a_user_that_is_taken_out_of_a_linked_room_is_shown_that_the_link_is_gone() {
    let (mut session, user, _) = session_with_link();
    let id = id_of(&session, "Mia");
    assert!(session.server.moderation().remove_from_room(id, "team/red"));
    session.run();
    let told = session.told(user);
    assert_eq!(told[0], Control::from(linked(&[], &[RED])), "{told:?}");
}
