//! The first packet in each direction on the control stream.
//!
//! The front page of this crate has their bytes. The server's means that the client was taken in.

use crate::session_name_problem;

/// The version of both hellos.
const VERSION: u8 = 1;

/// The longest hello in bytes: a session name of 64 characters of 4 bytes, and as much again for later versions.
pub(crate) const HELLO_BYTES_MAX: usize = 1024;

/// A client's hello.
pub(crate) fn client_hello(session: &str) -> Vec<u8> {
    let mut hello = vec![VERSION];
    hello.extend_from_slice(&(session.len() as u16).to_be_bytes());
    hello.extend_from_slice(session.as_bytes());
    hello
}

/// A server's hello.
pub(crate) const SERVER_HELLO: &[u8] = &[VERSION];

/// The session that a client's hello names, or what is wrong with it.
pub(crate) fn read_client_hello(hello: &[u8]) -> Result<&str, &'static str> {
    let (&version, rest) = hello.split_first().ok_or("the hello is empty")?;
    if version != VERSION {
        return Err("the hello has another version; update the older side");
    }
    let (length, rest) = rest.split_first_chunk().ok_or("the hello is cut short")?;
    let name = rest.get(..usize::from(u16::from_be_bytes(*length))).ok_or("the hello is cut short")?;
    let name = str::from_utf8(name).map_err(|_| "the session name is not UTF-8")?;
    session_name_problem(name).map_or(Ok(name), Err)
}

/// Checks a server's hello.
pub(crate) fn read_server_hello(hello: &[u8]) -> Result<(), &'static str> {
    match hello.first() {
        Some(&VERSION) => Ok(()),
        Some(_) => Err("the hello has another version; update the older side"),
        None => Err("the hello is empty"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_hello_names_the_session() {
        assert_eq!(read_client_hello(&client_hello("café")), Ok("café"));
        assert_eq!(read_server_hello(SERVER_HELLO), Ok(()));
    }

    #[test]
    fn what_later_versions_add_is_ignored() {
        let mut hello = client_hello("main");
        hello.extend_from_slice(b"a token");
        assert_eq!(read_client_hello(&hello), Ok("main"));
    }

    #[test]
    fn a_hello_cut_anywhere_is_refused() {
        let hello = client_hello("main");
        for length in 0..hello.len() {
            assert!(read_client_hello(&hello[..length]).is_err(), "{length} bytes");
        }
    }

    #[test]
    fn another_version_or_a_bad_name_is_refused() {
        let mut hello = client_hello("main");
        hello[0] = 2;
        assert!(read_client_hello(&hello).unwrap_err().contains("version"));
        assert!(read_client_hello(&client_hello("")).is_err());
        assert!(read_client_hello(&client_hello("new\nline")).is_err());
        assert!(read_client_hello(&client_hello(&"x".repeat(65))).is_err());
        assert!(read_client_hello(&[1, 0, 1, 0xff]).unwrap_err().contains("UTF-8"));
    }

    proptest! {
        #[test]
        fn no_bytes_are_too_strange_to_be_judged(hello: Vec<u8>) {
            if let Ok(session) = read_client_hello(&hello) {
                prop_assert!(hello.starts_with(&client_hello(session)));
            }
        }
    }
}
