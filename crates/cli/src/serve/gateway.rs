//! Networks of games beside QUIC.

use consonance_transport::ServerTransport;

/// A network whose clients all mean one session.
pub(crate) struct Gateway {
    /// Which.
    pub(crate) session: String,
    /// The server's end.
    pub(crate) listener: Box<dyn ServerTransport>,
    /// What there is, in a line for whoever starts the server.
    pub(crate) line: String,
}
