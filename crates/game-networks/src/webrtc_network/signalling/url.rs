//! The URL of a signalling server.

use std::fmt;
use std::str::FromStr;

use tungstenite::http::Uri;

/// The URL of a signalling server: `ws://host:port/application` or `wss://…`.
#[derive(Clone, PartialEq, Eq)]
pub struct SignallingUrl {
    uri: Uri,
    host: String,
    is_secure: bool,
}

/// Why a text is no [`SignallingUrl`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "invalid URL of a signalling server {text:?} ({cause}), expected one like wss://signalling.example:12777/chatapp"
)]
pub struct SignallingUrlError {
    /// The text, without its query, which may hold a token.
    pub text: String,
    /// Why it is invalid.
    pub cause: String,
}

impl SignallingUrl {
    /// The host's name or address.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port: 12776 for `ws` and 12777 for `wss` unless the URL names one, as on the stock server.
    pub fn port(&self) -> u16 {
        let default = if self.is_secure { 12777 } else { 12776 };
        self.uri.port_u16().unwrap_or(default)
    }

    /// Whether TLS is between.
    pub fn is_secure(&self) -> bool {
        self.is_secure
    }

    /// The host, and the port if the URL names one: without a user and a password, which must not be shown.
    pub(crate) fn authority(&self) -> &str {
        let authority = self.uri.authority().map_or("", |authority| authority.as_str());
        authority.rsplit('@').next().unwrap_or_default()
    }

    /// The path that is requested, with the query, which may hold a token.
    pub(crate) fn path(&self) -> &str {
        self.uri.path_and_query().map_or("/", |path| path.as_str())
    }
}

impl FromStr for SignallingUrl {
    type Err = SignallingUrlError;

    fn from_str(text: &str) -> Result<Self, SignallingUrlError> {
        let shown = text.split('?').next().unwrap_or_default().to_owned();
        let refused = |cause: &str| SignallingUrlError { text: shown.clone(), cause: cause.to_owned() };
        let uri: Uri = text.parse().map_err(|_| refused("it cannot be read"))?;
        let is_secure = match uri.scheme_str() {
            Some("ws") => false,
            Some("wss") => true,
            _ => return Err(refused("it begins with neither ws:// nor wss://")),
        };
        let host = uri.host().filter(|host| !host.is_empty()).ok_or_else(|| refused("it names no host"))?;
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        Ok(Self { uri, host, is_secure })
    }
}

impl fmt::Display for SignallingUrl {
    /// Without the query, which may hold a token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.is_secure { "wss" } else { "ws" };
        write!(f, "{scheme}://{}{}", self.authority(), self.uri.path())
    }
}

impl fmt::Debug for SignallingUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignallingUrl({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_read_and_shown_without_secrets() {
        let url: SignallingUrl = "wss://me:secret@[::1]/chatapp?userToken=secret".parse().unwrap();
        assert_eq!((url.host(), url.port(), url.is_secure()), ("::1", 12777, true));
        assert_eq!(url.to_string(), "wss://[::1]/chatapp");
        assert_eq!((url.authority(), url.path()), ("[::1]", "/chatapp?userToken=secret"));
        let url: SignallingUrl = "ws://127.0.0.1:99/callapp".parse().unwrap();
        assert_eq!((url.host(), url.port(), url.is_secure()), ("127.0.0.1", 99, false));
    }

    #[test]
    fn what_is_no_url_says_what_is_wrong() {
        for (text, cause) in [
            ("http://here/chatapp", "neither ws:// nor wss://"),
            ("ws:///chatapp", "cannot be read"),
            ("//here/?userToken=secret", "neither ws:// nor wss://"),
            ("", "cannot be read"),
        ] {
            let error = text.parse::<SignallingUrl>().unwrap_err().to_string();
            assert!(error.contains(cause) && !error.contains("secret"), "{error}");
        }
    }
}
