//! Limits of TCP connections.

use std::time::Duration;

/// Bounds of the connections of one [`TcpConnections`](super::TcpConnections).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TcpSettings {
    /// How many connections there may be at once, made and accepted. Further ones are closed at once and counted.
    pub connections_max: usize,
    /// How many bytes of a connection are kept until its user has consumed them; reading pauses then. It has to hold
    /// the largest frame of the network.
    pub incoming_bytes_max: usize,
    /// How many bytes may wait to be sent on a connection. With more it ends as [`TooSlow`](super::TcpEnd::TooSlow).
    pub outgoing_bytes_max: usize,
    /// How many bytes the system may keep for a connection before it takes no more from us, about; `None` leaves it to
    /// the system, where it may be several megabytes. Networks that drop old voice keep it small, since what the
    /// system has cannot be dropped.
    pub system_bytes_max: Option<usize>,
    /// How many bytes that came the system may keep for us before the other side has to wait, about; `None` leaves it
    /// to the system. What is kept there is old by the time it is read.
    pub system_incoming_bytes_max: Option<usize>,
    /// How long the last bytes of a connection that was finished may take, and how long its closing by the other side
    /// is then waited for.
    pub goodbye_timeout: Duration,
    /// After how long without a byte the system asks whether the other side is still there (TCP keep-alive, RFC 9293,
    /// section 3.8.4); it asks three times, ten seconds apart where the system can be told so.
    pub keep_alive: Duration,
    /// How long sent bytes may stay unacknowledged before the connection is lost (RFC 5482), where the
    /// system can be told so: Linux.
    pub user_timeout: Duration,
}

impl Default for TcpSettings {
    /// 1024 connections, 64 KiB in and 1 MiB out for each; 2 s for a goodbye; lost connections are noticed after 15 s
    /// with something to send, and 30 to 45 s without.
    fn default() -> Self {
        Self {
            connections_max: 1024,
            incoming_bytes_max: 64 * 1024,
            outgoing_bytes_max: 1024 * 1024,
            system_bytes_max: None,
            system_incoming_bytes_max: None,
            goodbye_timeout: Duration::from_secs(2),
            keep_alive: Duration::from_secs(15),
            user_timeout: Duration::from_secs(15),
        }
    }
}
