//! Metrics and traces of a voice server for OpenTelemetry collectors, over OTLP: what `consonance serve` exports with
//! `[telemetry]`.
//!
//! ```text
//!   Tracer ── spans ──▶ bounded queue ──┐
//!                                       ├──▶ a thread ── JSON over HTTP ──▶ collector
//!   Operator ── samples, at intervals ──┘    one request at a time, with retries
//! ```
//!
//! [`Exporter`] is the thread. Metrics are the samples of [`crate::metrics`], so they have the names, labels
//! and units of `docs/metrics.md`; spans are those of [`consonance_server::spans`]. Nothing waits for the collector:
//! while it is unreachable, spans wait in a bounded queue, metrics are not collected, and the log has one line.
//!
//! The encoding is the JSON of OTLP 1 (<https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding>): 64-bit
//! numbers are strings, ids are hexadecimal, enumerations are numbers.

mod exporter;
mod json;
mod metrics_json;
mod outage;
mod settings;
mod spans_json;
mod target;

pub use exporter::{Export, Exporter};
pub use settings::{MetricsExport, OtlpError, OtlpSettings};
