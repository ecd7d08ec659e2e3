//! Metrics of a server, as samples and in the text format of Prometheus.
//!
//! [`Observation`] is the state of a server as plain data; [`collect`] turns it into samples, [`render`] writes them
//! as text, and [`reference_page`] explains every name. All use the same table of families, so that every name is
//! documented, and another format has the same numbers.

mod cluster;
mod export;
mod exposition;
mod families;
mod joining_hook;
mod network_counters;
mod network_metrics;
mod observation;
mod page;
mod process;
mod recordings;
mod reference;
mod samples;
mod session_counters;
mod storage;
mod summary;
mod webhooks;
mod workers;

pub use consonance_link::{MetricFamily, MetricKind};
pub use export::{ExportCounters, ExportResult, ExportSettings, ExportSignal, ExportStatistics, SpanResult};
pub use families::families;
pub use observation::Observation;
pub use reference::reference_page;
use samples::Samples;
pub use samples::{BucketCounts, FamilySample, FamilySamples, SampleValue};

/// All metrics of an observation and of this process, as a scraper reads them; otherwise the same as [`collect`].
pub fn render(observation: &Observation, sessions_max: usize) -> String {
    exposition::text(&collect(observation, sessions_max))
}

/// All metrics of an observation and of this process, in the order of [`families`]; those of
/// [`Observation::network_families`] follow.
///
/// The `sessions_max` sessions with the most clients have samples of their own; the totals always cover all sessions.
pub fn collect(observation: &Observation, sessions_max: usize) -> Vec<FamilySamples> {
    let mut out = Samples::default();
    summary::write(&mut out, observation, sessions_max);
    workers::write(&mut out, observation);
    session_counters::write(&mut out, observation);
    storage::write(&mut out, observation);
    joining_hook::write(&mut out, observation);
    webhooks::write(&mut out, observation);
    cluster::write(&mut out, observation.cluster);
    export::write(&mut out, observation.export);
    recordings::write(&mut out, observation);
    network_counters::write(&mut out, observation);
    page::write(&mut out, observation);
    process::write(&mut out);
    network_metrics::write(&mut out, observation);
    out.into_families()
}
