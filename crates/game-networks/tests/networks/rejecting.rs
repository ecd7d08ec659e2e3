//! A game network in a stream tells a rejected client why: with the code where its protocol carries codes, else in
//! words.

use std::net::Ipv4Addr;
use std::thread;
use std::time::{Duration, Instant};

use consonance_game_networks::simple_web;
use consonance_link::gateway::streams::{
    StreamClient, StreamClientSettings, StreamProtocol, StreamServer, StreamSettings,
};
use consonance_link::voice_websocket as websocket;
use consonance_link::{
    ClientLinkEvent, ClientNetwork as _, DisconnectReason, EndCode, EndReason, ServerLinkEvent,
    ServerNetwork as _,
};

/// The time limit of every wait.
const PATIENCE: Duration = Duration::from_mins(2);

#[test]
fn where_codes_are_carried_a_rejected_client_learns_the_code_and_its_fields() {
    let end = |is_admitted| {
        let client = websocket::ClientEnd::at("127.0.0.1", "/main");
        end(websocket::ServerEnd::default(), client, is_admitted)
    };
    assert_eq!(end(true), DisconnectReason::ClosedByPeer { reason: reason() });
    assert_eq!(end(false), DisconnectReason::Refused { reason: reason() });
}

#[test]
fn where_no_codes_are_carried_a_rejected_client_learns_no_more_than_the_words() {
    let client = simple_web::SimpleWebClientEnd::new("127.0.0.1");
    let end = end(simple_web::SimpleWebServerEnd::default(), client, true);
    let DisconnectReason::ClosedByPeer { reason: said } = end else { panic!("{end:?}") };
    assert_ne!(said, reason());
    assert!([reason().to_string(), String::new()].contains(&said.to_string()), "{said}");
}

fn reason() -> EndReason {
    EndReason {
        retry_in: Some(Duration::from_secs(5)),
        ..EndReason::with_words(EndCode::Banned, "you shout")
    }
}

/// How a link ends for a client that the server rejects, before or after its admission.
fn end(server: impl StreamProtocol, client: impl StreamProtocol, is_admitted: bool) -> DisconnectReason {
    let mut server = StreamServer::bind((Ipv4Addr::LOCALHOST, 0).into(), server, StreamSettings::default())
        .expect("a port is free");
    let settings = StreamClientSettings::new(server.local_addr().expect("it listens"));
    let mut client = StreamClient::new(client, settings).expect("there is a descriptor left");
    let (now, mut bytes) = (Instant::now(), Vec::new());
    client.connect(now);
    loop {
        assert!(now.elapsed() < PATIENCE, "the client does not learn of its end");
        thread::yield_now();
        if let Some(ServerLinkEvent::Connected { peer, .. }) = server.poll_event(now, &mut bytes) {
            if is_admitted {
                server.accept(now, peer, b"");
            }
            server.reject(now, peer, &reason());
        }
        match client.poll_event(now, &mut bytes) {
            Some(ClientLinkEvent::Disconnected { reason }) => return reason,
            Some(event) => assert!(is_admitted, "{event:?} before the admission"),
            None => {}
        }
    }
}
