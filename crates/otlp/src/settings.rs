//! The address of a collector, and the data that it gets.

use std::fmt;
use std::time::Duration;

use consonance_admin::Operator;
use consonance_admin::metrics::ExportCounters;
use consonance_server::operator_service::{InvalidHeader, ServiceError};
use consonance_server::{SecretText, ServiceAddress};

/// The settings of an exporter.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct OtlpSettings {
    /// The address of the collector without `/v1/traces`: `https://…`, or `http://…` on this machine.
    pub endpoint: ServiceAddress,
    /// Sent with each request; a collector's token, for example.
    pub headers: Vec<(String, SecretText)>,
    /// Certificate authorities in PEM that are believed instead of the usual ones.
    pub authorities_pem: Option<Vec<u8>>,
    /// `http://` is accepted for other machines, too (default no): anyone on the path can read what is exported.
    pub allow_plain_http: bool,
    /// How long the collector may take to answer (default 10 s).
    pub timeout: Duration,
    /// Attributes of this process, such as `service.name`.
    pub resource: Vec<(&'static str, String)>,
    /// The counters of requests and spans.
    pub counters: ExportCounters,
}

impl OtlpSettings {
    /// A collector at this address.
    pub fn new(endpoint: ServiceAddress) -> Self {
        Self {
            endpoint,
            headers: Vec::new(),
            authorities_pem: None,
            allow_plain_http: false,
            timeout: Duration::from_secs(10),
            resource: Vec::new(),
            counters: ExportCounters::default(),
        }
    }
}

/// The metrics to export, and the interval.
#[derive(Clone)]
#[non_exhaustive]
pub struct MetricsExport {
    /// The server that is observed.
    pub operator: Operator,
    /// The largest number of sessions that get metrics of their own (default none).
    pub sessions_max: usize,
    /// The time between two exports (default 15 s).
    pub interval: Duration,
}

impl MetricsExport {
    /// The metrics of this server.
    pub fn new(operator: Operator) -> Self {
        Self { operator, sessions_max: 0, interval: Duration::from_secs(15) }
    }
}

impl fmt::Debug for MetricsExport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MetricsExport").field("interval", &self.interval).finish_non_exhaustive()
    }
}

/// The error of an exporter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OtlpError {
    /// The address is not valid.
    #[error("invalid address of a collector, expected one like http://127.0.0.1:4318")]
    Url,
    /// The data would travel unencrypted.
    #[error("unencrypted collector on another machine: use https, or set allow_plain_http")]
    PlainHttp,
    /// These are not certificates.
    #[error("invalid certificate authorities of a collector, expected PEM certificates")]
    Authorities,
    /// A header has letters that HTTP does not allow.
    #[error(transparent)]
    Header(#[from] InvalidHeader),
    /// The operating system gives no thread.
    #[error("cannot start the thread otlp: {what}")]
    Thread {
        /// The error from the operating system.
        what: String,
    },
}

impl OtlpError {
    /// A word for what failed, for logs and bindings: unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Url => "url",
            Self::PlainHttp => "plain-http",
            Self::Authorities => "authorities",
            Self::Header(_) => "header",
            Self::Thread { .. } => "no-thread",
        }
    }
}

impl From<ServiceError> for OtlpError {
    fn from(error: ServiceError) -> Self {
        match error {
            ServiceError::PlainHttp => Self::PlainHttp,
            ServiceError::Authorities => Self::Authorities,
            _ => Self::Url,
        }
    }
}
