//! One signal at a collector: a request, and what its answer means.
//!
//! Source: <https://opentelemetry.io/docs/specs/otlp/#otlphttp-response>.

use std::fmt;
use std::time::Duration;

use consonance_server::ServiceAddress;
use consonance_server::operator_service::{
    RequestRules, ServiceAnswer, ServiceClient, ServiceFailure, ServiceSettings,
};
use serde_json::Value;

use crate::metrics::{ExportSettings, ExportSignal};
use crate::otlp::settings::{OtlpError, OtlpSettings};

/// The endpoint of one signal.
#[derive(Debug)]
pub(crate) struct Target {
    client: ServiceClient,
    pub(crate) signal: ExportSignal,
    /// The collector rejected the data of the latest request.
    pub(crate) is_rejecting: bool,
}

/// The result of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Delivery {
    /// The data was accepted, except for this many spans or data points.
    Taken { rejected: u64 },
    /// The data is rejected for good.
    Rejected { status: u16 },
    /// The request can be sent again.
    Failed { why: Failure, retry_after: Option<Duration> },
}

/// Why a request failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    Service(ServiceFailure),
    Status(u16),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Service(failure) => failure.fmt(f),
            Self::Status(status) => write!(f, "it answered with the status {status}"),
        }
    }
}

impl Target {
    pub(crate) fn new(settings: &OtlpSettings, signal: ExportSignal) -> Result<Self, OtlpError> {
        let endpoint = settings.endpoint.reveal();
        if endpoint.contains(['?', '#']) {
            return Err(OtlpError::Url);
        }
        let url = format!("{}/v1/{}", endpoint.trim_end_matches('/'), signal.name());
        let url: ServiceAddress = url.parse().map_err(|_| OtlpError::Url)?;
        let mut service = ServiceSettings::new(url);
        service.authorities_pem.clone_from(&settings.authorities_pem);
        let ExportSettings { timeout, allow_plain_http, .. } = settings.export;
        let rules = RequestRules { timeout, allow_plain_http };
        let client = ServiceClient::new(&service, rules)?.with_headers(&settings.headers)?;
        Ok(Self { client, signal, is_rejecting: false })
    }

    pub(crate) fn post(&self, body: &[u8]) -> Delivery {
        let mut answer = match self.client.post(body) {
            Ok(answer) => answer,
            Err(failure) => return Delivery::Failed { why: Failure::Service(failure), retry_after: None },
        };
        match answer.status() {
            200..=299 => Delivery::Taken { rejected: rejected(&mut answer, self.signal) },
            status @ (429 | 502 | 503 | 504) => {
                let retry_after = answer.header("retry-after").and_then(|seconds| seconds.parse().ok());
                let retry_after = retry_after.map(Duration::from_secs);
                Delivery::Failed { why: Failure::Status(status), retry_after }
            }
            status => Delivery::Rejected { status },
        }
    }
}

/// The number of spans or data points that the collector rejected, by its response; 0 if it does not say.
fn rejected(answer: &mut ServiceAnswer, signal: ExportSignal) -> u64 {
    let body: Value =
        answer.read().ok().and_then(|body| serde_json::from_slice(&body).ok()).unwrap_or_default();
    let field = match signal {
        ExportSignal::Metrics => "rejectedDataPoints",
        ExportSignal::Traces => "rejectedSpans",
    };
    let number = &body["partialSuccess"][field];
    number.as_u64().or_else(|| number.as_str()?.parse().ok()).unwrap_or(0)
}
