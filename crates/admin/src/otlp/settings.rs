//! The address of a collector, and the data that it gets.

use std::fmt;

use consonance_server::operator_service::{InvalidHeader, ServiceError};
use consonance_server::{SecretText, ServiceAddress};

use crate::Operator;
use crate::metrics::{ExportCounters, ExportSettings};

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
    /// What is sent, and how.
    pub export: ExportSettings,
    /// Attributes of this process besides those in the settings, such as `service.version`.
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
            export: ExportSettings::default(),
            resource: Vec::new(),
            counters: ExportCounters::default(),
        }
    }

    /// All attributes of this process, named after
    /// <https://opentelemetry.io/docs/specs/semconv/resource/service/>.
    pub(crate) fn attributes(&self) -> Vec<(&'static str, String)> {
        let ExportSettings { service_name, node_name, .. } = &self.export;
        let name = [("service.name", service_name.clone())].into_iter();
        let instance = node_name.clone().map(|name| ("service.instance.id", name));
        name.chain(self.resource.iter().cloned()).chain(instance).collect()
    }
}

/// The metrics to export.
#[derive(Clone)]
#[non_exhaustive]
pub struct MetricsExport {
    /// The server that is observed.
    pub operator: Operator,
    /// The largest number of sessions that get metrics of their own (default none).
    pub sessions_max: usize,
}

impl MetricsExport {
    /// The metrics of this server.
    pub fn new(operator: Operator) -> Self {
        Self { operator, sessions_max: 0 }
    }
}

impl fmt::Debug for MetricsExport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MetricsExport").field("sessions_max", &self.sessions_max).finish_non_exhaustive()
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
