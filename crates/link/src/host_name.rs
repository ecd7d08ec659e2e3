//! The name in a `Host` header, whether it can be a foreign site's, and the notation of a host with a port.

use std::net::IpAddr;

/// Whether a `Host` header (or the authority of an origin) names an address, localhost, or one of these names, ignoring
/// case.
///
/// After DNS rebinding a browser sends the name of the foreign site in `Host`. Addresses and localhost cannot be
/// rebound; other names must be known.
pub fn is_own_host(host: &str, names: &[String]) -> bool {
    let name = name_of_host(host);
    name.parse::<IpAddr>().is_ok()
        || name.eq_ignore_ascii_case("localhost")
        || names.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// The name or address in a `Host` header, without its port and without brackets.
pub fn name_of_host(host: &str) -> &str {
    let is_port = |port: &str| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    let name = match host.rsplit_once(':') {
        Some((name, port)) if is_port(port) && (name.starts_with('[') || !name.contains(':')) => name,
        _ => host,
    };
    name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name)
}

/// A host (a name or an IP address without brackets) and a port, as in URLs: with an IPv6 address in brackets.
pub fn authority(host: &str, port: u16) -> String {
    if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_what_is_left_without_port_and_brackets() {
        for (host, name) in [
            ("localhost", "localhost"),
            ("localhost:7780", "localhost"),
            ("[::1]:7780", "::1"),
            ("[::1]", "::1"),
            ("::1", "::1"),
            ("a:", "a:"),
            ("a:b", "a:b"),
            ("", ""),
        ] {
            assert_eq!(name_of_host(host), name, "{host}");
        }
    }

    #[test]
    fn a_host_with_a_port_is_read_as_that_host() {
        for (host, expected) in [("localhost", "localhost:7780"), ("::1", "[::1]:7780")] {
            let written = authority(host, 7780);
            assert_eq!((&*written, name_of_host(&written)), (expected, host));
        }
    }
}
