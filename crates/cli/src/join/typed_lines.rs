//! Typed lines, read ahead of the session.

use std::io::{self, BufRead, Read as _, stdin};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

/// Maximum number of lines that are read ahead.
const LINES_MAX: usize = 16;
/// Maximum bytes that are kept of one line, more than any text message may have; the rest of it is dropped.
const LINE_BYTES_MAX: u64 = 4096;

/// Starts to read the standard input. Its end does not end the program.
pub(crate) fn read() -> Receiver<String> {
    let (sender, lines) = sync_channel(LINES_MAX);
    thread::spawn(move || {
        let mut input = stdin().lock();
        while let Ok(Some(line)) = next_line(&mut input) {
            // The receiver is gone.
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    lines
}

/// The next line without its end; what is not UTF-8 in it is replaced. `None` at the end of the input.
fn next_line(input: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut bytes = Vec::new();
    if input.by_ref().take(LINE_BYTES_MAX).read_until(b'\n', &mut bytes)? == 0 {
        return Ok(None);
    }
    if bytes.last() != Some(&b'\n') {
        input.skip_until(b'\n')?;
    }
    Ok(Some(String::from_utf8_lossy(&bytes).trim_end_matches(['\r', '\n']).to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(mut input: &[u8]) -> Vec<String> {
        std::iter::from_fn(|| next_line(&mut input).unwrap()).collect()
    }

    #[test]
    fn lines_come_without_their_ends_and_the_last_needs_none() {
        assert_eq!(lines(b"one\r\n\ntwo"), ["one", "", "two"]);
        assert_eq!(lines(b""), [""; 0]);
    }

    #[test]
    fn what_is_no_text_or_too_long_costs_its_own_line_only() {
        assert_eq!(lines(b"caf\xe9\nnext"), ["caf\u{fffd}", "next"]);
        let long = [&vec![b'x'; 10_000][..], b"\nnext"].concat();
        let lines = lines(&long);
        assert_eq!(lines[0].len(), LINE_BYTES_MAX as usize);
        assert_eq!(lines[1..], ["next"]);
    }
}
