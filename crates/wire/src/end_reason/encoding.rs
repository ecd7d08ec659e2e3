//! The encoding of a reason: a line of UTF-8, since the close of a `WebSocket` carries nothing else.
//!
//! ```text
//! (banned until=2000000000) the operator's words
//!  code   fields, each once  words, up to the end
//! ```
//!
//! Words alone are [`EndCode::Other`]: servers that know no codes send them, and clients that know none show them.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use core::time::Duration;

use crate::end_reason::calendar::UTC_MAX;
use crate::end_reason::code::EndCode;
use crate::end_reason::reason::EndReason;

/// The longest encoded reason, in bytes.
pub const END_REASON_BYTES_MAX: usize = 256;

/// The longest address of another server in a reason, in bytes.
pub const REDIRECT_BYTES_MAX: usize = 128;

impl EndReason {
    /// The encoded reason: at most [`END_REASON_BYTES_MAX`] bytes of UTF-8, empty for an empty reason. Words that are
    /// too long are cut at the end of a character; a network may cut off more.
    pub fn encode(&self) -> String {
        let mut line = String::new();
        let is_words_alone = EndReason { words: Box::default(), ..self.clone() }.is_empty();
        if !is_words_alone || self.words.starts_with('(') {
            self.write_head(&mut line);
        }
        if !self.words.is_empty() {
            line.push_str(if line.is_empty() { "" } else { " " });
            line.extend(self.words.chars().map(shown));
        }
        line.truncate(line.floor_char_boundary(END_REASON_BYTES_MAX));
        line
    }

    /// Decodes a received reason. All bytes are accepted: unencoded text becomes the words of [`EndCode::Other`];
    /// fields that are unknown, damaged or cut off are ignored. Control characters become spaces.
    pub fn decode(bytes: &[u8]) -> Self {
        let bytes = &bytes[..bytes.len().min(END_REASON_BYTES_MAX)];
        let mut line: String = String::from_utf8_lossy(bytes).chars().map(shown).collect();
        // A replacement character has three bytes for each byte that is no UTF-8, and all players of a link that ends
        // get a copy of its reason.
        line.truncate(line.floor_char_boundary(END_REASON_BYTES_MAX));
        Self::decode_line(&line).unwrap_or_else(|| Self::with_words(EndCode::Other, &line))
    }

    fn write_head(&self, line: &mut String) {
        let seconds_up = |wait: Duration| wait.as_secs().saturating_add((wait.subsec_nanos() > 0).into());
        let retry = self.retry_in.map(|wait| format!("{RETRY}{}", seconds_up(wait).min(u32::MAX.into())));
        let until = self.until.map(|until| format!("{UNTIL}{}", until.min(UTC_MAX)));
        let max = self.max.map(|max| format!("{MAX}{max}"));
        let redirect = self.redirect.as_deref().filter(|address| is_address(address));
        let redirect = redirect.map(|address| format!("{REDIRECT}{address}"));
        line.push('(');
        line.push_str(self.code.name());
        for field in [retry, until, max, redirect].into_iter().flatten() {
            line.push(' ');
            line.push_str(&field);
        }
        line.push(')');
    }

    fn decode_line(line: &str) -> Option<Self> {
        let inside = line.strip_prefix('(')?;
        let (head, words) = match inside.split_once(')') {
            Some((head, words)) => (head, words.strip_prefix(' ').unwrap_or(words)),
            // The network truncated the text: the last field may be incomplete.
            None => (inside.rsplit_once(' ').map_or(inside, |(head, _)| head), ""),
        };
        let mut parts = head.split(' ');
        let mut reason = Self::with_words(EndCode::of_name(parts.next()?)?, words);
        for part in parts {
            reason.read_field(part);
        }
        Some(reason)
    }

    fn read_field(&mut self, field: &str) {
        if let Some(seconds) = field.strip_prefix(RETRY) {
            let seconds = seconds.parse::<u32>().ok();
            self.retry_in = seconds.map(|seconds| Duration::from_secs(seconds.into()));
        } else if let Some(seconds) = field.strip_prefix(UNTIL) {
            self.until = seconds.parse().ok().filter(|until| *until <= UTC_MAX);
        } else if let Some(number) = field.strip_prefix(MAX) {
            self.max = number.parse().ok();
        } else if let Some(address) = field.strip_prefix(REDIRECT) {
            self.redirect = Some(address).filter(|address| is_address(address)).map(Into::into);
        }
    }
}

const RETRY: &str = "retry=";
const UNTIL: &str = "until=";
const MAX: &str = "max=";
const REDIRECT: &str = "to=";

