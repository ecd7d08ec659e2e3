//! Data of plugins, from one of Mumble's clients to others, through the server.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Instant;

use consonance_mumble::Control;
use consonance_mumble::client::{ClientSettings, MumbleClient, MumbleClientEvent};
use consonance_mumble::control::messages::{PluginData, UserText};
use consonance_testing::command::Folder;

use super::{serve, until};

/// What Mumble's server passes on: bytes of the data and of its name, messages at once, and then in each second.
const DATA_BYTES_MAX: usize = 1000;
const ID_BYTES_MAX: usize = 100;
const AT_ONCE: usize = 15;
const PER_SECOND: usize = 4;

/// A client that has joined, and the numbers of the users who were there before.
fn join(server: SocketAddr, name: &str) -> (MumbleClient, BTreeMap<String, u32>) {
    let mut client = MumbleClient::connect(server, ClientSettings::new(name)).unwrap();
    let mut users = BTreeMap::new();
    loop {
        let event = until(&mut client, |event| {
            matches!(event, MumbleClientEvent::Control(Control::UserState(_) | Control::ServerSync(_)))
        });
        let MumbleClientEvent::Control(Control::UserState(state)) = event else { return (client, users) };
        users.insert(state.name().to_owned(), state.session());
    }
}

fn data_for(receivers: &[u32], bytes: usize, id_bytes: usize) -> PluginData {
    PluginData {
        sender_session: Some(99),
        receiver_sessions: receivers.to_vec(),
        data: Some(vec![7; bytes]),
        data_id: Some("i".repeat(id_bytes)),
    }
}

/// The data that a client receives before the text that ends the test.
fn received_until_text(client: &mut MumbleClient) -> Vec<PluginData> {
    let mut received = Vec::new();
    loop {
        let event = until(client, |event| {
            matches!(event, MumbleClientEvent::Control(Control::PluginData(_) | Control::TextMessage(_)))
        });
        let MumbleClientEvent::Control(Control::PluginData(data)) = event else { return received };
        received.push(data);
    }
}

#[test]
fn data_of_plugins_goes_through_the_server_to_those_that_are_listed_within_the_limits_of_mumbles() {
    let folder = Folder::new();
    let (_server, _, at) = serve(&folder, "");
    let (mut stu, _) = join(at, "Stu");
    let (mut ann, _) = join(at, "Ann");
    let (mut mia, users) = join(at, "Mia");
    let mia_at_stu = until(
        &mut stu,
        |event| matches!(event, MumbleClientEvent::Control(Control::UserState(state)) if state.name() == "Mia"),
    );
    let MumbleClientEvent::Control(Control::UserState(mia_at_stu)) = mia_at_stu else { unreachable!() };
    let began = Instant::now();
    let mut send = |data: PluginData| mia.send(&data.into()).unwrap();
    // To Stu, named twice, to herself and to nobody.
    send(data_for(&[users["Stu"], users["Stu"], users["Mia"], 9999], DATA_BYTES_MAX, ID_BYTES_MAX));
    for (bytes, id_bytes) in [(DATA_BYTES_MAX + 1, 1), (1, ID_BYTES_MAX + 1), (0, 1)] {
        send(data_for(&[users["Stu"]], bytes, id_bytes));
    }
    for _ in 0..40 {
        send(data_for(&[users["Stu"]], 1, 1));
    }
    let session = vec![users["Stu"], users["Ann"]];
    mia.send(&UserText { session, message: "the end".into(), ..UserText::default() }.into()).unwrap();

    let received = received_until_text(&mut stu);
    let as_sent =
        |bytes, id_bytes| PluginData { sender_session: mia_at_stu.session, ..data_for(&[], bytes, id_bytes) };
    assert_eq!(received[0], as_sent(DATA_BYTES_MAX, ID_BYTES_MAX), "once, from its true sender");
    assert!(received[1..].iter().all(|data| *data == as_sent(1, 1)), "nothing too long: {received:?}");
    let allowed = AT_ONCE + PER_SECOND * (began.elapsed().as_secs() as usize + 1);
    assert!((AT_ONCE..=allowed).contains(&received.len()), "{} messages", received.len());
    assert_eq!(received_until_text(&mut ann), [], "she is not listed");
    while let Some(event) = mia.poll().unwrap() {
        assert!(!matches!(event, MumbleClientEvent::Control(Control::PluginData(_))), "{event:?}");
    }
}
