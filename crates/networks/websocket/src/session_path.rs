//! Names of sessions as paths of URLs (percent-encoding, RFC 3986, section 2.1).

use std::fmt::Write as _;

/// The longest session name, in characters.
const SESSION_CHARACTERS_MAX: usize = 64;

/// The path that names a session; `/` if the name is empty.
pub(crate) fn path_of(session: &str) -> String {
    let mut path = "/".to_owned();
    for byte in session.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            path.push(char::from(byte));
        } else {
            let _ = write!(path, "%{byte:02X}");
        }
    }
    path
}

/// The session that a path names, empty if it names none; `None` if it is not such a path. What comes behind a `?` says
/// nothing of the session.
pub(crate) fn session_of(path: &str) -> Option<String> {
    let path = path.split_once('?').map_or(path, |(path, _)| path);
    let encoded = path.strip_prefix('/')?;
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'%' => {
                let (digits, after) = rest.split_at_checked(2)?;
                let digit = |byte: u8| char::from(byte).to_digit(16);
                bytes.push((digit(digits[0])? << 4 | digit(digits[1])?) as u8);
                rest = after;
            }
            b'/' => return None,
            byte => bytes.push(byte),
        }
    }
    let session = String::from_utf8(bytes).ok()?;
    let fits = session.chars().count() <= SESSION_CHARACTERS_MAX && !session.chars().any(char::is_control);
    fits.then_some(session)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_name_can_be_a_path_and_is_read_from_it() {
        let longest = "é".repeat(SESSION_CHARACTERS_MAX);
        for (session, path) in [
            ("", "/"),
            ("main", "/main"),
            ("a/b ü?", "/a%2Fb%20%C3%BC%3F"),
            (&longest, &format!("/{}", "%C3%A9".repeat(SESSION_CHARACTERS_MAX))),
        ] {
            assert_eq!(path_of(session), path);
            assert_eq!(session_of(path).as_deref(), Some(session));
        }
        assert_eq!(session_of("/main?token=7").as_deref(), Some("main"));
    }

    #[test]
    fn what_names_no_session_is_refused() {
        let too_long = format!("/{}", "x".repeat(SESSION_CHARACTERS_MAX + 1));
        for path in
            ["", "main", "*", "/a/b", "/main/", "/%", "/%4", "/%zz", "/%FF", "/a%00b", "/%1b", &too_long]
        {
            assert_eq!(session_of(path), None, "{path:?}");
        }
    }
}
