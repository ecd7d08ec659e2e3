//! A network's counters, summed up by the caller.

use consonance_transport as transport;

/// A network in numbers.
#[derive(Clone, Debug)]
pub struct NetworkNumbers {
    /// What kind of network it is; see [`ServerTransport::network`](transport::ServerTransport::network).
    pub network: &'static str,
    /// What it counted since the start.
    pub counters: transport::ServerStatistics,
    /// What went beside its connections, if anything can.
    pub path: Option<transport::PathStatistics>,
    /// What it carried between a game's clients and the game's server, if it stands between them.
    pub game: Option<transport::GameStatistics>,
    /// What went between pages in browsers and their players, if those are here.
    pub pages: Option<transport::PageStatistics>,
}