fn is_address(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'(' | b')');
    (1..=REDIRECT_BYTES_MAX).contains(&text.len()) && text.bytes().all(is_plain)
}

/// Control characters could steer a terminal.
fn shown(c: char) -> char {
    if c.is_control() { ' ' } else { c }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full_of_fields() -> EndReason {
        EndReason {
            retry_in: Some(Duration::from_secs(5)),
            until: Some(2_000_000_000),
            max: Some(7),
            redirect: Some("quic://voice.example:7777/main".into()),
            ..EndReason::with_words(EndCode::Draining, "back (soon)")
        }
    }

    #[test]
    fn the_encoding_is_this_to_the_byte() {
        let cases = [
            (EndReason::default(), ""),
            (EndReason::with_words(EndCode::Other, "plain words"), "plain words"),
            (EndReason::with_words(EndCode::Other, "(full)"), "(other) (full)"),
            (EndCode::SessionFull.into(), "(full-session)"),
            (EndReason::with_words(EndCode::Kicked, "too loud"), "(kicked) too loud"),
            (EndReason { until: Some(9), ..EndCode::Banned.into() }, "(banned until=9)"),
            (
                full_of_fields(),
                "(closing-draining retry=5 until=2000000000 max=7 to=quic://voice.example:7777/main) back (soon)",
            ),
        ];
        for (reason, expected) in cases {
            assert_eq!(reason.encode(), expected);
            assert_eq!(EndReason::decode(expected.as_bytes()), reason, "{expected}");
        }
    }

    #[test]
    fn sentences_are_words_however_they_look() {
        for line in
            ["the session is full: try again later", "(weather) is bad", "()", "(", "( full)", "(Full)"]
        {
            assert_eq!(EndReason::decode(line.as_bytes()), EndReason::with_words(EndCode::Other, line));
        }
    }

    #[test]
    fn what_is_cut_off_or_not_known_is_passed_over() {
        let whole = full_of_fields().encode();
        for length in "(closing-draining".len()..whole.len() {
            let reason = EndReason::decode(&whole.as_bytes()[..length]);
            assert_eq!(reason.code, EndCode::Draining, "{length}");
            assert!(reason.retry_in.is_none_or(|wait| wait.as_secs() == 5), "{length}");
            assert!(reason.until.is_none_or(|until| until == 2_000_000_000), "{length}");
        }
        let odd = b"(full-busy later=1 retry=-5 until=99999999999999 max= to=quic://a(b) x";
        let expected = EndReason { words: " x".trim().into(), ..EndCode::ServerBusy.into() };
        assert_eq!(EndReason::decode(odd), expected);
    }

    #[test]
    fn long_words_and_addresses_do_not_make_it_longer() {
        let long = "é".repeat(END_REASON_BYTES_MAX);
        let reason = EndReason::with_words(EndCode::Kicked, &long);
        assert_eq!(reason.encode().len(), END_REASON_BYTES_MAX - 1);
        let far = "x".repeat(REDIRECT_BYTES_MAX + 1);
        let reason = EndReason { redirect: Some(far.into()), ..EndCode::Draining.into() };
        assert_eq!(reason.encode(), "(closing-draining)");
        for byte in [b'x', 0xff] {
            let words = EndReason::decode(&[byte; 10 * END_REASON_BYTES_MAX]).words;
            assert!((END_REASON_BYTES_MAX - 2..=END_REASON_BYTES_MAX).contains(&words.len()), "{words}");
        }
    }

    #[test]
    fn a_wait_is_rounded_up_to_seconds() {
        let wait = |millis| EndReason {
            retry_in: Some(Duration::from_millis(millis)),
            ..EndCode::PasswordAttempts.into()
        };
        for (millis, expected) in [(0, 0), (1, 1), (1000, 1), (1001, 2), (u64::MAX, u32::MAX)] {
            let arrived = EndReason::decode(wait(millis).encode().as_bytes());
            assert_eq!(arrived.retry_in, Some(Duration::from_secs(expected.into())), "{millis}");
        }
    }

    #[test]
    fn words_cannot_steer_a_terminal() {
        let reason = EndReason::decode(b"(kicked) bad \x1b[2J news\xff");
        assert_eq!(&*reason.words, "bad  [2J news\u{fffd}");
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_a_reason_which_is_stable(bytes in proptest::collection::vec(0_u8.., 0..300)) {
            let reason = EndReason::decode(&bytes);
            let again = EndReason::decode(reason.encode().as_bytes());
            proptest::prop_assert_eq!(again.code, reason.code);
            proptest::prop_assert!(reason.encode().len() <= END_REASON_BYTES_MAX);
        }
    }
}
