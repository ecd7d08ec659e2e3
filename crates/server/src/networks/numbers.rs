//! A network's counters, summed up by the caller.

use consonance_transport as transport;

/// A network in numbers.
#[derive(Clone, Debug)]
pub struct NetworkNumbers {
    /// What kind of network it is; see [`ServerNetwork::network`](transport::ServerNetwork::network).
    pub network: &'static str,
    /// What it counted since the start.
    pub counters: transport::NetworkStatistics,
    /// What it counted that not all networks do.
    pub metrics: Vec<transport::MetricSample>,
}
