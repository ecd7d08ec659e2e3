//! Networks of games beside QUIC.

use consonance_transport::ServerTransport;

/// A network whose clients all mean one session.
pub(super) struct Gateway {
    /// Which.
    pub(super) session: String,
    /// The server's end.
    pub(super) listener: Box<dyn ServerTransport>,
    /// What there is, in a line for whoever starts the server.
    pub(super) line: String,
}
