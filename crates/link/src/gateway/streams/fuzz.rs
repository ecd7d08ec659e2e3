//! Checks shared by the fuzz targets of all networks with messages in streams.

use super::{Found, MessageStream};

/// Feeds a stream to one end at once, and to an identical end in pieces.
///
/// # Panics
/// If the two results differ, or a message is longer than allowed.
pub fn cuts_make_no_difference<S: MessageStream>(
    open: impl Fn() -> S,
    message_bytes_max: usize,
    stream: &[u8],
    piece_bytes: usize,
) {
    let at_once = read_all(open(), message_bytes_max, &[stream]);
    let pieces: Vec<&[u8]> = stream.chunks(piece_bytes).collect();
    let in_pieces = read_all(open(), message_bytes_max, &pieces);
    assert_eq!(at_once, in_pieces, "it does not matter how the stream was cut");
}

/// All messages, and how the stream ended. Replies to a bad head may come earlier or later.
fn read_all(
    mut end: impl MessageStream,
    message_bytes_max: usize,
    pieces: &[&[u8]],
) -> Vec<(Found, Vec<u8>)> {
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
                    assert!(message.len() <= message_bytes_max, "a message is not longer than allowed");
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
