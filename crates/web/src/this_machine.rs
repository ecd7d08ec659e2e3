//! Names of the machine that a browser runs on.

use std::net::IpAddr;

use consonance_link::name_of_host;

/// Whether browsers trust this host without TLS (Secure Contexts, section 3.1).
pub(crate) fn is_this_machine(host: &str) -> bool {
    let name = name_of_host(host).to_ascii_lowercase();
    let is_localhost = name == "localhost" || name.ends_with(".localhost");
    is_localhost || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_trust_this_machine_alone_without_tls() {
        for host in [
            "localhost",
            "LOCALHOST:7780",
            "127.0.0.1:7780",
            "127.8.8.8",
            "[::1]",
            "[::1]:7780",
            "voice.localhost:1",
        ] {
            assert!(is_this_machine(host), "{host}");
        }
        for host in [
            "",
            "192.0.2.7:7780",
            "voice.example.org",
            "notlocalhost",
            "localhost.example.org",
            "[2001:db8::1]:1",
            "::",
            "é.localhostü",
        ] {
            assert!(!is_this_machine(host), "{host}");
        }
    }
}
