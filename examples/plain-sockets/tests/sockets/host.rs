//! A host, with server and player in one process, and a guest that joins over sockets.

use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use consonance::transport::memory::MemoryNetwork;
use consonance::{EventKind, TextTarget, VoiceChat};
use consonance_server::{DedicatedServer, SessionLoop, SessionsSettings};
use plain_sockets::{PlainClient, PlainServer, PlainServerSettings};

use crate::open_server::PATIENCE;

#[test]
fn a_host_and_its_guest_reach_each_other() {
    let sockets = PlainServer::bind((Ipv4Addr::LOCALHOST, 0).into(), PlainServerSettings::default()).unwrap();
    let address = sockets.local_addr();
    let loopback = MemoryNetwork::new();
    let mut session_loop = SessionLoop::new(&SessionsSettings::new(["main"]).unwrap());
    session_loop.add_network(Box::new(sockets));
    session_loop.add_network(Box::new(loopback.listen()));
    let server = DedicatedServer::start(session_loop);
    let transport = loopback.client("main");
    let host = VoiceChat::over(Box::new(transport)).name("Host").listen_to_room("lobby").start().unwrap();
    let transport = PlainClient::new(address);
    let guest = VoiceChat::over(Box::new(transport)).name("Guest").listen_to_room("lobby").start().unwrap();
    for (chat, other) in [(&host, "Guest"), (&guest, "Host")] {
        wait_for(chat, &EventKind::EnteredRoom { name: other.into(), room: "lobby".into() });
    }

    for (from, name, to) in [(&host, "Host", &guest), (&guest, "Guest", &host)] {
        from.room("lobby").send_text("hello").unwrap();
        let to_room = TextTarget::Room("lobby".into());
        wait_for(to, &EventKind::Text { from: name.into(), to: to_room, text: "hello".into() });
    }
    guest.leave().unwrap();
    wait_for(&host, &EventKind::PlayerLeft { name: "Guest".into() });
    host.leave().unwrap();
    server.stop();
}

fn wait_for(chat: &VoiceChat, expected: &EventKind) {
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        if chat.wait_event(Duration::from_millis(100)).is_some_and(|event| event.kind == *expected) {
            return;
        }
    }
    panic!("this does not happen: {expected:?}");
}
