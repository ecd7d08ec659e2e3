//! Names of sessions, and their encoding in addresses (percent-encoding, RFC 3986, section 2.1): the same on every
//! network, so that any of them can name any session.

use std::fmt::Write as _;

/// The longest session name, in characters.
pub const SESSION_NAME_CHARACTERS_MAX: usize = 64;

/// Why a name is invalid for a session; `None` if it is valid.
///
/// A session name has 1 to 64 characters and no control characters.
pub fn problem(name: &str) -> Option<&'static str> {
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

/// Encodes a name, or any other text, for one part of an address or its query: all bytes except those of unreserved
/// characters (RFC 3986, section 2.3) are escaped.
pub fn encode(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if is_unreserved(byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// Decodes the output of [`encode`], and of other encoders that escape only the necessary characters (`pchar`, RFC
/// 3986, section 3.3). [`problem`] tells whether the result can be a session's name.
///
/// # Errors
/// A description of the error.
pub fn decode(encoded: &str) -> Result<String, &'static str> {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte == b'%' {
            let (digits, after) =
                rest.split_at_checked(2).ok_or("the session name ends within a percent-encoded character")?;
            bytes.push(byte_of(digits).ok_or("the session name has a % without two hex digits after it")?);
            rest = after;
        } else if is_unreserved(byte) || b"!$&'()*+,;=:@".contains(&byte) {
            bytes.push(byte);
        } else {
            return Err("the session name has a character that must be percent-encoded in an address");
        }
    }
    String::from_utf8(bytes).map_err(|_| "the session name is not UTF-8")
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

fn byte_of(digits: &[u8]) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    Some((digit(digits[0])? << 4 | digit(digits[1])?) as u8)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn whatever_is_written_is_read(name in any::<String>()) {
            let written = encode(&name);
            prop_assert!(written.bytes().all(|byte| byte == b'%' || is_unreserved(byte)));
            prop_assert_eq!(decode(&written), Ok(name));
        }

        #[test]
        fn whatever_is_read_is_a_text_or_refused(encoded in any::<String>()) {
            if let Ok(name) = decode(&encoded) {
                prop_assert_eq!(decode(&encode(&name)), Ok(name));
            }
        }
    }

    #[test]
    fn everything_but_unreserved_characters_is_spelt() {
        assert_eq!(encode("main-1.x_~"), "main-1.x_~");
        assert_eq!(encode("a/b ü?"), "a%2Fb%20%C3%BC%3F");
    }

    #[test]
    fn what_an_address_may_have_as_it_is_is_read_as_it_is() {
        assert_eq!(decode("red&blue=4:2@home"), Ok("red&blue=4:2@home".to_owned()));
    }

    #[test]
    fn what_is_no_part_of_an_address_is_refused() {
        for encoded in ["a/b", "a b", "a#b", "a?b", "ü", "%", "%4", "%zz", "%+1", "%FF", "a\0"] {
            assert!(decode(encoded).is_err(), "{encoded:?}");
        }
    }

    #[test]
    fn names_have_1_to_64_characters_and_none_that_controls() {
        assert_eq!(problem(&"ü".repeat(64)), None);
        assert_eq!(problem("main room"), None);
        for name in ["", "a\nb", "\u{85}", &"x".repeat(65)] {
            assert!(problem(name).is_some(), "{name:?}");
        }
    }
}
