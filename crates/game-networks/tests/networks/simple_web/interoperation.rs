//! Interoperation with a complete WebSocket of the library `tungstenite`, including its upgrade, at either end.

use std::io::{Error, ErrorKind, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use consonance_game_networks::simple_web::{
    MESSAGE_BYTES_MAX, SimpleWebClient, SimpleWebClientEnd, SimpleWebServer, SimpleWebServerEnd,
};
use consonance_link::gateway::streams::{RELIABLE, StreamClientSettings, StreamSettings};
use consonance_link::gateway::websocket::PageOrigins;
use consonance_link::{
    ClientLinkEvent, ClientNetwork as _, DisconnectReason, Peer, ServerLinkEvent, ServerNetwork as _,
};
#[cfg(target_os = "linux")]
use socket2::{Domain, Socket, Type};
use tungstenite::HandshakeError;
use tungstenite::client::IntoClientRequest as _;
use tungstenite::protocol::{CloseFrame, Message};

#[test]
fn a_third_party_client_exchanges_messages_of_all_sizes_and_says_goodbye() {
    let (mut server, at) = server(SimpleWebServerEnd::default());
    let client = thread::spawn(move || {
        let stream = connect(at);
        let (mut client, response) = tungstenite::client("ws://localhost/", stream).unwrap();
        assert_eq!(response.status(), 101);
        for bytes in SIZES {
            client.send(Message::binary(vec![7; bytes])).unwrap();
            assert_eq!(client.read().unwrap(), Message::binary(vec![7; bytes]));
        }
        client.send(Message::Ping("are you there?".into())).unwrap();
        assert_eq!(client.read().unwrap(), Message::Pong("are you there?".into()));
        client.close(None).unwrap();
        while client.read().is_ok() {}
    });
    let peer = newcomer(&mut server);
    for bytes in SIZES {
        let Seen::Message(from, message) = next(&mut server) else { panic!("a message of {bytes} bytes") };
        assert_eq!((from, message.len()), (peer, bytes));
        server.send(Instant::now(), &[peer], RELIABLE, &message);
        server.flush(Instant::now());
    }
    assert_eq!(next(&mut server), Seen::Disconnected(peer, DisconnectReason::closed_by_peer(b"")));
    client.join().unwrap();
}

#[test]
fn a_third_party_client_is_told_why_it_is_disconnected() {
    let (mut server, at) = server(SimpleWebServerEnd::default());
    let client = thread::spawn(move || {
        let (mut client, _) = tungstenite::client("ws://localhost/", connect(at)).unwrap();
        client.read().unwrap()
    });
    let peer = newcomer(&mut server);
    server.disconnect(Instant::now(), peer, "you shout");
    assert_eq!(next(&mut server), Seen::Disconnected(peer, DisconnectReason::ClosedByUs));
    let frame = CloseFrame { code: 1000.into(), reason: "you shout".into() };
    assert_eq!(client.join().unwrap(), Message::Close(Some(frame)));
}

#[test]
fn our_client_exchanges_messages_of_all_sizes_with_a_third_party_server() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let at = listener.local_addr().unwrap();
    let server = thread::spawn(move || {
        let mut server = tungstenite::accept(patient(listener.accept().unwrap().0)).unwrap();
        for _ in SIZES {
            let message = server.read().unwrap();
            server.send(message).unwrap();
        }
        server.close(Some(CloseFrame { code: 1000.into(), reason: "enough".into() })).unwrap();
        while server.read().is_ok() {}
    });
    let mut client =
        SimpleWebClient::new(SimpleWebClientEnd::new("localhost"), StreamClientSettings::new(at)).unwrap();
    client.connect(Instant::now());
    assert_eq!(next_of(&mut client), Heard::Connected);
    for bytes in SIZES {
        client.send(Instant::now(), RELIABLE, &vec![9; bytes]);
        client.flush(Instant::now());
        assert_eq!(next_of(&mut client), Heard::Message(vec![9; bytes]));
    }
    assert_eq!(next_of(&mut client), Heard::Disconnected(DisconnectReason::closed_by_peer(b"enough")));
    wait(|| {
        assert!(client.poll_event(Instant::now(), &mut Vec::new()).is_none());
        server.is_finished().then_some(())
    });
    server.join().unwrap();
}

