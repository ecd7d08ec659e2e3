//! The first packet in each direction on the control stream.
//!
//! The front page of this crate describes their bytes. The server's hello means that the client was admitted.

use consonance_link::session_name;

use crate::fast_path::{Announcement, Offer};

/// The version of both hellos.
const VERSION: u8 = 1;

/// The longest hello in bytes: a session name of 64 characters of 4 bytes, and as much again for later versions.
pub(crate) const HELLO_BYTES_MAX: usize = 1024;

/// The tag of each side's item about the fast path.
const FAST_PATH: u8 = 1;

/// The tag of the server's TCP port for the same session over a `WebSocket` with TLS.
const WEB_SOCKET_PORT: u8 = 2;

/// The content of a client's hello.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ClientHello<'a> {
    pub(crate) session: &'a str,
    pub(crate) offer: Option<Offer>,
}

impl ClientHello<'_> {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut hello = vec![VERSION];
        hello.extend_from_slice(&(self.session.len() as u16).to_be_bytes());
        hello.extend_from_slice(self.session.as_bytes());
        if let Some(offer) = &self.offer {
            push_item(FAST_PATH, &offer.encode(), &mut hello);
        }
        hello
    }
}

/// A server's hello.
pub(crate) fn server_hello(announcement: Option<&Announcement>, web_socket_port: Option<u16>) -> Vec<u8> {
    let mut hello = vec![VERSION];
    if let Some(announcement) = announcement {
        push_item(FAST_PATH, &announcement.encode(), &mut hello);
    }
    if let Some(port) = web_socket_port {
        push_item(WEB_SOCKET_PORT, &port.to_be_bytes(), &mut hello);
    }
    hello
}

/// Reads a client's hello; the error describes its problem.
pub(crate) fn read_client_hello(hello: &[u8]) -> Result<ClientHello<'_>, &'static str> {
    let (&version, rest) = hello.split_first().ok_or("the hello is empty")?;
    if version != VERSION {
        return Err("the hello has another version; update the older side");
    }
    let (length, rest) = rest.split_first_chunk().ok_or("the hello is cut short")?;
    let (name, rest) =
        rest.split_at_checked(usize::from(u16::from_be_bytes(*length))).ok_or("the hello is cut short")?;
    let session = str::from_utf8(name).map_err(|_| "the session name is not UTF-8")?;
    if let Some(problem) = session_name::problem(session) {
        return Err(problem);
    }
    Ok(ClientHello { session, offer: find_item(FAST_PATH, rest).and_then(Offer::parse) })
}

/// Reads a server's hello: its announcement of the fast path, if there is one. The error describes the hello's problem.
pub(crate) fn read_server_hello(hello: &[u8]) -> Result<Option<Announcement>, &'static str> {
    match hello.split_first() {
        Some((&VERSION, rest)) => Ok(find_item(FAST_PATH, rest).and_then(Announcement::parse)),
        Some(_) => Err("the hello has another version; update the older side"),
        None => Err("the hello is empty"),
    }
}

/// The TCP port of the server's `WebSocket` listener for the same session, if a server's hello announces one.
pub(crate) fn read_web_socket_port(hello: &[u8]) -> Option<u16> {
    let (&VERSION, items) = hello.split_first()? else { return None };
    let port = u16::from_be_bytes(find_item(WEB_SOCKET_PORT, items)?.try_into().ok()?);
    (port > 0).then_some(port)
}

/// Like [`read_server_hello`], for a client that has made this offer: a cipher that it has not offered is an error.
pub(crate) fn read_answer(hello: &[u8], offer: Option<&Offer>) -> Result<Option<Announcement>, &'static str> {
    let announcement = read_server_hello(hello)?;
    let is_offered = |cipher| offer.is_some_and(|offer| offer.ciphers.contains(&cipher));
    if announcement.is_some_and(|announcement| !is_offered(announcement.cipher)) {
        return Err("the server chose a cipher for the fast path that was not offered");
    }
    Ok(announcement)
}

fn push_item(tag: u8, bytes: &[u8], hello: &mut Vec<u8>) {
    hello.push(tag);
    hello.extend_from_slice(&(bytes.len() as u16).to_be_bytes());
    hello.extend_from_slice(bytes);
}

/// The item with this tag. An invalid item, and everything after it, is ignored.
fn find_item(wanted: u8, mut items: &[u8]) -> Option<&[u8]> {
    loop {
        let (&[tag, l0, l1], rest) = items.split_first_chunk()?;
        let (bytes, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes([l0, l1])))?;
        if tag == wanted {
            return Some(bytes);
        }
        items = rest;
    }
}

#[cfg(test)]
mod tests {
    use crate::fast_path::Cipher;
    use proptest::prelude::*;

    use super::*;

