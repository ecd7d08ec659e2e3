//! Networks of games beside QUIC.

use std::io;

use consonance_server::Workers;
use consonance_sidecar::SidecarServer;
use consonance_transport::ServerTransport;

/// A network that listens.
pub(super) struct Gateway {
    pub(super) listener: NetworkListener,
    /// What there is, in a line for whoever starts the server.
    pub(super) line: String,
}

/// What listens, by how it says which session somebody means.
pub(super) enum NetworkListener {
    /// All of them mean this session.
    Session(String, Box<dyn ServerTransport>),
    /// Each link names its own.
    Links(Box<SidecarServer>),
}

impl NetworkListener {
    /// From now on the workers take in who comes.
    pub(super) fn hand_to(self, workers: &mut Workers) -> io::Result<()> {
        match self {
            Self::Session(session, network) => {
                let is_there = workers.add_for_session(&session, network);
                let what = || format!("there is no session {session:?} for its network: name it in sessions");
                is_there.then_some(()).ok_or_else(|| io::Error::other(what()))
            }
            Self::Links(server) => {
                let shards = server.into_shards(workers.count(), workers.placement())?;
                workers.add_shards(shards);
                Ok(())
            }
        }
    }
}
