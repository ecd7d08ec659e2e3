//! Requests to an operator's service, for the joining hook, for webhooks and for collectors: JSON over HTTP, signed if
//! wanted, with limits.

#[cfg(feature = "joining-hook")]
mod http;
#[cfg(not(feature = "joining-hook"))]
#[path = "operator_service/no_http.rs"]
mod http;

use std::time::Duration;

use consonance_secrets::{SecretText, ServiceAddress};

pub use http::{ServiceAnswer, ServiceClient};

/// The settings of a service: its address, and its credentials.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ServiceSettings<'s> {
    /// Its address: `https://…`, or `http://…` on this machine.
    pub url: &'s ServiceAddress,
    /// How long a request may take with its answer.
    pub timeout: Duration,
    /// Each request is signed with this, as those of the [joining hook](crate::HookSettings::hmac_secret).
    pub hmac_secret: Option<&'s SecretText>,
    /// Each request carries this as `Authorization: Bearer …`.
    pub bearer_token: Option<&'s SecretText>,
    /// Certificate authorities in PEM that are believed instead of the usual ones.
    pub authorities_pem: Option<&'s [u8]>,
    /// `http://` is accepted for other machines, too (default no).
    pub allow_plain_http: bool,
}

impl<'s> ServiceSettings<'s> {
    /// The service at this address, which knows no secret.
    pub fn new(url: &'s ServiceAddress, timeout: Duration) -> Self {
        Self {
            url,
            timeout,
            hmac_secret: None,
            bearer_token: None,
            authorities_pem: None,
            allow_plain_http: false,
        }
    }
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