#[test]
fn a_client_that_breaks_the_protocol_is_disconnected_and_others_are_unaffected() {
    let (mut server, at) = server(SimpleWebServerEnd::default());
    let (mut good, good_peer) = upgraded(connect(at), &mut server);
    let (mut bad, bad_peer) = upgraded(connect(at), &mut server);
    // A client that does not mask does not follow the standard (RFC 6455, section 5.1).
    bad.write_all(&[0x82, 1, 42]).unwrap();
    let Seen::Disconnected(peer, reason) = next(&mut server) else { panic!("it is disconnected") };
    assert_eq!(peer, bad_peer);
    assert!(matches!(reason, DisconnectReason::ProtocolViolated { .. }), "{reason}");
    assert_eq!(server.statistics().connections.protocol_violations, 1);
    good.write_all(MASKED_42).unwrap();
    assert_eq!(next(&mut server), Seen::Message(good_peer, vec![42]));
}

#[cfg(target_os = "linux")]
#[test]
fn a_client_that_reconnects_from_its_address_and_port_is_a_new_peer() {
    let (mut server, at) = server(SimpleWebServerEnd::default());
    let (first, first_peer) = upgraded(connect_from((OWN_ADDRESS, 0).into(), at), &mut server);
    let from = first.local_addr().unwrap();
    drop(first);
    let Seen::Disconnected(gone, _) = next(&mut server) else {
        panic!("the first one is gone");
    };
    let (mut second, second_peer) = upgraded(connect_from(from, at), &mut server);
    assert!(gone == first_peer && second_peer != first_peer);
    second.write_all(MASKED_42).unwrap();
    assert_eq!(next(&mut server), Seen::Message(second_peer, vec![42]));
}

#[test]
fn what_is_no_websocket_is_answered_in_words_and_never_reported() {
    let (mut server, at) =
        server(SimpleWebServerEnd { path: Some("/voice".to_owned()), ..SimpleWebServerEnd::default() });
    for (request, answer) in [
        ("GET / HTTP/1.1\r\nHost: here\r\n\r\n", "HTTP/1.1 400 Bad Request\r\n"),
        ("\r\n\r\nhello?\r\n\r\n", "HTTP/1.1 400 Bad Request\r\n"),
        (
            "GET / HTTP/1.1\r\nHost: here\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n",
            "HTTP/1.1 404 Not Found\r\n",
        ),
        (TWO_HOSTS, "HTTP/1.1 400 Bad Request\r\n"),
    ] {
        let asking = thread::spawn(move || {
            let mut other = connect(at);
            other.write_all(request.as_bytes()).unwrap();
            let mut response = String::new();
            other.read_to_string(&mut response).unwrap();
            response
        });
        wait(|| {
            assert!(server.poll_event(Instant::now(), &mut Vec::new()).is_none(), "no client connects");
            asking.is_finished().then_some(())
        });
        assert!(asking.join().unwrap().starts_with(answer), "{request}");
    }
    assert_eq!(server.statistics().connections.failed_handshakes, 4);
}

const TWO_HOSTS: &str = "GET /voice HTTP/1.1\r\nHost: here\r\nHost: there\r\nUpgrade: websocket\r\n\
                         Connection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\
                         Sec-WebSocket-Version: 13\r\n\r\n";

#[test]
fn a_games_pages_may_connect_from_its_own_host_and_from_listed_origins() {
    let listed = PageOrigins::new(vec!["https://game.example".to_owned()], Vec::new());
    for (origins, origin, is_admitted) in [
        (PageOrigins::default(), "http://localhost:8080", true),
        (PageOrigins::default(), "https://game.example", false),
        (listed.clone(), "https://game.example", true),
        (listed, "https://evil.example", false),
        (PageOrigins::any(), "https://evil.example", true),
    ] {
        let (mut server, at) = server(SimpleWebServerEnd { origins, ..SimpleWebServerEnd::default() });
        let asking = thread::spawn(move || {
            let mut request = "ws://localhost/".into_client_request().unwrap();
            request.headers_mut().insert("Origin", origin.parse().unwrap());
            match tungstenite::client(request, connect(at)) {
                Ok(_) => None,
                Err(HandshakeError::Failure(tungstenite::Error::Http(response))) => Some(response),
                Err(error) => panic!("{origin}: {error}"),
            }
        });
        wait(|| {
            if let Some(ServerLinkEvent::Connected { peer, .. }) =
                server.poll_event(Instant::now(), &mut Vec::new())
            {
                server.accept(Instant::now(), peer, &[]);
            }
            asking.is_finished().then_some(())
        });
        let refusal = asking.join().unwrap();
        assert_eq!(refusal.is_none(), is_admitted, "{origin}");
        if let Some(response) = refusal {
            assert_eq!(response.status(), 403, "{origin}");
            let words = response.into_body().unwrap_or_default();
            assert!(String::from_utf8_lossy(&words).contains("origins"), "it names the setting");
        }
    }
}

