//! The body of the fuzz target `simple_web_streams`: whatever comes in a stream, to both ends, in pieces.

use consonance_link::gateway::streams::fuzz::cuts_make_no_difference;
use consonance_link::gateway::streams::{Found, MessageStream as _, StreamProtocol as _};
use consonance_link::gateway::websocket::{Request, write_acceptance};

use super::{ClientStream, MESSAGE_BYTES_MAX, ServerStream, SimpleWebClientEnd, SimpleWebServerEnd};

/// The first byte says how far the handshake is, and into how many pieces the rest is cut.
///
/// # Panics
/// If it matters how a stream was cut, or a message is longer than allowed.
pub fn simple_web_streams(bytes: &[u8]) {
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
    let mut end = SimpleWebServerEnd::default().open();
    if is_greeted {
        let mut request = Vec::new();
        Request::new("here", "/", None).write(&mut request);
        let read = end.read(&request, &mut Vec::new(), &mut Vec::new());
        assert_eq!(read, Ok((request.len(), Found::Greeting)));
    }
    end
}

fn client(is_greeted: bool) -> ClientStream {
    let mut end = SimpleWebClientEnd::new("here").open();
    if is_greeted {
        let mut response = Vec::new();
        write_acceptance(end.key(), None, &mut response);
        let read = end.read(&response, &mut Vec::new(), &mut Vec::new());
        assert_eq!(read, Ok((response.len(), Found::Greeting)));
    }
    end
}