    fn hello(session: &str) -> ClientHello<'_> {
        ClientHello { session, offer: None }
    }

    fn offer() -> Offer {
        Offer { ciphers: vec![Cipher::Aes128Gcm], takes_several: true }
    }

    fn announcement() -> Announcement {
        Announcement { port: None, worker: 1, link: 2, cipher: Cipher::Aes128Gcm }
    }

    /// Reads a hello as the first version did, in which nothing followed the name.
    fn old_server_reads(hello: &[u8]) -> Option<&str> {
        let length = u16::from_be_bytes([*hello.get(1)?, *hello.get(2)?]);
        str::from_utf8(hello.get(3..3 + usize::from(length))?).ok().filter(|_| hello[0] == 1)
    }

    #[test]
    fn hellos_say_what_they_were_given() {
        let offering = ClientHello { session: "café", offer: Some(offer()) };
        assert_eq!(read_client_hello(&offering.encode()), Ok(offering));
        assert_eq!(read_client_hello(&hello("café").encode()), Ok(hello("café")));
        assert_eq!(read_server_hello(&server_hello(Some(&announcement()), None)), Ok(Some(announcement())));
        assert_eq!(read_server_hello(&server_hello(None, None)), Ok(None));
    }

    #[test]
    fn refuses_a_cipher_that_was_not_offered() {
        let chosen = |cipher| server_hello(Some(&Announcement { cipher, ..announcement() }), None);
        let offer = offer();
        assert!(read_answer(&chosen(Cipher::ChaCha20Poly1305), Some(&offer)).is_err());
        assert_eq!(read_answer(&chosen(Cipher::Aes128Gcm), Some(&offer)), Ok(Some(announcement())));
        assert!(read_answer(&chosen(Cipher::Aes128Gcm), None).is_err(), "nothing was offered");
        assert_eq!(read_answer(&server_hello(None, None), Some(&offer)), Ok(None));
    }

    #[test]
    fn announces_the_web_socket_port_beside_the_fast_path() {
        let hello = server_hello(Some(&announcement()), Some(7780));
        assert_eq!(read_web_socket_port(&hello), Some(7780));
        assert_eq!(read_server_hello(&hello), Ok(Some(announcement())));
        assert_eq!(read_web_socket_port(&server_hello(None, Some(443))), Some(443));
        for hello in
            [&[][..], &[1], &[2, 2, 0, 2, 1, 1], &[1, 2, 0, 1, 1], &[1, 2, 0, 2, 0, 0], &[1, 2, 0, 2, 1]]
        {
            assert_eq!(read_web_socket_port(hello), None, "{hello:?}");
        }
    }

    #[test]
    fn old_peers_and_new_ones_understand_each_other() {
        let offering = ClientHello { session: "main", offer: Some(offer()) }.encode();
        assert_eq!(old_server_reads(&offering), Some("main"));
        assert_eq!(read_client_hello(b"\x01\0\x04main"), Ok(hello("main")));
        assert_eq!(read_server_hello(&[1]), Ok(None));
        assert_eq!(server_hello(Some(&announcement()), None)[0], 1, "all that an old client looks at");
    }

    #[test]
    fn what_later_versions_add_is_ignored() {
        let mut later = hello("main").encode();
        later.extend_from_slice(b"a token");
        assert_eq!(read_client_hello(&later), Ok(hello("main")));
        let mut later = server_hello(None, None);
        push_item(9, b"something", &mut later);
        push_item(FAST_PATH, &announcement().encode(), &mut later);
        assert_eq!(read_server_hello(&later), Ok(Some(announcement())));
    }

    #[test]
    fn a_hello_cut_anywhere_within_the_name_is_refused() {
        let hello = hello("main").encode();
        for length in 0..hello.len() {
            assert!(read_client_hello(&hello[..length]).is_err(), "{length} bytes");
        }
    }

    #[test]
    fn an_offer_that_is_cut_off_is_none() {
        let offering = ClientHello { session: "main", offer: Some(offer()) }.encode();
        for length in hello("main").encode().len()..offering.len() {
            assert_eq!(read_client_hello(&offering[..length]), Ok(hello("main")), "{length} bytes");
        }
    }

    #[test]
    fn another_version_or_a_bad_name_is_refused() {
        let mut other = hello("main").encode();
        other[0] = 2;
        assert!(read_client_hello(&other).unwrap_err().contains("version"));
        for name in ["", "new\nline", &"x".repeat(65)] {
            assert!(read_client_hello(&hello(name).encode()).is_err());
        }
        assert!(read_client_hello(&[1, 0, 1, 0xff]).unwrap_err().contains("UTF-8"));
    }

    proptest! {
        #[test]
        fn no_bytes_are_too_strange_to_be_judged(bytes: Vec<u8>) {
            if let Ok(ClientHello { session, .. }) = read_client_hello(&bytes) {
                prop_assert!(bytes.starts_with(&hello(session).encode()));
            }
            let _ = read_server_hello(&bytes);
            let _ = read_web_socket_port(&bytes);
        }
    }
}
