//! Replaces the export in builds without it: a server that is to export does not start, rather than skip it.

use std::convert::Infallible;
use std::time::Duration;

use consonance_admin::Operator;
use consonance_admin::metrics::ExportCounters;
use consonance_server::spans::Tracer;
use consonance_server_config::{ConfigProblem, LoadedConfig};

use super::ENDPOINT;

/// There is none.
pub(in crate::serve) enum Telemetry {}

/// An export that never runs.
pub(in crate::serve) enum Export {}

pub(in crate::serve) fn read(
    loaded: &LoadedConfig,
    _: &mut Vec<String>,
) -> Result<Option<Telemetry>, ConfigProblem> {
    if loaded.config.telemetry.otlp_endpoint.is_none() {
        return Ok(None);
    }
    Err(loaded.problem(ENDPOINT, "this program was built without the feature `otlp`".to_owned()))
}

impl Telemetry {
    pub(in crate::serve) fn sources(&self) -> (Tracer, ExportCounters) {
        match *self {}
    }

    pub(in crate::serve) fn in_words(&self) -> String {
        match *self {}
    }

    pub(in crate::serve) fn start(self, _: Operator) -> Result<Export, Infallible> {
        match self {}
    }
}

impl Export {
    pub(in crate::serve) fn end_metrics(&self) {
        match *self {}
    }

    pub(in crate::serve) fn stop(self, _: Duration) {
        match self {}
    }
}
