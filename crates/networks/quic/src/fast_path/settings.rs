//! All limits and times of the path, with their reasons.

use std::time::Duration;

/// The largest packet, in bytes: what also fits a QUIC datagram on every path, so that a packet may go either way at
/// any moment.
pub const PACKET_BYTES_MAX: usize = 1150;

/// The largest datagram, in bytes of UDP payload: every path that supports QUIC carries it (RFC 9000, section 14).
pub const DATAGRAM_BYTES_MAX: usize = 1200;

/// A client's probe intervals and timeouts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientPathSettings {
    /// The timeout of the first probe, doubled for each further one. 250 ms.
    pub first_try: Duration,
    /// The number of unanswered probes after which the path counts as closed. 6: about 8 s.
    pub tries_max: u32,
    /// The first pause after a path is found closed, doubled each time. 5 s.
    pub rest: Duration,
    /// The longest pause. 60 s.
    pub rest_max: Duration,
    /// The probe interval of a path that is open and idle; address translators forget it otherwise. 5 s.
    pub idle_probe: Duration,
    /// The probe interval while packets are sent, which are not confirmed otherwise. 1 s.
    pub busy_probe: Duration,
    /// The delay of a probe after packets stop arriving: they may have been cut off; also the timeout of a probe of
    /// an open path. 300 ms.
    pub silence_probe: Duration,
    /// The number of unanswered probes after which an open path counts as closed. 5: 1.5 s.
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

/// A server's limits and timeouts for the paths of its clients.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerPathSettings {
    /// Links at once, for each worker. 65 536.
    pub links_max: usize,
    /// How long the path of a silent client stays open; an idle one sends a probe every 5 s. 12 s.
    pub idle_timeout: Duration,
    /// The shortest interval between answers to a link's probes: a flood of them costs no system calls. 20 ms.
    pub answer_interval: Duration,
    /// The shortest interval between requests to a link for the proof of an address. 200 ms.
    pub challenge_interval: Duration,
    /// The timeout of a proof. 5 s.
    pub challenge_timeout: Duration,
    /// The longest time for which packets of several speakers for one listener wait for each other; zero disables the
    /// waiting. 10 ms.
    pub gather_max: Duration,
    /// Datagrams of one batch. 64: they still fit into the fastest cache.
    pub batch_datagrams: usize,
}

impl Default for ServerPathSettings {
    fn default() -> Self {
        Self {
            links_max: 65_536,
            idle_timeout: Duration::from_secs(12),
            answer_interval: Duration::from_millis(20),
            challenge_interval: Duration::from_millis(200),
            challenge_timeout: Duration::from_secs(5),
            gather_max: Duration::from_millis(10),
            batch_datagrams: 64,
        }
    }
}
