//! The body of the fuzz target `simple_web_streams`: whatever comes in a stream, to both ends, in pieces.

use consonance_gateway::streams::{Found, MessageStream, StreamProtocol as _};

use crate::handshake::{write_acceptance, write_request};
use crate::{ClientEnd, ClientStream, MESSAGE_BYTES_MAX, ServerEnd, ServerStream};

/// The first byte says how far the handshake is, and into how many pieces the rest is cut.
///
/// # Panics
/// If it matters how a stream was cut, or a message is longer than allowed.
pub fn simple_web_streams(bytes: &[u8]) {
    let Some((&first, stream)) = bytes.split_first() else { return };
    let piece_bytes = 1 + usize::from(first >> 3);
    let is_greeted = first & 4 != 0;
    if first & 1 == 0 {
        check(server(is_greeted), server(is_greeted), stream, piece_bytes);
    } else {
        check(client(is_greeted), client(is_greeted), stream, piece_bytes);
    }
}

fn server(is_greeted: bool) -> ServerStream {
    let mut end = ServerEnd::default().open();
    if is_greeted {
        let mut request = Vec::new();
        write_request("here", "/", "AAAAAAAAAAAAAAAAAAAAAA==", &mut request);
        let read = end.read(&request, &mut Vec::new(), &mut Vec::new());
        assert_eq!(read, Ok((request.len(), Found::Greeting)));
    }
    end
}

fn client(is_greeted: bool) -> ClientStream {
    let mut end = ClientEnd::new("here").open();
    if is_greeted {
        let mut response = Vec::new();
        write_acceptance(end.key(), &mut response);
        let read = end.read(&response, &mut Vec::new(), &mut Vec::new());
        assert_eq!(read, Ok((response.len(), Found::Greeting)));
    }
    end
}

fn check(whole: impl MessageStream, cut: impl MessageStream, stream: &[u8], piece_bytes: usize) {
    let at_once = read_all(whole, &[stream]);
    let pieces: Vec<&[u8]> = stream.chunks(piece_bytes).collect();
    let in_pieces = read_all(cut, &pieces);
    assert_eq!(at_once, in_pieces, "it does not matter how the stream was cut");
}

/// All messages, and how it ended. What is said about a head that is bad may come earlier or later.
fn read_all(mut end: impl MessageStream, pieces: &[&[u8]]) -> Vec<(Found, Vec<u8>)> {
    let (mut waiting, mut seen, mut out) = (Vec::new(), Vec::new(), Vec::new());
    for piece in pieces {
        waiting.extend_from_slice(piece);
        loop {
            let mut message = Vec::new();
            let (taken, found) = end.read(&waiting, &mut message, &mut out).unwrap_or((0, Found::End));
            assert!(taken <= waiting.len(), "only what is there is taken");
            waiting.drain(..taken);
            match found {
                Found::Nothing if taken == 0 => break,
                Found::Nothing => {}
                Found::Greeting | Found::Message => {
                    assert!(message.len() <= MESSAGE_BYTES_MAX, "a message is not longer than allowed");
                    seen.push((found, message));
                }
                Found::End | Found::Refusal => {
                    seen.push((found, Vec::new()));
                    return seen;
                }
            }
        }
    }
    seen
}
