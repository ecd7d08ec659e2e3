//! Counters in the text format of Prometheus.
//!
//! [`Observation`] is what a server says of itself, as plain data; [`render`] writes it down, and [`reference_page`]
//! explains every name. Both follow from the same table of families, so a name cannot be without its meaning.

mod browsers;
mod exposition;
mod families;
mod fast_path;
mod games;
mod joining_hook;
mod network_counters;
mod observation;
mod page;
mod process;
mod recordings;
mod reference;
mod session_counters;
mod storage;
mod summary;
mod workers;

use exposition::Exposition;
pub use families::{Family, MetricKind, families};
pub use observation::Observation;
pub use reference::reference_page;

/// Everything of an observation and of this process, as a scraper reads it.
///
/// Of `sessions_max` sessions, those with most clients, it tells one by one; of all together always.
pub fn render(observation: &Observation, sessions_max: usize) -> String {
    let mut out = Exposition::default();
    summary::write(&mut out, observation, sessions_max);
    workers::write(&mut out, observation);
    session_counters::write(&mut out, observation);
    storage::write(&mut out, observation);
    joining_hook::write(&mut out, observation);
    recordings::write(&mut out, observation);
    network_counters::write(&mut out, observation);
    fast_path::write(&mut out, observation);
    games::write(&mut out, observation);
    browsers::write(&mut out, observation);
    page::write(&mut out, observation);
    process::write(&mut out);
    out.into_text()
}
