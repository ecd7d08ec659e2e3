//! Requests to an operator's service, for the joining hook and for webhooks: signed JSON over HTTP, with limits.

#[cfg(feature = "joining-hook")]
mod http;
#[cfg(not(feature = "joining-hook"))]
#[path = "operator_service/no_http.rs"]
mod http;

use std::time::Duration;

pub(crate) use http::ServiceClient;

use crate::secret_text::SecretText;

/// Where a service is, and what it is shown.
#[cfg_attr(not(feature = "joining-hook"), allow(dead_code, reason = "used by HTTP alone"))]
#[derive(Clone, Copy, Debug)]
pub(crate) struct ServiceSettings<'s> {
    pub(crate) url: &'s str,
    /// How long a request may take with its answer.
    pub(crate) timeout: Duration,
    pub(crate) hmac_secret: Option<&'s SecretText>,
    pub(crate) bearer_token: Option<&'s SecretText>,
    /// Believed instead of the usual authorities.
    pub(crate) authorities_pem: Option<&'s [u8]>,
    pub(crate) allow_plain_http: bool,
}

/// Why a service cannot be asked at all.
#[cfg_attr(not(feature = "joining-hook"), allow(dead_code, reason = "used by HTTP alone"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ServiceError {
    Url,
    PlainHttp,
    #[cfg_attr(feature = "joining-hook", allow(dead_code, reason = "used without HTTP alone"))]
    NotBuiltIn,
    Authorities,
}

/// Why one request has no answer.
#[cfg_attr(not(feature = "joining-hook"), allow(dead_code, reason = "used by HTTP alone"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ServiceFailure {
    #[error("it did not answer in time")]
    Timeout,
    #[error("it cannot be reached")]
    Unreachable,
    #[error("its answer is longer than 64 KiB, or was cut off")]
    Body,
}
