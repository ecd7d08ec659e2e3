//! The address of a session: `ws://HOST:PORT/SESSION`, or `wss://` with TLS.

use std::fmt;
use std::io;
use std::net::{Ipv6Addr, SocketAddr, ToSocketAddrs as _};
use std::str::FromStr;

use crate::name_of_host;

use super::session_path::{path_of, session_of};

/// The address of a session on a `WebSocket` server.
///
/// ```
/// # use consonance_link::voice_websocket::WebSocketAddress;
/// let address: WebSocketAddress = "ws://voice.example.org:7780/main".parse()?;
/// assert_eq!((address.host(), address.session()), ("voice.example.org:7780", "main"));
/// assert_eq!(address.to_string(), "ws://voice.example.org:7780/main");
/// # Ok::<(), consonance_link::voice_websocket::AddressError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct WebSocketAddress {
    /// With the port, if there is one.
    host: String,
    session: String,
    has_tls: bool,
}

/// The error of an invalid address. Its text ends with a valid example.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem}; an address looks like ws://127.0.0.1:7780/main or ws://[::1]:7780/main")]
pub struct AddressError {
    problem: &'static str,
}

impl WebSocketAddress {
    /// The host and, if there is one, the port, as in the address.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The host alone, without a port or brackets: what a certificate has to be for.
    pub fn host_name(&self) -> &str {
        name_of_host(&self.host)
    }

    /// Whether it begins with `wss`: the connection has TLS.
    pub fn has_tls(&self) -> bool {
        self.has_tls
    }

    /// The name of the session, decoded; empty for the only one that there is.
    pub fn session(&self) -> &str {
        &self.session
    }

    /// Resolves the address through the system, which may take seconds.
    ///
    /// # Errors
    ///
    /// The host's name has no address, in the system's words.
    pub fn resolve(&self) -> io::Result<SocketAddr> {
        let first = self.resolve_all()?.into_iter().next();
        first.ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "the name has no address"))
    }

    /// All addresses of the host in the system's order of preference (RFC 6724), 8 at most. It may take seconds.
    ///
    /// # Errors
    ///
    /// As those of [`resolve`](Self::resolve).
    pub fn resolve_all(&self) -> io::Result<Vec<SocketAddr>> {
        let port = port_of(&self.host).unwrap_or(if self.has_tls { TLS_PORT } else { PORT });
        Ok((self.host_name(), port).to_socket_addrs()?.take(ADDRESSES_MAX).collect())
    }
}

/// The port of an address without one (RFC 6455, section 3).
const PORT: u16 = 80;

/// The same with TLS.
const TLS_PORT: u16 = 443;

/// The most addresses of one host that are tried.
const ADDRESSES_MAX: usize = 8;

/// The longest address that is parsed, in bytes.
const ADDRESS_BYTES_MAX: usize = 2048;

impl fmt::Display for WebSocketAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.has_tls { "wss" } else { "ws" };
        write!(f, "{scheme}://{}{}", self.host, path_of(&self.session))
    }
}

impl FromStr for WebSocketAddress {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let problem = |problem| AddressError { problem };
        if text.len() > ADDRESS_BYTES_MAX {
            return Err(problem("the address is longer than 2048 bytes"));
        }
        let (scheme, rest) =
            text.split_once("://").ok_or(problem("the address does not start with ws:// or wss://"))?;
        let has_tls = scheme.eq_ignore_ascii_case("wss");
        if !has_tls && !scheme.eq_ignore_ascii_case("ws") {
            return Err(problem("the address does not start with ws:// or wss://"));
        }
        let at = rest.find('/').unwrap_or(rest.len());
        let (host, path) = rest.split_at(at);
        let path = if path.is_empty() { "/" } else { path };
        if !is_host(host) {
            return Err(problem("the host or the port is missing or not one"));
        }
        let session = session_of(path).ok_or(problem("invalid session name in the path"))?;
        Ok(Self { host: host.to_owned(), session, has_tls })
    }
}

/// Whether it is a name, an IPv4 address or an IPv6 address in brackets, with or without a port.
fn is_host(host: &str) -> bool {
    let name = match (port_of(host), host.rsplit_once(':')) {
        (Some(_), Some((name, _))) => name,
        _ => host,
    };
    if let Some(address) = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')) {
        return address.parse::<Ipv6Addr>().is_ok();
    }
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte))
}

fn port_of(host: &str) -> Option<u16> {
    let (_, port) = host.rsplit_once(':')?;
    port.parse().ok().filter(|port| *port > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_host_a_port_and_a_session() {
        for (text, host, session, at) in [
            ("ws://127.0.0.1:7780/main", "127.0.0.1:7780", "main", "127.0.0.1:7780"),
            ("ws://[::1]:7780/a%20b", "[::1]:7780", "a b", "[::1]:7780"),
            ("WS://127.0.0.1", "127.0.0.1", "", "127.0.0.1:80"),
            ("ws://[::1]/", "[::1]", "", "[::1]:80"),
            ("wss://[::1]/main", "[::1]", "main", "[::1]:443"),
            ("WSS://127.0.0.1:7780/main", "127.0.0.1:7780", "main", "127.0.0.1:7780"),
        ] {
            let address: WebSocketAddress = text.parse().unwrap();
            assert_eq!((address.host(), address.session()), (host, session));
            assert_eq!(address.resolve().unwrap(), at.parse().unwrap());
            assert_eq!(address.has_tls(), text.to_ascii_lowercase().starts_with("wss"));
            assert_eq!(address.host_name(), address.resolve().unwrap().ip().to_string());
            assert_eq!(address.to_string().parse(), Ok(address));
        }
    }

    #[test]
    fn what_is_no_address_is_told_and_how_one_looks() {
        for text in [
            "",
            "quic://here:1/main",
            "ws://",
            "ws:///main",
            "ws://here:0/main",
            "ws://here:port/main",
            "ws://he re/main",
            "ws://here\r\nEvil: yes/main",
            "ws://[::1/main",
            "ws://::1:80/main",
            "ws://here/a/b",
            "ws://here/%0d%0aEvil",
            &format!("ws://here/{}", "x".repeat(2048)),
        ] {
            let error = text.parse::<WebSocketAddress>().unwrap_err();
            assert!(error.to_string().ends_with("ws://[::1]:7780/main"), "{text:?}: {error}");
        }
    }
}
