//! Any text as part of an address.

use std::fmt::Write as _;

/// The text as it stands in one part of an address, or behind its `?` (RFC 3986, section 2.3): everything but unreserved
/// characters is spelt by its bytes.
pub fn percent_encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_name_can_stand_in_an_address() {
        assert_eq!(percent_encoded("main-1.x"), "main-1.x");
        assert_eq!(percent_encoded("a/b ü?"), "a%2Fb%20%C3%BC%3F");
    }
}
