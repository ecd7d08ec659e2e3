//! Settings of an operator.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

/// The addresses at which browsers reach a server, and all of its limits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebRtcSettings {
    /// The address for datagrams; port 0 is any free one, and `[::]` takes both families.
    pub udp: SocketAddr,
    /// The address for TCP connections (RFC 6544) of browsers whose network blocks UDP; `None` accepts none.
    pub tcp: Option<SocketAddr>,
    /// The addresses at which browsers reach [`udp`](Self::udp), if they differ from the local ones: behind a router
    /// that forwards the port. Port 0 stands for the port that is bound. If empty, the bound address, or the addresses
    /// of this machine as far as they are easily found if that is unspecified.
    pub announced: Vec<SocketAddr>,
    /// The same for [`tcp`](Self::tcp).
    pub announced_tcp: Vec<SocketAddr>,
    /// The most peers at once, over all workers. Further ones are rejected.
    pub connections_max: usize,
    /// The most peers that negotiate at once, over all workers. A further one takes the place of the one that has
    /// negotiated for longest, if that [has had its time](PeerLimits::negotiation_undisturbed), and is rejected
    /// otherwise.
    pub handshakes_max: usize,
    /// How many datagrams of one worker's peers wait for it. One more is dropped and counted.
    pub mailbox_datagrams_max: usize,
    /// The bounds of each peer.
    pub peer: PeerLimits,
}

impl Default for WebRtcSettings {
    /// Any UDP port of all IPv4 addresses, no TCP; 1000 peers, 128 of them negotiating; 4096 datagrams wait.
    fn default() -> Self {
        Self {
            udp: (Ipv4Addr::UNSPECIFIED, 0).into(),
            tcp: None,
            announced: Vec::new(),
            announced_tcp: Vec::new(),
            connections_max: 1000,
            handshakes_max: 128,
            mailbox_datagrams_max: 4096,
            peer: PeerLimits::default(),
        }
    }
}

/// Limits of one peer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerLimits {
    /// The most slots, which are the speakers that a page can play at once, up to 32.
    pub slots_max: usize,
    /// How long a connection may take from its offer until its control channel is open, and how long a TCP connection
    /// may be without a peer.
    pub negotiation_timeout: Duration,
    /// How long a page that negotiates keeps its place although all are taken and others come: several times as long as
    /// it takes.
    pub negotiation_undisturbed: Duration,
    /// Silence after which a connection counts as lost. A browser sends something every few seconds.
    pub idle_timeout: Duration,
    /// How long last messages may take.
    pub goodbye_timeout: Duration,
    /// How many bytes of messages may wait to be sent before a peer counts as too slow.
    pub send_bytes_max: usize,
    /// The longest message of a page, in bytes, which its browser is told and keeps to; a longer one never arrives.
    /// More than a page's player understands, so that it can say so.
    pub message_bytes_max: usize,
    /// How many datagrams of any kind a peer may send in a second. More are dropped and counted unread, since they may
    /// be a stranger's under the peer's address.
    pub datagrams_per_second_max: u32,
    /// How many voice packets a peer may send in a second: nearly five times what a page sends, and twice what its
    /// player takes. More are dropped and counted, and a peer that goes on for [long](Self::excess_max) is
    /// disconnected.
    pub voice_packets_per_second_max: u32,
    /// The same for messages: as many as a page sends at once that comes back and names all its
    /// rooms, channels and muted players.
    pub messages_per_second_max: u32,
    /// How many packets and messages too many a peer may have sent, over its whole life, before it is disconnected.
    pub excess_max: u64,
}

impl Default for PeerLimits {
    /// 16 slots; 30 s for negotiating, 3 of them undisturbed, 15 s of silence, 2 s for a goodbye; 1 MiB out, messages
    /// of 64 KiB in; 1000 datagrams, 240 voice packets and 1000 messages in a second; 2000 too many.
    fn default() -> Self {
        Self {
            slots_max: 16,
            negotiation_timeout: Duration::from_secs(30),
            negotiation_undisturbed: Duration::from_secs(3),
            idle_timeout: Duration::from_secs(15),
            goodbye_timeout: Duration::from_secs(2),
            send_bytes_max: 1024 * 1024,
            message_bytes_max: 64 * 1024,
            datagrams_per_second_max: 1000,
            voice_packets_per_second_max: 240,
            messages_per_second_max: 1000,
            excess_max: 2000,
        }
    }
}
