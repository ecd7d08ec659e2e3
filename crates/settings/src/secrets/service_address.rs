//! The address of a service, of which only the harmless part is shown.

use std::boxed::Box;
use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;
use std::string::ToString as _;

/// The address of a service: a scheme, a host, perhaps a port, and what follows.
///
/// Paths and queries of webhooks are often secret, so that printing it, also for debugging, shows the scheme and the
/// host with its port only. A user name or a password inside is refused: it would be part of each copy of the address,
/// in lists of processes, in errors of libraries and in what they log.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServiceAddress {
    text: Box<str>,
    /// The end of the scheme, and of the host with its port, in bytes.
    scheme_end: usize,
    authority_end: usize,
}

/// Why a text is no address of a service. It never shows the text, which may be secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ServiceAddressError {
    /// It does not look like one.
    #[error("invalid address, expected one like https://example.org/path or tls://example.org:4222")]
    Malformed,
    /// It holds a user name, a password or a token before its host.
    #[error(
        "an address must not contain a user name or password (`user:password@`), as addresses are logged"
    )]
    Credentials,
}

impl ServiceAddressError {
    /// A word for what is wrong, for logs and bindings: unlike the text, it does not change.
    pub fn code(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Credentials => "credentials",
        }
    }
}

/// Between a scheme and a host.
const SEPARATOR: &str = "://";
/// A longer text is no address of a service.
const BYTES_MAX: usize = 4096;

impl ServiceAddress {
    /// All of it, for the one who connects.
    pub fn reveal(&self) -> &str {
        &self.text
    }

    /// What is before `://`, as given.
    pub fn scheme(&self) -> &str {
        &self.text[..self.scheme_end]
    }

    /// The host, with the port if there is one, as given: `example.org:4222`, `[::1]:80`.
    pub fn authority(&self) -> &str {
        &self.text[self.scheme_end + SEPARATOR.len()..self.authority_end]
    }

    /// The host, without the brackets of an IPv6 address.
    pub fn host(&self) -> &str {
        split_authority(self.authority()).map_or("", |(host, _)| host)
    }

    /// Whether it names this machine.
    pub fn is_loopback(&self) -> bool {
        let host = self.host();
        host.eq_ignore_ascii_case("localhost")
            || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }
}

impl FromStr for ServiceAddress {
    type Err = ServiceAddressError;

    fn from_str(text: &str) -> Result<Self, ServiceAddressError> {
        let malformed = ServiceAddressError::Malformed;
        // Parsers disagree about what these mean.
        let is_unclear = |byte: u8| byte.is_ascii_control() || matches!(byte, b' ' | b'\\');
        if text.len() > BYTES_MAX || text.bytes().any(is_unclear) {
            return Err(malformed);
        }
        let (scheme, rest) = text.split_once(SEPARATOR).ok_or(malformed)?;
        let is_of_scheme = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
        if !scheme.starts_with(|letter: char| letter.is_ascii_alphabetic())
            || !scheme.bytes().all(is_of_scheme)
        {
            return Err(malformed);
        }
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        if authority.contains('@') {
            return Err(ServiceAddressError::Credentials);
        }
        split_authority(authority).ok_or(malformed)?;
        let scheme_end = scheme.len();
        let authority_end = scheme_end + SEPARATOR.len() + authority.len();
        Ok(Self { text: text.into(), scheme_end, authority_end })
    }
}

impl fmt::Display for ServiceAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text[..self.authority_end])?;
        match &self.text[self.authority_end..] {
            "" => Ok(()),
            "/" => f.write_str("/"),
            _ => f.write_str("/…"),
        }
    }
}

impl fmt::Debug for ServiceAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.to_string())
    }
}

