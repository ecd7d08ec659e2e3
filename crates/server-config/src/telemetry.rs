//! `[telemetry]`: metrics and traces for an OpenTelemetry collector.

use std::path::PathBuf;

use consonance_server::spans::TracerSettings;

use crate::declared::Declared;
use crate::table::{Seconds, ServiceUrl, table};

table! {
    /// `[telemetry]`: where metrics and traces are exported; the reasons for the defaults of exports stand with the
    /// settings of `consonance-otlp`.
    pub struct TelemetryConfig {
        /// The address of the collector (OTLP over HTTP): https, or http on this machine. `/v1/metrics` and
        /// `/v1/traces` are added. Default: nothing is exported.
        #[schemars(example = &"http://127.0.0.1:4318")]
        pub otlp_endpoint: Option<ServiceUrl> = None;
        /// A file with headers to send with each request, such as a token, one per line as in HTTP: `Name: value`.
        #[schemars(example = &"collector-headers.txt", extend("format" = "path"))]
        pub headers_file: Option<PathBuf> = None;
        /// A PEM file with certificate authorities to trust instead of the usual ones.
        #[schemars(example = &"authority.pem", extend("format" = "path"))]
        pub authorities_file: Option<PathBuf> = None;
        /// Accept http to other machines. Anyone on the path can then read what is exported, and the headers.
        pub allow_plain_http: bool = false;
        /// Time to answer.
        pub timeout_s: Seconds = Seconds::new(10), 0.1..=60;
        /// The resource attribute service.name, which Prometheus calls job.
        pub service_name: String = "consonance".into();
        /// The resource attribute service.instance.id, which Prometheus calls instance; two servers must not have the
        /// same. Default: `cluster.node_name`, or the name of this machine.
        #[schemars(example = &"voice-1")]
        pub node_name: Option<String> = None;
        /// Export the metrics of docs/metrics.md; `admin.metrics_sessions_max` applies.
        pub metrics: bool = true;
        /// How often.
        pub metrics_every_s: Seconds = Seconds::new(15), 1..=3600;
        /// Export traces of joins, admin requests and webhook deliveries. They contain no name or address of a player.
        pub traces: bool = true;
        /// How traces are recorded.
        #[serde(with = "crate::declared")]
        #[schemars(with = "Declared<TracerSettings>", extend("x-flat" = true))]
        pub tracer: TracerSettings = TracerSettings::default();
    }
}
