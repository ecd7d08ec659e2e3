//! The export over OTLP, from its settings to its thread.

use consonance_admin::Operator;
use consonance_admin::metrics::{ExportCounters, ExportSettings};
pub(in crate::serve) use consonance_admin::otlp::Export;
use consonance_admin::otlp::{Exporter, MetricsExport, OtlpError, OtlpSettings};
use consonance_server::spans::{FinishedSpans, Tracer};
use consonance_server_config::{Config, ConfigProblem, LoadedConfig, TelemetryConfig};

use super::{ENDPOINT, headers, node_name};
use crate::serve::joining::read_authorities;

/// An export that has not started.
pub(in crate::serve) struct Telemetry {
    exporter: Exporter,
    counters: ExportCounters,
    tracer: Tracer,
    spans: Option<FinishedSpans>,
    config: TelemetryConfig,
    metrics_sessions_max: usize,
}

/// Reads the files, and checks what can be checked without asking the collector; nothing if nothing is exported.
pub(in crate::serve) fn read(
    loaded: &LoadedConfig,
    notes: &mut Vec<String>,
) -> Result<Option<Telemetry>, ConfigProblem> {
    let config = &loaded.config.telemetry;
    let Some(endpoint) = &config.otlp_endpoint else { return Ok(None) };
    let mut settings = OtlpSettings::new(endpoint.0.clone());
    if let Some(path) = &config.headers_file {
        settings.headers = headers::read(loaded, path, notes)?;
    }
    let authorities = config.authorities_file.as_deref();
    settings.authorities_pem =
        authorities.map(|path| read_authorities(loaded, AUTHORITIES, path)).transpose()?;
    settings.export = export(&loaded.config);
    settings.resource = vec![("service.version", env!("CARGO_PKG_VERSION").to_owned())];
    let counters = settings.counters.clone();
    let exporter = Exporter::new(settings).map_err(|error| {
        let key = match error {
            OtlpError::Authorities => AUTHORITIES,
            OtlpError::Header(_) => headers::KEY,
            _ => ENDPOINT,
        };
        loaded.problem(key, error.to_string())
    })?;
    let (tracer, spans) = traced(config);
    let metrics_sessions_max = loaded.config.admin.access.metrics_sessions_max;
    Ok(Some(Telemetry { exporter, counters, tracer, spans, config: config.clone(), metrics_sessions_max }))
}

const AUTHORITIES: &str = "telemetry.authorities_file";

/// The settings of the export, with the name of this server.
fn export(Config { telemetry: config, cluster, .. }: &Config) -> ExportSettings {
    let mut export = config.export.clone();
    let node_name = export.node_name.take().or_else(|| cluster.node.name.clone());
    export.node_name = node_name.or_else(node_name::of_this_machine);
    export
}

fn traced(config: &TelemetryConfig) -> (Tracer, Option<FinishedSpans>) {
    if !config.export.traces || config.tracer.sampling_ratio <= 0.0 {
        return (Tracer::default(), None);
    }
    let (tracer, spans) = Tracer::new(&config.tracer);
    (tracer, Some(spans))
}

impl Telemetry {
    /// The tracer that records spans for the export, and the counters of exported spans and metrics.
    pub(in crate::serve) fn sources(&self) -> (Tracer, ExportCounters) {
        (self.tracer.clone(), self.counters.clone())
    }

    /// A line that describes what would be exported.
    pub(in crate::serve) fn in_words(&self) -> String {
        let traces = self.spans.as_ref().map(|_| "traces");
        let signals: Vec<_> =
            self.config.export.metrics.then_some("metrics").into_iter().chain(traces).collect();
        let signals = if signals.is_empty() { "nothing".to_owned() } else { signals.join(" and ") };
        format!("{signals} exported over OTLP\n")
    }

    /// Starts to export the metrics and spans of this server.
    pub(in crate::serve) fn start(self, operator: Operator) -> Result<Export, OtlpError> {
        let metrics = self.config.export.metrics.then(|| {
            let mut metrics = MetricsExport::new(operator);
            metrics.sessions_max = self.metrics_sessions_max;
            metrics
        });
        self.exporter.start(metrics, self.spans)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_has_its_own_name_for_collectors_or_that_of_the_cluster() {
        let mut config = Config::default();
        config.cluster.node.name = Some("fra-1".to_owned());
        assert_eq!(export(&config).node_name.as_deref(), Some("fra-1"));
        config.telemetry.export.node_name = Some("rack-7".to_owned());
        assert_eq!(export(&config).node_name.as_deref(), Some("rack-7"));
    }
}
