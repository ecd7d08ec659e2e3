//! A complete WebSocket of the library `tungstenite`, including its upgrade, in place of a page in a browser.

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::thread::{self, JoinHandle};

use consonance_link::voice_websocket::SUBPROTOCOL;
use consonance_link::{Delivery, DisconnectReason, ServerNetwork as _};
use tungstenite::client::IntoClientRequest as _;
use tungstenite::http::HeaderValue;
use tungstenite::{Message, WebSocket};

use crate::websocket::listener::{Listener, PATIENCE, Seen};

/// Connects to this path as a page of this origin.
pub(crate) fn open(at: SocketAddr, path: &str, origin: &str) -> tungstenite::Result<WebSocket<TcpStream>> {
    let mut request = format!("ws://{at}{path}").into_client_request()?;
    let headers = request.headers_mut();
    headers.insert("Sec-WebSocket-Protocol", HeaderValue::from_static(SUBPROTOCOL));
    headers.insert("Origin", HeaderValue::from_str(origin)?);
    let opened = tungstenite::client(request, connect(at)?);
    match opened {
        Ok((socket, response)) => {
            assert_eq!(response.headers()["Sec-WebSocket-Protocol"], SUBPROTOCOL);
            Ok(socket)
        }
        Err(tungstenite::HandshakeError::Failure(error)) => Err(error),
        Err(tungstenite::HandshakeError::Interrupted(_)) => panic!("the socket waits"),
    }
}

/// A connection with a read timeout.
pub(crate) fn connect(at: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(at)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    Ok(stream)
}

/// Runs a script with an open connection on its own thread.
pub(crate) fn spawn<T: Send + 'static>(
    at: SocketAddr,
    path: &'static str,
    script: impl FnOnce(WebSocket<TcpStream>) -> T + Send + 'static,
) -> JoinHandle<T> {
    thread::spawn(move || script(open(at, path, "http://127.0.0.1:7780").unwrap()))
}

/// Waits for the welcome.
pub(crate) fn welcomed(mut page: WebSocket<TcpStream>) -> WebSocket<TcpStream> {
    assert_eq!(page.read().unwrap(), Message::binary(vec![2]));
    page
}

#[test]
fn a_page_names_its_session_and_is_welcomed_and_packets_go_both_ways() {
    let mut listener = Listener::new();
    let page = spawn(listener.at, "/a%20b?from=here", |mut page| {
        let mut heard = vec![page.read().unwrap()];
        for packet in [&[0, 7, 8][..], &[1, 9], &[1], &[0]] {
            page.send(Message::binary(packet.to_vec())).unwrap();
            heard.push(page.read().unwrap());
        }
        page.send(Message::Ping("are you there?".into())).unwrap();
        heard.push(page.read().unwrap());
        page.close(None).unwrap();
        while page.read().is_ok() {}
        heard
    });
    let (peer, session) = listener.newcomer();
    assert_eq!(session, "a b");
    for packet in [
        (Delivery::Reliable, vec![7, 8]),
        (Delivery::Unreliable, vec![9]),
        (Delivery::Unreliable, vec![]),
        (Delivery::Reliable, vec![]),
    ] {
        assert_eq!(listener.next(), Seen::Packet(peer, packet.0, packet.1.clone()));
        listener.server.send(listener.now, &[peer], packet.0, &packet.1);
    }
    assert_eq!(listener.next(), Seen::Disconnected(peer, DisconnectReason::closed_by_peer(b"")));
    let messages = [&[2][..], &[0, 7, 8], &[1, 9], &[1], &[0]].map(|bytes| Message::binary(bytes.to_vec()));
    let heard = page.join().unwrap();
    assert_eq!(heard[..5], messages);
    assert_eq!(heard[5], Message::Pong("are you there?".into()));
}

#[test]
fn a_page_asks_whether_the_server_is_there_and_is_answered_with_its_own_bytes() {
    let mut listener = Listener::new();
    let questions = [&[3][..], &[3, 1], &[3, 1, 2, 3, 4, 5, 6, 7, 8]];
    let page = spawn(listener.at, "/main", move |page| {
        let mut page = welcomed(page);
        for question in questions {
            page.send(Message::binary(question.to_vec())).unwrap();
            assert_eq!(page.read().unwrap(), Message::binary(question.to_vec()));
        }
        page.send(Message::binary([3; 10].to_vec())).unwrap();
        loop {
            if let Message::Close(Some(goodbye)) = page.read().unwrap() {
                return goodbye.reason.to_string();
            }
        }
    });
    let (peer, _) = listener.newcomer();
    // A probe is not a packet, and a client that sends a longer one does not speak this protocol.
    let ended = listener.next();
    assert!(matches!(ended, Seen::Disconnected(gone, _) if gone == peer), "{ended:?}");
    listener.idle_until(|| page.is_finished().then_some(()));
    assert_eq!(page.join().unwrap(), "a message does not say how its packet travels");
}

#[test]
fn a_client_that_names_no_session_joins_the_listeners_own() {
    let mut listener = Listener::new();
    let page = spawn(listener.at, "/", welcomed);
    assert_eq!(listener.newcomer().1, "main");
    listener.idle_until(|| page.is_finished().then_some(()));
    page.join().unwrap();
}
