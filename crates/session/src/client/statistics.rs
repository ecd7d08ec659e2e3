//! What a client counts.

/// Counters of one client since it was made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClientStatistics {
    /// Packets that came in, good or bad.
    pub packets_in: u64,
    /// Their bytes.
    pub bytes_in: u64,
    /// Frames sent to at least one listener.
    pub frames_sent: u64,
    /// Frames dropped because nobody listens or no session is joined.
    pub frames_unheard: u64,
    /// Frames that came in and were let through.
    pub frames_received: u64,
    /// Frames that came in too late, or from before the present utterance.
    pub frames_refused: u64,
    /// Packets of a type that a server does not send.
    pub ignored: u64,
    /// Packets that could not be read.
    pub malformed: u64,
    /// Packets that can be read but say something impossible, such as a name twice.
    pub contradictions: u64,
    /// Packets over a link that is not the server's.
    pub unknown_link: u64,
    /// Packets that came before the handshake's answer.
    pub not_joined: u64,
    /// Packets of another session.
    pub other_session: u64,
    /// Packets of or about a player who is not here.
    pub unknown_player: u64,
    /// Events that were lost because nobody polled for them.
    pub events_dropped: u64,
}
