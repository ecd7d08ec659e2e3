//! Where a collector is, and what it is told.

use std::fmt;
use std::time::Duration;

use consonance_admin::Operator;
use consonance_admin::metrics::ExportCounters;
use consonance_server::SecretText;
use consonance_server::operator_service::{InvalidHeader, ServiceError};

/// The settings of an exporter.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct OtlpSettings {
    /// The address of the collector without `/v1/traces`: `https://…`, or `http://…` on this machine.
    pub endpoint: String,
    /// Sent with each request; a collector's token, for example.
    pub headers: Vec<(String, SecretText)>,
    /// Certificate authorities in PEM that are believed instead of the usual ones.
    pub authorities_pem: Option<Vec<u8>>,
    /// `http://` is accepted for other machines, too (default no): anyone on the path can read what is exported.
    pub allow_plain_http: bool,
    /// How long the collector may take to answer (default 10 s).
    pub timeout: Duration,
    /// What it is told of this process, such as `service.name`.
    pub resource: Vec<(&'static str, String)>,
    /// What becomes of requests and spans is counted here.
    pub counters: ExportCounters,
}

impl OtlpSettings {
    /// A collector at this address.
    pub fn new(endpoint: impl Into<String>) -> Self {
        Self {
            endpoint: endpoint.into(),
            headers: Vec::new(),
            authorities_pem: None,
            allow_plain_http: false,
            timeout: Duration::from_secs(10),
            resource: Vec::new(),
            counters: ExportCounters::default(),
        }
    }
}

/// Which metrics are exported, and how often.
#[derive(Clone)]
#[non_exhaustive]
pub struct MetricsExport {
    /// The server that is observed.
    pub operator: Operator,
    /// Of how many sessions it is told one by one (default none).
    pub sessions_max: usize,
    /// The time between two exports (default 15 s).
    pub interval: Duration,
}

impl MetricsExport {
    /// Those of this server.
    pub fn new(operator: Operator) -> Self {
        Self { operator, sessions_max: 0, interval: Duration::from_secs(15) }
    }
}

impl fmt::Debug for MetricsExport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MetricsExport").field("interval", &self.interval).finish_non_exhaustive()
    }
}

/// Why nothing can be exported.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OtlpError {
    /// This is not an address.
    #[error("invalid address of a collector, expected one like http://127.0.0.1:4318")]
    Url,
    /// It would be told in the open.
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
        /// What the system says.
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
