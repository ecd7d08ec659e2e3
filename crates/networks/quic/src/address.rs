//! The address of a session: `quic://HOST:PORT/SESSION#sha256=HEX&wss=PORT`.

use std::fmt;
use std::net::Ipv6Addr;
use std::str::FromStr;

use consonance_link::{authority, session_name};

use crate::Fingerprint;

/// The longest accepted address, in bytes: every part at its longest fits.
const ADDRESS_BYTES_MAX: usize = 2048;

/// The longest host name (RFC 1035, section 2.3.4), in bytes.
const HOST_BYTES_MAX: usize = 253;

/// The address of a session on a QUIC server.
///
/// ```
/// # use consonance_quic::QuicAddress;
/// let address: QuicAddress = "quic://voice.example.org:7777/main".parse()?;
/// assert_eq!((address.host(), address.port(), address.session()), ("voice.example.org", 7777, "main"));
/// assert_eq!(address.to_string(), "quic://voice.example.org:7777/main");
/// # Ok::<(), consonance_quic::AddressError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct QuicAddress {
    host: String,
    port: u16,
    session: String,
    fingerprint: Option<Fingerprint>,
    web_socket_port: Option<u16>,
}

/// The problem with an address. The text ends with a valid example.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{problem}; an address looks like quic://127.0.0.1:7777/main or quic://[::1]:7777/main#sha256=64 hex digits"
)]
pub struct AddressError {
    problem: String,
}

impl QuicAddress {
    /// Builds an address from its parts.
    ///
    /// `host` is a name, an IPv4 address, or an IPv6 address without brackets.
    ///
    /// # Errors
    /// If the host, the port or the session name cannot be part of an address.
    pub fn new(
        host: impl Into<String>,
        port: u16,
        session: impl Into<String>,
        fingerprint: Option<Fingerprint>,
    ) -> Result<Self, AddressError> {
        let (host, session) = (host.into(), session.into());
        check_host(&host)?;
        if port == 0 {
            return Err(problem("the port is 0"));
        }
        if let Some(reason) = session_name::problem(&session) {
            return Err(problem(reason));
        }
        Ok(Self { host, port, session, fingerprint, web_socket_port: None })
    }

    /// The same address with the TCP port of the server's `WebSocket` listener with TLS, for clients whose UDP is
    /// blocked. `None` and 0: there is none.
    #[must_use]
    pub fn with_web_socket_port(self, port: Option<u16>) -> Self {
        Self { web_socket_port: port.filter(|port| *port > 0), ..self }
    }

    /// The host: a name or an IP address, without brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The UDP port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The name of the session, decoded.
    pub fn session(&self) -> &str {
        &self.session
    }

    /// The fingerprint of the certificate that the server must present. `None`: any certificate that is valid for the
    /// host by the usual authorities.
    pub fn fingerprint(&self) -> Option<Fingerprint> {
        self.fingerprint
    }

    /// The TCP port on the same host on which the server serves the same session over a `WebSocket` with TLS and the
    /// same certificate, if the address has one.
    pub fn web_socket_port(&self) -> Option<u16> {
        self.web_socket_port
    }

    /// The address of the same session on a `WebSocket` listener of the same host: `wss://HOST:PORT/SESSION`.
    pub fn web_socket_url(&self, port: u16) -> String {
        let Self { host, session, .. } = self;
        format!("wss://{}/{}", authority(host, port), session_name::encode(session))
    }
}

impl fmt::Display for QuicAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port, session, fingerprint, web_socket_port } = self;
        write!(f, "quic://{}/{}", authority(host, *port), session_name::encode(session))?;
        let mut separator = '#';
        if let Some(fingerprint) = fingerprint {
            write!(f, "{separator}sha256={fingerprint}")?;
            separator = '&';
        }
        match web_socket_port {
            Some(port) => write!(f, "{separator}wss={port}"),
            None => Ok(()),
        }
    }
}

