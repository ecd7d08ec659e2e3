//! Pages that may open a `WebSocket`.

use std::sync::Arc;

use tracing::{debug, warn};

use super::Request;
use crate::{WarningLimit, is_own_host, name_of_host};

/// The pages that may open a `WebSocket`, by the `Origin` that their browsers send.
///
/// Without any settings these are the pages of the server's own host, whatever their port. A request without an origin
/// comes from a native client and is admitted; native clients can send any origin, so this keeps out pages only.
///
/// A clone is the same one: refusals are counted once.
#[derive(Clone, Debug, Default)]
pub struct PageOrigins(Arc<Rules>);

#[derive(Debug, Default)]
struct Rules {
    listed: Vec<String>,
    host_names: Vec<String>,
    warnings: WarningLimit,
}

/// A page of a foreign origin asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ForeignPage;

impl PageOrigins {
    /// Admits pages of the `listed` origins, such as `https://game.example`, or of every origin if one of them is `*`;
    /// and pages of the server's own host, which is what `Host` says or one of `host_names`.
    ///
    /// Over plain HTTP a page's host that is equal to `Host` proves nothing unless it is an address, localhost or one
    /// of `host_names`: a foreign name can be made to point here (DNS rebinding). Over https a certificate proves it.
    pub fn new(listed: Vec<String>, host_names: Vec<String>) -> Self {
        Self(Arc::new(Rules { listed, host_names, warnings: WarningLimit::default() }))
    }

    /// Pages of every origin.
    pub fn any() -> Self {
        Self::new(vec![ANY.to_owned()], Vec::new())
    }

    /// Checks a request to a listener of this network. The first 16 refusals are logged as warnings, further ones for
    /// debugging only.
    ///
    /// # Errors
    ///
    /// The page that asks is of a foreign origin.
    pub fn check(&self, request: &Request, network: &'static str) -> Result<(), ForeignPage> {
        let Some(origin) = request.origin.as_deref().filter(|origin| !self.0.admits(origin, &request.host))
        else {
            return Ok(());
        };
        let host = &request.host;
        if self.0.warnings.take() {
            warn!(
                network,
                ?origin,
                ?host,
                setting = "origins of the listener in listen",
                "refused a page of a foreign origin: add its origin to the setting to admit it"
            );
        } else {
            debug!(network, ?origin, ?host, "refused a page of a foreign origin");
        }
        Err(ForeignPage)
    }
}

impl Rules {
    fn admits(&self, origin: &str, host: &str) -> bool {
        let is_listed = |listed: &String| listed == ANY || listed.eq_ignore_ascii_case(origin);
        self.listed.iter().any(is_listed) || self.is_own(origin, host)
    }

    fn is_own(&self, origin: &str, host: &str) -> bool {
        let Some((scheme, authority)) = origin.split_once("://") else { return false };
        let name = name_of_host(authority);
        if name.is_empty() || !["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
            return false;
        }
        let is_known = self.host_names.iter().any(|known| known.eq_ignore_ascii_case(name));
        let is_proved = scheme.eq_ignore_ascii_case("https") || is_own_host(authority, &[]);
        is_known || (is_proved && name.eq_ignore_ascii_case(name_of_host(host)))
    }
}

/// In a list of origins: every origin.
const ANY: &str = "*";

/// The response to a refused page.
impl ForeignPage {
    /// Words for the developer of the page.
    pub const WORDS: &'static str = "pages of this origin may not connect here: the operator can add the origin to origins of this listener";
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admits(origins: &PageOrigins, origin: &str, host: &str) -> bool {
        let request =
            Request { host: host.to_owned(), origin: Some(origin.to_owned()), ..Request::default() };
        origins.check(&request, "websocket").is_ok()
    }

    #[test]
    fn admits_pages_of_its_own_host_at_any_port_and_of_no_other() {
        let origins = PageOrigins::default();
        for (origin, host, is_own) in [
            ("http://127.0.0.1:7780", "127.0.0.1:27777", true),
            ("http://localhost", "localhost:27777", true),
            ("http://[2001:db8::7]", "[2001:db8::7]:27777", true),
            ("https://voice.example.org", "voice.example.org:27777", true),
            ("HTTPS://VOICE.example.org", "voice.EXAMPLE.org", true),
            ("https://evil.example", "voice.example.org", false),
            ("https://voice.example.org.evil.example", "voice.example.org", false),
            ("https://evil.example/voice.example.org", "voice.example.org", false),
            ("http://127.0.0.2", "127.0.0.1:27777", false),
            ("http://localhost", "127.0.0.1:27777", false),
            // A foreign name that resolves to this server (DNS rebinding).
            ("http://evil.example", "evil.example:27777", false),
            ("null", "null", false),
            ("", "", false),
            ("https://", "", false),
            ("file://", "", false),
            ("chrome-extension://abc", "abc", false),
        ] {
            assert_eq!(admits(&origins, origin, host), is_own, "{origin} at {host}");
        }
    }

    #[test]
    fn admits_pages_of_configured_names_and_listed_origins() {
        let origins = PageOrigins::new(
            vec!["https://game.example".to_owned()],
            vec!["voice.example.org".to_owned(), "gamebox.local".to_owned()],
        );
        for (origin, host, is_admitted) in [
            ("https://game.example", "203.0.113.7:27777", true),
            ("https://GAME.example", "203.0.113.7:27777", true),
            ("http://game.example", "203.0.113.7:27777", false),
            ("https://game.example:8443", "203.0.113.7:27777", false),
            ("http://gamebox.local:7780", "gamebox.local:27777", true),
            ("http://gamebox.local", "203.0.113.7:27777", true),
            ("https://voice.example.org", "127.0.0.1:7780", true),
            ("https://other.example.org", "127.0.0.1:7780", false),
        ] {
            assert_eq!(admits(&origins, origin, host), is_admitted, "{origin} at {host}");
        }
        for origin in ["https://evil.example", "null", "file://"] {
            assert!(admits(&PageOrigins::any(), origin, "voice.example.org"), "{origin}");
        }
    }

    #[test]
    fn admits_native_clients_which_send_no_origin() {
        let request = Request { host: "voice.example.org".to_owned(), ..Request::default() };
        assert_eq!(PageOrigins::default().check(&request, "websocket"), Ok(()));
    }
}
