//! Regular pings check that the other end is there, and keep proxies from closing a silent connection.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use consonance_link::DisconnectReason;

use crate::websocket::listener::{Listener, Seen};
use crate::websocket::page;

const EVERY: Duration = Duration::from_secs(15);
const PING: [u8; 2] = [0x89, 0];
const PONG: [u8; 2] = [0x8a, 0];
/// A ping and a pong of a client, both with a mask.
const ANSWER_AND_PING: [u8; 12] = [0x8a, 0x80, 0, 0, 0, 0, 0x89, 0x80, 0, 0, 0, 0];

#[test]
fn a_client_that_answers_pings_stays_and_one_that_does_not_is_lost() {
    let mut listener = Listener::new();
    let opening = page::spawn(listener.at, "/main", page::welcomed);
    let (peer, _) = listener.newcomer();
    listener.idle_until(|| opening.is_finished().then_some(()));
    // From here on the test uses raw bytes, so that no library answers by itself.
    let page = opening.join().unwrap();
    let mut page = page.get_ref();
    page.set_nonblocking(true).unwrap();
    for _ in 0..5 {
        listener.now += EVERY;
        assert_eq!(read(&mut listener, page), PING);
        page.write_all(&ANSWER_AND_PING).unwrap();
        // The server answers the page's own ping once it has read both.
        assert_eq!(read(&mut listener, page), PONG);
    }
    for _ in 0..2 {
        listener.now += EVERY;
        assert_eq!(read(&mut listener, page), PING);
    }
    listener.now += EVERY;
    assert_eq!(listener.next(), Seen::Disconnected(peer, DisconnectReason::TimedOut));
}

/// The next two bytes from the server.
fn read(listener: &mut Listener, mut page: &TcpStream) -> [u8; 2] {
    let mut bytes = [0; 2];
    listener.idle_until(|| match page.read(&mut bytes) {
        Ok(2) => Some(()),
        Ok(count) => panic!("{count} bytes"),
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => None,
        Err(error) => panic!("{error}"),
    });
    bytes
}