impl FromStr for QuicAddress {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        if text.len() > ADDRESS_BYTES_MAX {
            return Err(problem(format!("the address is longer than {ADDRESS_BYTES_MAX} bytes")));
        }
        let rest = strip_scheme(text)?;
        let (rest, fragment) = match rest.split_once('#') {
            Some((rest, fragment)) => (rest, Some(fragment)),
            None => (rest, None),
        };
        let (authority, session) =
            rest.split_once('/').ok_or_else(|| problem("the session is missing after the port"))?;
        let (host, port) = split_authority(authority)?;
        let port =
            port.parse().map_err(|_| problem(format!("the port “{port}” is not a number up to 65535")))?;
        let session = session_name::decode(session).map_err(problem)?;
        let fragment = fragment.map(Fragment::parse).transpose()?.unwrap_or_default();
        let address = Self::new(host, port, session, fragment.fingerprint)?;
        Ok(address.with_web_socket_port(fragment.web_socket_port))
    }
}

fn strip_scheme(text: &str) -> Result<&str, AddressError> {
    match text.split_once("://") {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("quic") => Ok(rest),
        Some((scheme, _)) => Err(problem(format!("the scheme “{scheme}” is not quic"))),
        None => Err(problem("the address does not start with quic://")),
    }
}

/// Host, without brackets, and port.
fn split_authority(authority: &str) -> Result<(&str, &str), AddressError> {
    if let Some(bracketed) = authority.strip_prefix('[') {
        let (host, port) = bracketed
            .split_once(']')
            .ok_or_else(|| problem("the IPv6 address in brackets has no closing bracket"))?;
        if host.parse::<Ipv6Addr>().is_err() {
            return Err(problem(format!("“{host}” in brackets is not an IPv6 address")));
        }
        let port = port.strip_prefix(':').ok_or_else(|| problem("the port is missing after the host"))?;
        return Ok((host, port));
    }
    let (host, port) =
        authority.rsplit_once(':').ok_or_else(|| problem("the port is missing after the host"))?;
    if host.contains(':') {
        return Err(problem("an IPv6 address needs brackets around it"));
    }
    Ok((host, port))
}

fn check_host(host: &str) -> Result<(), AddressError> {
    if host.contains(':') && host.parse::<Ipv6Addr>().is_ok() {
        return Ok(());
    }
    if host.is_empty() {
        return Err(problem("the host is missing"));
    }
    if host.len() > HOST_BYTES_MAX {
        return Err(problem(format!("the host is longer than {HOST_BYTES_MAX} bytes")));
    }
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    match host.chars().find(|&c| !is_allowed(c)) {
        Some(character) => {
            Err(problem(format!("the host has the character “{}”", character.escape_default())))
        }
        None => Ok(()),
    }
}

/// The part after the `#`.
#[derive(Default)]
struct Fragment {
    fingerprint: Option<Fingerprint>,
    web_socket_port: Option<u16>,
}

impl Fragment {
    /// Parses it: each key at most once, in any order.
    fn parse(text: &str) -> Result<Self, AddressError> {
        let mut parsed = Self::default();
        for item in text.split('&') {
            let (key, value) = item.split_once('=').ok_or_else(|| problem(NO_FRAGMENT))?;
            let is_repeated = match key {
                "sha256" => parsed.fingerprint.replace(parse_fingerprint(value)?).is_some(),
                "wss" => parsed.web_socket_port.replace(parse_web_socket_port(value)?).is_some(),
                _ => return Err(problem(NO_FRAGMENT)),
            };
            if is_repeated {
                return Err(problem(format!("{key}= follows # twice")));
            }
        }
        Ok(parsed)
    }
}

const NO_FRAGMENT: &str = "expected sha256= and a fingerprint after #, or wss= and a port";

fn parse_fingerprint(text: &str) -> Result<Fingerprint, AddressError> {
    text.parse().map_err(|error| problem(format!("the fingerprint after #sha256= is wrong: {error}")))
}

fn parse_web_socket_port(text: &str) -> Result<u16, AddressError> {
    let port = text.parse().ok().filter(|port| *port > 0);
    port.ok_or_else(|| problem(format!("the port “{text}” after wss= is not a number from 1 to 65535")))
}

