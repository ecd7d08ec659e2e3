//! A full server says so, and accepts another client once one has left.

use std::io::Read as _;
use std::net::{Ipv4Addr, TcpStream};
use std::time::{Duration, Instant};

use consonance::{End, EventKind, VoiceChat};
use consonance_link::{ClientLinkEvent, ClientNetwork as _, DisconnectReason, ServerNetwork as _};
use consonance_server::{DedicatedServer, SessionLoop, SessionsSettings};
use plain_sockets::{PlainClient, PlainServer, PlainServerSettings};

use crate::open_server::{OpenServer, PATIENCE};
use crate::raw_client::RawClient;

const TWO: PlainServerSettings = PlainServerSettings { clients_max: 2 };
const FULL: DisconnectReason = DisconnectReason::ServerFull { clients_max: 2 };

#[test]
fn the_third_client_of_a_server_for_two_is_told_that_it_is_full_and_gets_in_when_one_has_left() {
    let mut server = OpenServer::with(TWO);
    let (first, _second) = (RawClient::introduced(&mut server), RawClient::introduced(&mut server));
    let mut third = PlainClient::new(server.transport.local_addr());
    third.connect(Instant::now());
    let mut end = None;
    server.poll_until("the third is told", |_| {
        if let Some(event) = third.poll_event(Instant::now(), &mut Vec::new()) {
            end = Some(event == ClientLinkEvent::Disconnected { reason: FULL });
        }
        end.is_some()
    });
    assert_eq!(end, Some(true));
    assert_eq!(server.transport.statistics().connections.rejected_full, 1);
    assert_eq!(server.peers.len(), 2, "nothing is reported of it");

    drop(first);
    server.poll_until("the first has left", |server| server.ends.len() == 1);
    third.connect(Instant::now());
    server.poll_until("the third is in", |_| {
        third.poll_event(Instant::now(), &mut Vec::new()) == Some(ClientLinkEvent::Connected)
    });
}

#[test]
fn the_answer_is_one_packet_and_then_the_connection_ends() {
    let mut server = OpenServer::with(PlainServerSettings { clients_max: 1 });
    let _first = RawClient::introduced(&mut server);
    let mut second = TcpStream::connect(server.transport.local_addr()).unwrap();
    second.set_read_timeout(Some(PATIENCE)).unwrap();
    server.poll_until("it is refused", |server| server.transport.statistics().connections.rejected_full == 1);
    let mut answer = Vec::new();
    second.read_to_end(&mut answer).unwrap();
    assert_eq!(answer, b"\0\0\0\x0cSRV_FULL\0\0\0\x01");
}

#[test]
fn a_voice_chat_ends_with_the_reason_or_tries_again_with_growing_waits_until_there_is_a_place() {
    let sockets = PlainServer::bind((Ipv4Addr::LOCALHOST, 0).into(), TWO).unwrap();
    let address = sockets.local_addr();
    let mut session_loop = SessionLoop::new(&SessionsSettings::new(["main"]).unwrap());
    session_loop.add_network(Box::new(sockets));
    let server = DedicatedServer::start(session_loop);
    let chat = |name: &str| VoiceChat::over(Box::new(PlainClient::new(address))).name(name);
    let (first, second) = (chat("first").start().unwrap(), chat("second").start().unwrap());
    for chat in [&first, &second] {
        wait(chat, |kind| matches!(kind, EventKind::Joined));
    }

    let impatient = chat("impatient").start().unwrap();
    let end = wait(&impatient, |kind| matches!(kind, EventKind::Ended(_)));
    assert_eq!(end, EventKind::Ended(End::NoConnection(FULL)));

    let patient = chat("patient").retry_first_connect().start().unwrap();
    let mut waits = Vec::new();
    for _ in 0..3 {
        let lost = wait(&patient, |kind| matches!(kind, EventKind::ConnectionLost { .. }));
        let EventKind::ConnectionLost { reason, retry_in } = lost else { unreachable!("just waited for") };
        assert_eq!(reason, FULL.to_string());
        waits.push(retry_in);
    }
    assert_eq!(waits, [0, 500, 1000].map(Duration::from_millis));
    first.leave().unwrap();
    wait(&patient, |kind| matches!(kind, EventKind::Joined));
    patient.leave().unwrap();
    second.leave().unwrap();
    server.stop();
}

fn wait(chat: &VoiceChat, is_expected: impl Fn(&EventKind) -> bool) -> EventKind {
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        if let Some(event) = chat.wait_event(Duration::from_millis(100))
            && is_expected(&event.kind)
        {
            return event.kind;
        }
    }
    panic!("this event does not come");
}
