//! Channels and rooms.

use consonance_mumble::Control;
use consonance_mumble::control::messages::{ChannelUpdate, PermissionQuery, UserState, permission};
use consonance_session::{AccessRule, ClientId, Restrictions, RoomRights, ServerSettings};

use crate::players::session::{OWN, Session, denials};

fn to(channel: u32) -> UserState {
    UserState { channel_id: Some(channel), ..UserState::default() }
}

#[test]
fn the_channel_of_a_user_is_the_one_room_that_it_listens_to() {
    let mut session = Session::new();
    let user = session.user("Mia");
    let native = session.native("Nat");
    session.events(native);
    session.told(user);
    session.say_state(user, to(3));
    assert_eq!(session.events(native), ["Mia entered team/red", "Mia exited lobby"]);
    let moved = UserState { session: Some(OWN), actor: Some(OWN), ..to(3) };
    assert_eq!(session.told(user), [Control::UserState(moved)]);
    session.say_state(user, to(0));
    assert_eq!(session.events(native), ["Mia exited team/red"], "the root is no room");
}

#[test]
fn other_rooms_are_channels_while_players_are_in_them() {
    let mut session = Session::new();
    let user = session.user("Mia");
    let native = session.native("Nat");
    session.told(user);
    session.natives[native].client.join_room("cave").unwrap();
    session.run();
    let told = session.told(user);
    assert!(matches!(&told[0], Control::ChannelState(state) if state.name() == "cave"), "{told:?}");
    let Control::UserState(state) = &told[1] else { panic!("{told:?}") };
    assert_eq!((state.channel_id, &*state.listening_channel_add), (None, &[5][..]), "the lobby was first");
    session.natives[native].client.leave_room("cave");
    session.run();
    let told = session.told(user);
    assert!(matches!(&told[1], Control::ChannelRemove(remove) if remove.channel_id == 5), "{told:?}");
}

#[test]
fn a_client_makes_a_channel_by_entering_a_new_room() {
    let mut session = Session::new();
    let (user, native) = (session.user("Mia"), session.native("Nat"));
    session.events(native);
    session.told(user);
    let wanted = ChannelUpdate {
        parent: Some(2),
        name: Some("green".into()),
        temporary: Some(true),
        ..ChannelUpdate::default()
    };
    session.say(user, wanted.clone());
    session.wait(std::time::Duration::from_millis(60));
    assert_eq!(session.events(native), ["Mia entered team/green", "Mia exited lobby"]);
    let told = session.told(user);
    assert!(matches!(&told[0], Control::ChannelState(state) if state.name() == "green"), "{told:?}");
    assert!(matches!(&told[1], Control::UserState(state) if state.channel_id == Some(5)), "{told:?}");
    session.say_state(user, to(1));
    let told = session.told(user);
    assert!(matches!(told.last(), Some(Control::ChannelRemove(_))), "it goes with its last player: {told:?}");
    session.settings.other_rooms = false;
    let strict = session.user("Stu");
    session.say(strict, wanted);
    assert_eq!(denials(&session.told(strict)), ["the channels of this server are fixed"]);
}

#[test]
fn a_room_that_an_operator_has_closed_to_a_user_is_denied_and_it_stays_where_it_is() {
    let mut session = Session::new();
    let (user, native) = (session.user("Mia"), session.native("Nat"));
    close_red_to_mia(&mut session);
    session.events(native);
    session.told(user);
    session.say_state(user, to(3));
    assert_eq!(denials(&session.told(user)), ["team/red: an operator has barred you from this channel"]);
    session.say(user, PermissionQuery { channel_id: Some(3), ..PermissionQuery::default() });
    let told = session.told(user);
    let [Control::PermissionQuery(answer)] = &*told else { panic!("{told:?}") };
    assert_eq!(answer.permissions() & permission::ENTER, 0);
    assert_ne!(answer.permissions() & permission::SPEAK, 0);
    assert_eq!(session.events(native), [""; 0]);
}

