//! A network's counters, summed up by the caller.

use consonance_link as transport;

/// A network in numbers.
#[derive(Clone, Debug)]
pub struct NetworkNumbers {
    /// The kind of network; see [`ServerNetwork::network`](transport::ServerNetwork::network).
    pub network: &'static str,
    /// Its counters since the start.
    pub counters: transport::NetworkStatistics,
    /// Its counters that not all networks have.
    pub metrics: Vec<transport::MetricSample>,
}