#[test]
fn a_request_that_is_never_finished_is_given_up() {
    let (mut server, at) = server(SimpleWebServerEnd::default());
    let mut other = connect(at);
    other.write_all(b"GET / HT").unwrap();
    wait(|| {
        assert!(server.poll_event(Instant::now(), &mut Vec::new()).is_none());
        server.wants_poll_at()
    });
    let late = Instant::now() + StreamSettings::default().handshake_timeout;
    assert!(server.poll_event(late, &mut Vec::new()).is_none());
    assert_eq!(server.statistics().connections.failed_handshakes, 1);
    let is_open = |error: &Error| matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut);
    let rest = other.read(&mut [0; 1]);
    assert!(
        matches!(&rest, Ok(0)) || rest.as_ref().is_err_and(|error| !is_open(error)),
        "it is disconnected: {rest:?}"
    );
}

/// A binary frame of one byte, masked with nothing.
const MASKED_42: &[u8] = &[0x82, 0x81, 0, 0, 0, 0, 42];

/// A client that has requested a `WebSocket`, and its peer.
fn upgraded(mut client: TcpStream, server: &mut SimpleWebServer) -> (TcpStream, Peer) {
    let request = "GET / HTTP/1.1\r\nHost: here\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                   Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n";
    client.write_all(request.as_bytes()).unwrap();
    let peer = newcomer(server);
    (client, peer)
}

/// An address of this machine that no other test connects from, so that its ports are free.
#[cfg(target_os = "linux")]
const OWN_ADDRESS: Ipv4Addr = Ipv4Addr::new(127, 77, 0, 2);

/// A connection whose port can be used again as soon as it is dropped.
#[cfg(target_os = "linux")]
fn connect_from(from: SocketAddr, to: SocketAddr) -> TcpStream {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.set_reuse_address(true).unwrap();
    socket.set_linger(Some(Duration::ZERO)).unwrap();
    socket.bind(&from.into()).unwrap();
    socket.connect(&to.into()).unwrap();
    patient(socket.into())
}

fn connect(to: SocketAddr) -> TcpStream {
    patient(TcpStream::connect(to).unwrap())
}

/// Sets a read timeout, so that reading always ends.
fn patient(stream: TcpStream) -> TcpStream {
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// The time limit for any step. Generous, because machines that run tests are busy.
const PATIENCE: Duration = Duration::from_mins(2);

const SIZES: [usize; 6] = [1, 125, 126, 1024, 4000, MESSAGE_BYTES_MAX];

#[derive(Debug, PartialEq)]
enum Seen {
    Connected(Peer),
    Message(Peer, Vec<u8>),
    Disconnected(Peer, DisconnectReason),
}

fn server(end: SimpleWebServerEnd) -> (SimpleWebServer, SocketAddr) {
    let address = (Ipv4Addr::LOCALHOST, 0).into();
    let server = SimpleWebServer::bind(address, end, StreamSettings::default()).unwrap();
    let at = server.local_addr().unwrap();
    (server, at)
}

fn newcomer(server: &mut SimpleWebServer) -> Peer {
    let Seen::Connected(peer) = next(server) else { panic!("a client connects") };
    server.accept(Instant::now(), peer, &[]);
    peer
}

fn next(server: &mut SimpleWebServer) -> Seen {
    let mut bytes = Vec::new();
    wait(|| {
        Some(match server.poll_event(Instant::now(), &mut bytes)? {
            ServerLinkEvent::Connected { peer, .. } => Seen::Connected(peer),
            ServerLinkEvent::Packet { peer, .. } => Seen::Message(peer, bytes.clone()),
            ServerLinkEvent::Disconnected { peer, reason } => Seen::Disconnected(peer, reason),
        })
    })
}

#[derive(Debug, PartialEq)]
enum Heard {
    Connected,
    Message(Vec<u8>),
    Disconnected(DisconnectReason),
}

fn next_of(client: &mut SimpleWebClient) -> Heard {
    let mut bytes = Vec::new();
    wait(|| {
        Some(match client.poll_event(Instant::now(), &mut bytes)? {
            ClientLinkEvent::Connected => Heard::Connected,
            ClientLinkEvent::Packet { .. } => Heard::Message(bytes.clone()),
            ClientLinkEvent::Direct { .. } => panic!("games have no direct links"),
            ClientLinkEvent::Disconnected { reason } => Heard::Disconnected(reason),
        })
    })
}

fn wait<T>(mut poll: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(seen) = poll() {
            return seen;
        }
        assert!(Instant::now() < deadline, "nothing happens");
        thread::sleep(Duration::from_millis(1));
    }
}
