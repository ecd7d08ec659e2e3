//! Requests to an operator's service, for the joining hook, for webhooks and for collectors: JSON over HTTP, signed if
//! wanted, with limits.

#[cfg(feature = "joining-hook")]
mod http;
#[cfg(not(feature = "joining-hook"))]
#[path = "operator_service/no_http.rs"]
mod http;

use std::time::Duration;

use consonance_settings::secrets::{SecretText, ServiceAddress};

pub use http::{ServiceAnswer, ServiceClient};

/// The settings of a service: its address, and the secrets by which it and the server know each other.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServiceSettings {
    /// Its address: `https://…`, or `http://…` on this machine.
    pub url: ServiceAddress,
    /// Each request is signed with this, so that the service can authenticate it: the header `Consonance-Signature` is
    /// `t=SECONDS,v1=HEX`, where HEX is the HMAC-SHA256 of SECONDS (since 1970), a dot, and the body.
    pub hmac_secret: Option<SecretText>,
    /// Each request carries this as `Authorization: Bearer …`.
    pub bearer_token: Option<SecretText>,
    /// Certificate authorities in PEM that are believed instead of the usual ones.
    pub authorities_pem: Option<Vec<u8>>,
}

impl ServiceSettings {
    /// The service at this address, which knows no secret.
    pub fn new(url: ServiceAddress) -> Self {
        Self { url, hmac_secret: None, bearer_token: None, authorities_pem: None }
    }
}

/// How a service is asked; each kind of service has its own defaults.
#[derive(Clone, Copy, Debug)]
pub struct RequestRules {
    /// How long a request may take with its answer.
    pub timeout: Duration,
    /// `http://` is accepted for other machines, too.
    pub allow_plain_http: bool,
}

/// Why a service cannot be asked at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ServiceError {
    /// It cannot be asked over HTTP.
    #[error("invalid address of a service, expected one like https://example.org/path")]
    Url,
    /// The request would be sent unencrypted.
    #[error("unencrypted service on another machine: use https, or set allow_plain_http")]
    PlainHttp,
    /// The program knows no HTTP.
    #[error("this program was built without the feature `joining-hook`, which services need")]
    NotBuiltIn,
    /// These are not certificates.
    #[error("invalid certificate authorities of a service, expected PEM certificates")]
    Authorities,
}

impl ServiceError {
    /// A word for what failed, for logs and bindings: unlike the text, it does not change.
    pub fn code(self) -> &'static str {
        match self {
            Self::Url => "url",
            Self::PlainHttp => "plain-http",
            Self::NotBuiltIn => "not-built-in",
            Self::Authorities => "authorities",
        }
    }
}

/// The name or the value of a header has letters that HTTP does not allow there. The text is not shown, as it may be
/// secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid HTTP header, expected `Name: value`")]
pub struct InvalidHeader;

/// Why one request has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ServiceFailure {
    /// It took too long.
    #[error("it did not answer in time")]
    Timeout,
    /// There was no connection, or it broke off.
    #[error("it cannot be reached")]
    Unreachable,
    /// The answer cannot be used.
    #[error("its answer is longer than 64 KiB, or was cut off")]
    Body,
}

impl ServiceFailure {
    /// A word for what failed, for logs and spans: unlike the text, it does not change.
    pub fn code(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::Unreachable => "unreachable",
            Self::Body => "body",
        }
    }
}
