//! Every limit and time of the path, with its reason.

use std::time::Duration;

/// The largest packet, in bytes: what also fits a QUIC datagram on every path, so that a packet may go either way at
/// any moment.
pub const PACKET_BYTES_MAX: usize = 1150;

/// The largest datagram, in bytes of UDP payload: what every path that carries QUIC carries (RFC 9000, section 14).
pub const DATAGRAM_BYTES_MAX: usize = 1200;

/// When a client asks, and when it gives up for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientPathSettings {
    /// How long the first probe waits for its answer; each further one twice as long. 250 ms.
    pub first_try: Duration,
    /// Probes without an answer after which the way counts as closed. 6: about 8 s.
    pub tries_max: u32,
    /// How long to leave a closed way alone at first; each time twice as long. 5 s.
    pub rest: Duration,
    /// How long at most. 60 s.
    pub rest_max: Duration,
    /// How often to probe a way that is open and quiet; address translators forget it otherwise. 5 s.
    pub idle_probe: Duration,
    /// How often while packets are sent, which are not confirmed otherwise. 1 s.
    pub busy_probe: Duration,
    /// How soon after packets stopped coming: they may have been cut off; also how long an open way may take to answer
    /// before it is asked again. 300 ms.
    pub silence_probe: Duration,
    /// Probes of an open way without an answer after which it counts as closed. 5: 1.5 s.
    pub unanswered_max: u32,
}

impl Default for ClientPathSettings {
    fn default() -> Self {
        Self {
            first_try: Duration::from_millis(250),
            tries_max: 6,
            rest: Duration::from_secs(5),
            rest_max: Duration::from_mins(1),
            idle_probe: Duration::from_secs(5),
            busy_probe: Duration::from_secs(1),
            silence_probe: Duration::from_millis(300),
            unanswered_max: 5,
        }
    }
}

/// What a server holds for its clients, and how it treats them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerPathSettings {
    /// Links at once, of each worker. 65 536.
    pub links_max: usize,
    /// How long a client that says nothing keeps its path; a quiet one says something every 5 s. 12 s.
    pub silence_max: Duration,
    /// How often at most a link's probes are answered: a flood of them costs no system calls. 20 ms.
    pub answer_interval: Duration,
    /// How often at most a link is asked to prove an address. 200 ms.
    pub challenge_interval: Duration,
    /// How long a proof may take. 5 s.
    pub challenge_timeout: Duration,
    /// How long at most packets of several speakers for one listener wait for each other; zero switches that off.
    /// 10 ms.
    pub gather_max: Duration,
    /// Datagrams of one batch. 64: they still lie in the nearest cache.
    pub batch_datagrams: usize,
}

impl Default for ServerPathSettings {
    fn default() -> Self {
        Self {
            links_max: 65_536,
            silence_max: Duration::from_secs(12),
            answer_interval: Duration::from_millis(20),
            challenge_interval: Duration::from_millis(200),
            challenge_timeout: Duration::from_secs(5),
            gather_max: Duration::from_millis(10),
            batch_datagrams: 64,
        }
    }
}