fn problem(problem: impl Into<String>) -> AddressError {
    AddressError { problem: problem.into() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HEX: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    fn parse(text: &str) -> Result<QuicAddress, AddressError> {
        text.parse()
    }

    #[test]
    fn what_is_parsed_is_displayed_the_same() {
        for text in [
            "quic://127.0.0.1:7777/main".to_owned(),
            format!("quic://[::1]:1/a.b_c-D#sha256={HEX}"),
            "quic://voice.example.org:65535/caf%C3%A9%20%2F%23".to_owned(),
            format!("quic://[::1]:1/main#sha256={HEX}&wss=7780"),
            "quic://voice.example.org:7777/main#wss=443".to_owned(),
        ] {
            assert_eq!(parse(&text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn the_parts_come_out_decoded() {
        let address = parse(&format!("QUIC://[2001:db8::2]:7777/caf%c3%a9#sha256={HEX}")).unwrap();
        assert_eq!(address.host(), "2001:db8::2");
        assert_eq!(address.port(), 7777);
        assert_eq!(address.session(), "café");
        assert_eq!(address.fingerprint().unwrap().to_string(), HEX);
    }

    #[test]
    fn says_where_the_web_socket_of_the_same_session_is() {
        for (text, url) in [
            (format!("quic://[::1]:7777/a%20b#sha256={HEX}&wss=7780"), "wss://[::1]:7780/a%20b"),
            (format!("quic://voice.example:7777/main#wss=443&sha256={HEX}"), "wss://voice.example:443/main"),
        ] {
            let address = parse(&text).unwrap();
            assert_eq!(address.fingerprint().unwrap().to_string(), HEX);
            assert_eq!(address.web_socket_url(address.web_socket_port().unwrap()), url);
        }
        assert_eq!(parse(&format!("quic://[::1]:1/main#sha256={HEX}")).unwrap().web_socket_port(), None);
    }

    #[test]
    fn errors_name_the_part_that_is_wrong_and_show_a_right_address() {
        let long_host = format!("quic://{}:1/main", "a".repeat(254));
        let long_session = format!("quic://host:1/{}", "a".repeat(65));
        for (text, part) in [
            ("", "start with quic://"),
            ("host:7777/main", "start with quic://"),
            ("http://host:7777/main", "the scheme “http”"),
            ("quic://host:7777", "the session is missing"),
            ("quic://host:7777/", "session"),
            ("quic://host/main", "the port is missing"),
            ("quic://host:/main", "the port “”"),
            ("quic://host:70000/main", "the port “70000”"),
            ("quic://host:0/main", "the port is 0"),
            ("quic://:7777/main", "the host is missing"),
            ("quic://a b:7777/main", "the host has the character “ ”"),
            ("quic://::1:7777/main", "brackets"),
            ("quic://[::1:7777/main", "closing bracket"),
            ("quic://[host]:7777/main", "“host” in brackets"),
            ("quic://[::1]/main", "the port is missing"),
            ("quic://host:1/a/b", "session"),
            ("quic://host:1/%zz", "session"),
            ("quic://host:1/%ff", "UTF-8"),
            ("quic://host:1/%0a", "session"),
            ("quic://host:1/main#abc", "after #"),
            ("quic://host:1/main#sha256=abc", "fingerprint"),
            ("quic://host:1/main#md5=00", "after #"),
            ("quic://host:1/main#wss=0", "after wss="),
            ("quic://host:1/main#wss=70000", "after wss="),
            ("quic://host:1/main#wss=1&wss=2", "twice"),
            (&long_host, "the host is longer"),
            (&long_session, "session"),
        ] {
            let error = parse(text).unwrap_err().to_string();
            assert!(error.contains(part), "{text}: {error}");
            assert!(error.contains("quic://127.0.0.1:7777/main"), "{error}");
        }
    }

    proptest! {
        #[test]
        fn every_address_is_parsed_as_it_was_displayed(
            host in "[a-z0-9.-]{1,40}|[0-9a-f]{1,4}::[0-9a-f]{1,4}",
            port in 1_u16..,
            session in "[^\\p{Cc}]{1,64}",
            certificate: Option<[u8; 4]>,
            web_socket_port: Option<u16>,
        ) {
            let fingerprint = certificate.map(|der| Fingerprint::of_certificate(&der));
            let address = QuicAddress::new(host, port, session, fingerprint).unwrap();
            let address = address.with_web_socket_port(web_socket_port);
            prop_assert_eq!(parse(&address.to_string()), Ok(address));
        }

        #[test]
        fn no_text_is_too_strange_to_be_judged(text in "(quic://)?\\PC{0,200}") {
            if let Ok(address) = parse(&text) {
                prop_assert_eq!(parse(&address.to_string()), Ok(address));
            }
        }
    }
}
