//! Metrics and traces for a collector, as `[telemetry]` says.

#[cfg(feature = "otlp")]
mod headers;
#[cfg(feature = "otlp")]
mod node_name;
#[cfg(feature = "otlp")]
mod over_otlp;
#[cfg(not(feature = "otlp"))]
#[path = "telemetry/not_built_in.rs"]
mod over_otlp;

pub(super) use over_otlp::{Export, Telemetry, read};

/// The key that problems with the collector itself belong to.
const ENDPOINT: &str = "telemetry.otlp_endpoint";
