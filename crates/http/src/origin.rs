//! Whether a browser asks in the name of a page of ours.

use std::net::IpAddr;

use axum::http::{HeaderMap, header};

/// Whether nothing says that a request was made by another site's page.
///
/// Browsers name the page's origin, and pages cannot change that; whoever names none is no page.
/// `host` is how the listener was asked, as in the header of that name.
pub fn is_from_own_page(headers: &HeaderMap, host: &str) -> bool {
    headers.get(header::ORIGIN).is_none_or(|origin| {
        // TLS may end at a proxy before us.
        origin == &format!("http://{host}") || origin == &format!("https://{host}")
    })
}

/// Whether a `Host` header asks for us: by an address, by localhost, or by one of these
/// names, whose case does not matter.
///
/// A browser that was led here by a name of somebody else's (DNS rebinding) has that name in `Host`: addresses cannot
/// be made to point elsewhere, and other names have to be known.
pub fn is_own_host(host: &str, names: &[String]) -> bool {
    let name = name_of_host(host);
    name.parse::<IpAddr>().is_ok()
        || name.eq_ignore_ascii_case("localhost")
        || names.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// The name or address in a `Host` header, without its port and without brackets. Any port will do: it may
/// be reached through a tunnel.
pub fn name_of_host(host: &str) -> &str {
    let is_port = |port: &str| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    let name = match host.rsplit_once(':') {
        Some((name, port)) if is_port(port) && (name.starts_with('[') || !name.contains(':')) => name,
        _ => host,
    };
    name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name)
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
}
