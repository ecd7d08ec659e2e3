//! Logins that become players, and those that do not.

use consonance_mumble::Control;
use consonance_mumble::control::messages::RejectType;
use consonance_session::NameTaken;

use crate::players::session::{Session, login};

/// The messages to a client, one word each.
fn words(told: &[Control]) -> Vec<String> {
    let word = |control: &Control| match control {
        Control::ChannelState(state) => format!("channel {} {}", state.channel_id(), state.name()),
        Control::UserState(state) => {
            format!("user {} {} in {}", state.session(), state.name(), state.channel_id())
        }
        Control::UserRemove(remove) => format!("{} is gone", remove.session),
        Control::ServerSync(sync) => format!("synced as {}", sync.session()),
        Control::ServerConfig(_) => "config".into(),
        other => format!("{other:?}"),
    };
    told.iter().map(word).collect()
}

#[test]
fn a_newcomer_is_told_of_channels_then_users_then_that_this_is_all() {
    let mut session = Session::new();
    session.native("Nat");
    let user = session.user_with(&login("Mia"));
    let told = session.told(user);
    let expected = [
        "channel 0 main",
        "channel 1 lobby",
        "channel 2 team",
        "channel 3 red",
        "channel 4 blue",
        "user 2 Nat in 1",
        "user 1 Mia in 1",
        "synced as 1",
        "config",
    ];
    assert_eq!(words(&told), expected);
    assert_eq!(session.events(0), ["Nat joined", "Nat entered lobby", "Mia joined", "Mia entered lobby"]);
}

#[test]
fn players_that_come_and_go_are_told() {
    let mut session = Session::new();
    let user = session.user("Mia");
    let native = session.native("Nat");
    assert_eq!(words(&session.told(user)), ["user 2 Nat in 1"]);
    let now = session.now;
    session.natives[native].client.stop(now);
    session.run();
    assert_eq!(words(&session.told(user)), ["2 is gone"], "it is not seen to move before it leaves");
}

#[test]
fn a_player_that_leaves_takes_its_channel_with_it_in_one_line_each_once_it_does_not_come_back() {
    let mut session = Session::new();
    let user = session.user("Mia");
    let native = session.native("Nat");
    session.natives[native].client.leave_room("lobby");
    session.natives[native].client.join_room("cave/deep").unwrap();
    session.run();
    session.told(user);
    let now = session.now;
    session.natives[native].client.stop(now);
    session.wait(std::time::Duration::from_millis(1999));
    assert_eq!(words(&session.told(user)), ["2 is gone"], "it may be joining again");
    session.wait(std::time::Duration::from_millis(1));
    let told = session.told(user);
    let removed = |control: &Control| match control {
        Control::ChannelRemove(remove) => format!("channel {} is gone", remove.channel_id),
        other => words(std::slice::from_ref(other)).remove(0),
    };
    let told: Vec<_> = told.iter().map(removed).collect();
    assert_eq!(told, ["channel 6 is gone", "channel 5 is gone"]);
}

#[test]
fn a_client_without_opus_is_told_why_it_is_not_let_in() {
    let mut session = Session::new();
    let mut old = login("Mia");
    old.authenticate.opus = None;
    let user = session.user_with(&old);
    let told = session.told(user);
    let [Control::Reject(reject)] = &*told else { panic!("{told:?}") };
    assert!(reject.reason().contains("Opus"), "{}", reject.reason());
    assert!(session.guests[user].player.is_over());
}

#[test]
fn a_name_that_is_too_long_is_refused_by_the_session() {
    let mut session = Session::new();
    let user = session.user_with(&login(&"x".repeat(600)));
    session.wait(std::time::Duration::from_mins(1));
    let told = session.told(user);
    assert!(matches!(&*told, [Control::Reject(_)]), "{told:?}");
    assert!(session.guests[user].player.is_over());
}

#[test]
fn a_newer_login_of_the_same_name_takes_its_place() {
    let mut session = Session::with(|settings| settings.name_taken = NameTaken::Newest);
    let user = session.user("Mia");
    let second = session.user("Mia");
    let told = session.told(user);
    let Some(Control::Reject(reject)) = told.last() else { panic!("{told:?}") };
    assert_eq!(reject.kind(), RejectType::None);
    assert!(session.guests[user].player.is_over() && !session.guests[second].player.is_over());
}
