//! The address of the other end of a server's link.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

/// The origin of a client, as far as its network knows: the key for bans and for limits on password guesses.
///
/// ```
/// use consonance_link::Remote;
///
/// assert_eq!(Remote::from("[::ffff:192.0.2.1]:7").ip(), Some("192.0.2.1".parse().unwrap()));
/// assert_eq!(Remote::from("account 7"), Remote::Named("account 7".into()));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Remote {
    /// An address with a port.
    Socket(SocketAddr),
    /// An address with an unknown port, for example behind a proxy.
    Address(IpAddr),
    /// A name from a network other than IP: text for logs. Limits on guesses count by this text, so a client must not
    /// be able to choose a new one for each attempt.
    Named(Box<str>),
}

/// The longest name that is kept, in characters; longer ones are cut.
const NAME_CHARS_MAX: usize = 128;

impl Remote {
    /// Its IP address, if it has one. An IPv4 address mapped into IPv6 is returned as IPv4.
    pub fn ip(&self) -> Option<IpAddr> {
        match self {
            Self::Socket(address) => Some(address.ip().to_canonical()),
            Self::Address(address) => Some(address.to_canonical()),
            Self::Named(_) => None,
        }
    }

    /// Its address with a port, if both are known.
    pub fn socket(&self) -> Option<SocketAddr> {
        match self {
            Self::Socket(address) => Some(*address),
            Self::Address(_) | Self::Named(_) => None,
        }
    }
}

/// On a socket for both families IPv4 clients have mapped addresses: these are converted to IPv4.
impl From<SocketAddr> for Remote {
    fn from(address: SocketAddr) -> Self {
        Self::Socket(SocketAddr::new(address.ip().to_canonical(), address.port()))
    }
}

impl From<IpAddr> for Remote {
    fn from(address: IpAddr) -> Self {
        Self::Address(address.to_canonical())
    }
}

/// An address, with a port (`192.0.2.1:7`, `[2001:db8::1]:7`) or without; anything else is a name.
impl From<&str> for Remote {
    fn from(text: &str) -> Self {
        let with_port = text.parse().map(|address: SocketAddr| Self::from(address));
        let address = with_port.or_else(|_| text.parse().map(|address: IpAddr| Self::from(address)));
        address.unwrap_or_else(|_| Self::Named(text.chars().take(NAME_CHARS_MAX).collect()))
    }
}

impl fmt::Display for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Socket(address) => address.fmt(f),
            Self::Address(address) => address.fmt(f),
            Self::Named(name) => name.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_peer_is_counts_with_a_port_and_without() {
        for (text, expected) in [
            ("192.0.2.1:7", Some("192.0.2.1")),
            ("192.0.2.1", Some("192.0.2.1")),
            ("[::ffff:192.0.2.1]:7", Some("192.0.2.1")),
            ("::ffff:192.0.2.1", Some("192.0.2.1")),
            ("[2001:db8::1]:7", Some("2001:db8::1")),
            ("2001:db8::1", Some("2001:db8::1")),
            ("account 7", None),
            ("", None),
        ] {
            let remote = Remote::from(text);
            assert_eq!(remote.ip(), expected.map(|address| address.parse().unwrap()), "{text}");
            assert_eq!(Remote::from(&*remote.to_string()), remote, "{text}");
        }
    }

    #[test]
    fn a_name_is_kept_up_to_its_longest() {
        let remote = Remote::from(&*"ä".repeat(NAME_CHARS_MAX + 1));
        assert_eq!(remote, Remote::Named("ä".repeat(NAME_CHARS_MAX).into()));
    }
}
