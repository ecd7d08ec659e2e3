//! Data of plugins.

use std::time::Duration;

use consonance_mumble::Control;
use consonance_mumble::control::messages::PluginData;

use crate::players::session::{Session, login};

fn data_for(receivers: Vec<u32>, bytes: usize, id_bytes: usize) -> PluginData {
    PluginData {
        sender_session: Some(99),
        receiver_sessions: receivers,
        data: Some(vec![7; bytes]),
        data_id: Some("i".repeat(id_bytes)),
    }
}

fn send(session: &mut Session, user: usize, data: PluginData) {
    session.say(user, data);
    session.pass_plugin_notes(user);
}

fn received(session: &mut Session, user: usize) -> Vec<PluginData> {
    let told = session.told(user);
    let data = told.into_iter().filter_map(|control| match control {
        Control::PluginData(data) => Some(data),
        _ => None,
    });
    data.collect()
}

#[test]
fn data_of_a_plugin_goes_to_the_users_that_are_listed_from_its_true_sender() {
    let mut session = Session::new();
    let (stu, ann) = (session.user("Stu"), session.user("Ann"));
    let mia = session.user_with(&login("Mia"));
    let told = session.told(mia);
    let number = Session::number_of("Stu", &told);
    let mia_at_stu = Session::number_of("Mia", &session.told(stu));
    send(&mut session, mia, data_for(vec![number, number, 1, 9999], 1000, 100));
    let expected = PluginData { sender_session: Some(mia_at_stu), ..data_for(vec![], 1000, 100) };
    assert_eq!(received(&mut session, stu), [expected], "once");
    assert_eq!((received(&mut session, ann), received(&mut session, mia)), (vec![], vec![]));
}

#[test]
fn too_long_and_too_much_data_is_dropped_as_by_mumbles_server() {
    let mut session = Session::new();
    let stu = session.user("Stu");
    let mia = session.user_with(&login("Mia"));
    let number = Session::number_of("Stu", &session.told(mia));
    for (bytes, id_bytes) in [(1001, 1), (1, 101), (0, 1)] {
        send(&mut session, mia, data_for(vec![number], bytes, id_bytes));
    }
    assert_eq!(received(&mut session, stu), []);
    for _ in 0..40 {
        send(&mut session, mia, data_for(vec![number], 1, 1));
    }
    assert_eq!(received(&mut session, stu).len(), 15);
    session.wait(Duration::from_secs(1));
    for _ in 0..40 {
        send(&mut session, mia, data_for(vec![number], 1, 1));
    }
    assert_eq!(received(&mut session, stu).len(), 4);
}
