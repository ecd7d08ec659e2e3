//! `[telemetry]`: metrics and traces for an OpenTelemetry collector.

use std::path::PathBuf;

use consonance_admin::metrics::ExportSettings;
use consonance_server::spans::TracerSettings;

use crate::declared::Declared;
use crate::table::{ServiceUrl, table};

table! {
    /// `[telemetry]`: where metrics and traces are exported. Only the address of a collector starts an export, and
    /// files have its secrets, so these keys are the file's own.
    pub struct TelemetryConfig {
        /// The collector (OTLP over HTTP): https, or http on this machine.
        #[schemars(example = &"http://127.0.0.1:4318")]
        pub otlp_endpoint: Option<ServiceUrl> = None;
        /// A file with headers for each request, one per line: `Name: value`.
        #[schemars(example = &"collector-headers.txt", extend("format" = "path"))]
        pub headers_file: Option<PathBuf> = None;
        /// Certificate authorities (PEM) instead of the usual ones.
        #[schemars(example = &"authority.pem", extend("format" = "path"))]
        pub authorities_file: Option<PathBuf> = None;
        /// What is exported, and how.
        #[serde(with = "crate::declared")]
        #[schemars(with = "Declared<ExportSettings>", extend("x-flat" = true))]
        pub export: ExportSettings = ExportSettings::default();
        /// How traces are recorded.
        #[serde(with = "crate::declared")]
        #[schemars(with = "Declared<TracerSettings>", extend("x-flat" = true))]
        pub tracer: TracerSettings = TracerSettings::default();
    }
}
