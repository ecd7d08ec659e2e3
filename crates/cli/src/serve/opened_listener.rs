//! A listener for another network than QUIC, which has its port and waits for the workers.

use std::io;

use consonance_server::Workers;
use consonance_sidecar::SidecarServer;
use consonance_transport::ServerTransport;

/// One whose clients wait until it is handed to the workers.
pub(super) struct OpenedListener {
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
