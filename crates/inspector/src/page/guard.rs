//! Permission of requests: only under this machine's own name, and changes only from the page itself.

use super::request::Request;

/// Why a request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Forbidden {
    /// The `Host` is missing or foreign: another name was made to point here (DNS rebinding).
    Host,
    /// It would change something, and does not come from the page.
    Origin,
}

/// Checks whether a request is allowed.
pub(super) fn check(request: &Request) -> Result<(), Forbidden> {
    let host = request.host.as_deref().filter(|host| is_own_name(host)).ok_or(Forbidden::Host)?;
    let own = format!("http://{host}");
    match request.origin.as_deref() {
        Some(origin) if origin == own => Ok(()),
        // Browsers omit it only from requests that change nothing.
        None if request.method == "GET" => Ok(()),
        _ => Err(Forbidden::Origin),
    }
}

/// Whether this is one of the page's names on its machine, rather than another one that leads here; any port is
/// allowed, since it may be reached through a tunnel.
fn is_own_name(host: &str) -> bool {
    let (name, port) = host.rsplit_once(':').unwrap_or((host, "80"));
    let is_port = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    is_port && ["127.0.0.1", "localhost"].contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(method: &str, host: Option<&str>, origin: Option<&str>) -> Request {
        let (host, origin) = (host.map(Into::into), origin.map(Into::into));
        Request { method: method.into(), host, origin, ..Request::default() }
    }

    #[test]
    fn only_names_of_this_machine_are_answered() {
        for host in ["127.0.0.1:7", "localhost:80", "127.0.0.1", "localhost"] {
            assert_eq!(check(&request("GET", Some(host), None)), Ok(()), "{host}");
        }
        for host in [
            "evil.example:7",
            "127.0.0.1.evil.example",
            "localhost.",
            "127.0.0.1:7@x",
            "[::1]:7",
            "",
            ":",
            "0",
        ] {
            assert_eq!(check(&request("GET", Some(host), None)), Err(Forbidden::Host), "{host}");
        }
        assert_eq!(check(&request("GET", None, None)), Err(Forbidden::Host));
    }

    #[test]
    fn what_changes_something_has_to_come_from_the_page() {
        let check = |method, origin| check(&request(method, Some("127.0.0.1:7"), origin));
        assert_eq!(check("POST", Some("http://127.0.0.1:7")), Ok(()));
        for origin in [
            None,
            Some("null"),
            Some("http://127.0.0.1:8"),
            Some("https://127.0.0.1:7"),
            Some("http://localhost:7"),
            Some("http://evil.example"),
        ] {
            assert_eq!(check("POST", origin), Err(Forbidden::Origin), "{origin:?}");
        }
        assert_eq!(check("GET", Some("http://evil.example")), Err(Forbidden::Origin));
    }
}