#[test]
fn a_room_that_is_not_open_to_a_user_is_denied_and_others_see_nothing_of_it() {
    let closed: [fn(&mut ServerSettings); 2] = [
        |settings| settings.access = vec![("team/red".into(), AccessRule::for_both(["vip"]))],
        |settings| settings.limits.rooms = 1,
    ];
    for close in closed {
        let mut session = Session::with(close);
        let native = session.native("Nat");
        let user = session.user("Mia");
        session.events(native);
        session.say_state(user, to(3));
        let told = session.told(user);
        let expected = "team/red: you have no access to this channel: it may require a token";
        assert_eq!((denials(&told), told.len()), (vec![expected], 1));
        assert_eq!(session.events(native), [""; 0], "it is in the lobby still");
    }
}

#[test]
fn channels_that_a_user_listens_to_are_rooms_beside_its_own() {
    let mut session = Session::new();
    let (user, native) = (session.user("Mia"), session.native("Nat"));
    session.events(native);
    session.told(user);
    session.say_state(user, UserState { listening_channel_add: vec![3], ..UserState::default() });
    assert_eq!(session.events(native), ["Mia entered team/red"]);
    let told = session.told(user);
    assert!(
        matches!(&told[..], [Control::UserState(state)] if state.listening_channel_add == [3]),
        "{told:?}"
    );
    session.say_state(user, UserState { listening_channel_remove: vec![3], ..UserState::default() });
    assert_eq!(session.events(native), ["Mia exited team/red"]);
}

/// An operator has closed the red team's room to Mia.
pub(crate) fn close_red_to_mia(session: &mut Session) {
    let identity = session.server.tables().identity_of(id_of(session, "Mia")).expect("Mia is in the session");
    let mut decided = Restrictions::default();
    decided.set_room_rights("team/red", RoomRights { listen: Some(false), speak: None });
    session.server.moderation().set_restrictions(&identity, &decided).expect("few restrictions");
    session.run();
}

pub(crate) fn id_of(session: &Session, name: &str) -> ClientId {
    session.server.tables().client_named(name).expect("in the session")
}

#[test]
fn a_client_listens_to_several_channels_at_once() {
    let mut session = Session::new();
    session.settings.rooms = (0..20).map(|number| format!("grid {number}")).collect();
    let user = session.user("Mia");
    for channel in 2..=20 {
        session.say(user, UserState { listening_channel_add: vec![channel], ..UserState::default() });
    }
    session.say_state(user, UserState { listening_channel_remove: vec![20], ..UserState::default() });
    let told = session.told(user);
    assert_eq!(denials(&told), [""; 0]);
    let listening = session.guests[user].player.state(session.now).listening;
    assert_eq!(listening.len(), 18, "{listening:?}");
    session.say(user, UserState { listening_channel_add: vec![2; 16_000], ..UserState::default() });
    assert_eq!(denials(&session.told(user)), ["too many channels at once"]);
}

#[test]
fn channels_that_a_client_listens_to_in_one_message_are_one_change_for_others() {
    let mut session = Session::new();
    session.settings.rooms = (0..70).map(|number| format!("grid {number}")).collect();
    let (user, other) = (session.user("Mia"), session.user("Ann"));
    let channels: Vec<u32> = (2..66).collect();
    let told = |session: &mut Session, change: UserState| {
        session.told(other);
        session.say_state(user, change);
        assert_eq!(denials(&session.told(user)), [""; 0]);
        let told = session.told(other);
        let [Control::UserState(state)] = &*told else { panic!("{told:?}") };
        assert_eq!(state.channel_id, None, "she is not seen to move");
        state.clone()
    };
    let listening = UserState { listening_channel_add: channels.clone(), ..UserState::default() };
    assert_eq!(told(&mut session, listening).listening_channel_add, channels);
    let no_longer = UserState { listening_channel_remove: channels.clone(), ..UserState::default() };
    assert_eq!(told(&mut session, no_longer).listening_channel_remove, channels);
}
