//! The body of the fuzz target `websocket_streams`: whatever comes in a stream, to both ends, in pieces.

use crate::gateway::streams::fuzz::cuts_make_no_difference;
use crate::gateway::streams::{Found, MessageStream as _, StreamProtocol as _};
use crate::gateway::websocket::{Request, write_acceptance};

use super::{ClientEnd, ClientStream, MESSAGE_BYTES_MAX, SUBPROTOCOL, ServerEnd, ServerStream};

/// The first byte says how far the handshake is, and into how many pieces the rest is cut.
///
/// # Panics
/// If it matters how a stream was cut, or a message is longer than allowed.
pub fn websocket_streams(bytes: &[u8]) {
    let Some((&first, stream)) = bytes.split_first() else { return };
    let piece_bytes = 1 + usize::from(first >> 3);
    let is_greeted = first & 4 != 0;
    if first & 1 == 0 {
        cuts_make_no_difference(|| server(is_greeted), MESSAGE_BYTES_MAX, stream, piece_bytes);
    } else {
        cuts_make_no_difference(|| client(is_greeted), MESSAGE_BYTES_MAX, stream, piece_bytes);
    }
}

fn server(is_greeted: bool) -> ServerStream {
    let mut end = ServerEnd::default().open();
    if is_greeted {
        let request = Request::new("here", "/main", Some(SUBPROTOCOL));
        let (mut written, mut session) = (Vec::new(), Vec::new());
        request.write(&mut written);
        let read = end.read(&written, &mut session, &mut Vec::new());
        assert_eq!((read, &*session), (Ok((written.len(), Found::Greeting)), &b"main"[..]));
    }
    end
}

fn client(is_greeted: bool) -> ClientStream {
    let address = "ws://here/main".parse().expect("it is an address");
    let mut end = ClientEnd::new(&address).open();
    if is_greeted {
        let mut response = Vec::new();
        write_acceptance(end.key(), Some(SUBPROTOCOL), &mut response);
        let read = end.read(&response, &mut Vec::new(), &mut Vec::new());
        assert_eq!(read, Ok((response.len(), Found::Nothing)));
    }
    end
}
