//! Names of sessions, and how they are written in an address (percent-encoding, RFC 3986 section 2.1).

use std::fmt::{self, Write as _};

/// The longest session name, in characters.
const SESSION_NAME_CHARACTERS_MAX: usize = 64;

/// Why a name cannot be a session's; `None` if it can.
///
/// A session name has 1 to 64 characters and no control characters.
pub fn session_name_problem(name: &str) -> Option<&'static str> {
    if name.is_empty() {
        Some("the session name is missing")
    } else if name.chars().count() > SESSION_NAME_CHARACTERS_MAX {
        Some("the session name is longer than 64 characters")
    } else if name.chars().any(char::is_control) {
        Some("the session name has a control character")
    } else {
        None
    }
}

/// Writes a name as part of an address.
pub(super) fn encode_session_name(name: &str, out: &mut fmt::Formatter<'_>) -> fmt::Result {
    name.bytes().try_for_each(|byte| {
        if is_plain(byte) { out.write_char(char::from(byte)) } else { write!(out, "%{byte:02X}") }
    })
}

/// Reads a name as part of an address.
pub(super) fn decode_session_name(encoded: &str) -> Result<String, String> {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if is_plain(byte) {
            bytes.push(byte);
        } else if byte == b'%' {
            let (digits, after) =
                rest.split_at_checked(2).ok_or("the session name ends within a percent-encoded character")?;
            bytes.push(
                decode_digits(digits).ok_or("the session name has a % without two hex digits after it")?,
            );
            rest = after;
        } else {
            return Err(
                "the session name has a character other than A–Z a–z 0–9 . _ - and must percent-encode it"
                    .to_owned(),
            );
        }
    }
    String::from_utf8(bytes).map_err(|_| "the session name is not UTF-8".to_owned())
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-')
}

fn decode_digits(digits: &[u8]) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    Some((digit(digits[0])? << 4 | digit(digits[1])?) as u8)
}