/// The host without brackets, and the port.
fn split_authority(authority: &str) -> Option<(&str, Option<u16>)> {
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let (host, port) = rest.split_once(']')?;
            host.parse::<Ipv6Addr>().ok()?;
            (host, if port.is_empty() { None } else { Some(port.strip_prefix(':')?) })
        }
        None => match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        },
    };
    if host.is_empty() {
        return None;
    }
    let port = port.map(|port| {
        let is_number = port.bytes().all(|byte| byte.is_ascii_digit());
        port.parse().ok().filter(|_| is_number)
    });
    match port {
        None => Some((host, None)),
        Some(port) => Some((host, Some(port?))),
    }
}

#[cfg(test)]
mod tests {
    use std::format;

    use super::*;

    fn read(text: &str) -> Result<ServiceAddress, ServiceAddressError> {
        text.parse()
    }

    #[test]
    fn an_address_has_a_scheme_and_a_host() {
        for (text, scheme, authority, host) in [
            ("https://example.org/join", "https", "example.org", "example.org"),
            ("nats://127.0.0.1:4222", "nats", "127.0.0.1:4222", "127.0.0.1"),
            ("http://[::1]:80?key=a@b", "http", "[::1]:80", "::1"),
            ("tls://[2001:db8::1]", "tls", "[2001:db8::1]", "2001:db8::1"),
        ] {
            let address = read(text).unwrap();
            assert_eq!(
                (address.scheme(), address.authority(), address.host(), address.reveal()),
                (scheme, authority, host, text)
            );
        }
    }

    #[test]
    fn an_address_with_a_user_a_password_or_a_token_is_refused() {
        for text in [
            "tls://voice:sesame@nats.example.org:4222",
            "nats://sesame@127.0.0.1",
            "https://:sesame@example.org/",
            "https://sesame:@example.org?x",
            "https://a@b@example.org",
        ] {
            assert_eq!(read(text), Err(ServiceAddressError::Credentials), "{text}");
        }
    }

    #[test]
    fn what_parsers_disagree_about_is_refused() {
        for text in [
            "",
            "example.org",
            "voice:sesame@example.org",
            "://example.org",
            "1a://example.org",
            "https://",
            "https:///join",
            "https://:80",
            "https://example.org:x",
            "https://example.org:+1",
            "https://example.org:65536",
            "https://a:b:1",
            "https://::1",
            "https://[::1",
            "https://[::1]x",
            "https://[sesame]",
            "https://example.org\\@evil.example",
            "https://example.org/a b",
            "https://example.org/\r\nx: y",
        ] {
            assert_eq!(read(text), Err(ServiceAddressError::Malformed), "{text:?}");
        }
        let long = format!("https://example.org/{}", "x".repeat(BYTES_MAX));
        assert_eq!(read(&long), Err(ServiceAddressError::Malformed));
    }

    #[test]
    fn nothing_of_an_address_shows_but_scheme_host_and_port() {
        for (text, shown) in [
            ("https://example.org/voice?key=sesame", "https://example.org/…"),
            ("https://example.org:8443?key=sesame", "https://example.org:8443/…"),
            ("https://example.org#sesame", "https://example.org/…"),
            ("http://[::1]:80/", "http://[::1]:80/"),
            ("tls://nats.example.org", "tls://nats.example.org"),
        ] {
            let address = read(text).unwrap();
            assert_eq!(address.to_string(), shown);
            assert_eq!(format!("{:?}", Some(&address)), format!("Some({shown:?})"));
        }
        for refused in ["https://a:sesame@example.org", "sesame"] {
            let error = read(refused).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("sesame"), "{error}");
        }
    }

    #[test]
    fn this_machine_is_known_by_its_addresses_and_its_name() {
        for (text, expected) in [
            ("nats://127.1.2.3:4222", true),
            ("http://LOCALHOST/", true),
            ("http://[::1]:1", true),
            ("http://localhost.example.org", false),
            ("http://192.0.2.1", false),
            ("http://[2001:db8::1]", false),
        ] {
            assert_eq!(read(text).unwrap().is_loopback(), expected, "{text}");
        }
    }
}
