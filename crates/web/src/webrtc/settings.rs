//! Settings of an operator.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use consonance_settings::settings;

settings! {
    /// The addresses at which browsers reach a server, and all of its limits.
    #[derive(Debug, PartialEq, Eq)]
    pub struct WebRtcSettings {
        /// The address for datagrams; port 0 picks a free port, and `[::]` takes both families.
        pub udp: SocketAddr as _ = (Ipv4Addr::UNSPECIFIED, 0).into();
        /// The address for TCP connections (RFC 6544) of browsers whose network blocks UDP; `None` accepts none.
        pub tcp: Option<SocketAddr> as _ = None;
        /// The addresses at which browsers reach [`udp`](Self::udp), if they differ from the local ones: behind a
        /// router that forwards the port. Port 0 is replaced by the port that is bound. If empty, the bound address, or
        /// the addresses of this machine as far as they are easily found if that is unspecified.
        pub announced: Vec<SocketAddr> as _ = Vec::new();
        /// The same for [`tcp`](Self::tcp).
        pub announced_tcp: Vec<SocketAddr> as _ = Vec::new();
        /// The most peers at once, over all workers. Further ones are rejected.
        pub connections_max: usize as _ = 1000;
        /// Browsers that are connecting.
        ///
        /// Over all workers. A further one takes the place of the one that has negotiated for longest, if that
        /// [has had its time](PeerLimits::negotiation_undisturbed), and is rejected otherwise.
        pub handshakes_max: usize = 128, 1..=65_536;
        /// The bounds of each peer.
        pub peer: PeerLimits as .. = PeerLimits::default();
        /// Datagrams of pages queued for one worker.
        ///
        /// One more is dropped and counted.
        pub mailbox_datagrams_max: usize as limits.queued_datagrams = 4096, 64..=1_000_000;
    }
}

settings! {
    /// Limits of one peer.
    #[derive(Debug, PartialEq, Eq)]
    pub struct PeerLimits {
        /// Voices sent to one page at once.
        ///
        /// Each is a slot; there may be up to 32.
        pub slots_max: usize as limits.slots_max = 16, 1..=16;
        /// Time for a page to connect after the answer to its offer.
        ///
        /// It is connected once its control channel is open.
        pub negotiation_timeout: Duration as limits.connect_timeout_s = Duration::from_secs(30), 1..=300;
        /// How long a page that negotiates keeps its place although all are taken and others come: several times as
        /// long as it takes.
        pub negotiation_undisturbed: Duration as _ = Duration::from_secs(3);
        /// Silence after which a browser counts as lost.
        pub idle_timeout: Duration as idle_timeout_s = Duration::from_secs(15), 5..=300;
        /// How long last messages may take.
        pub goodbye_timeout: Duration as _ = Duration::from_secs(2);
        /// Bytes of messages that a page has not yet taken.
        ///
        /// A peer with more counts as too slow.
        pub send_bytes_max: usize as limits.unsent_bytes = 1 << 20, 65_536..=1_073_741_824;
        /// The longest message of a page, in bytes, which its browser is told and keeps to; a longer one never arrives.
        /// More than a page's player understands, so that it can say so.
        pub message_bytes_max: usize as _ = 64 << 10;
        /// Datagrams per second from one page's address.
        ///
        /// Of any kind. More are dropped and counted unread, since another program may have sent them under the peer's
        /// address.
        pub datagrams_per_second_max: u32 as limits.datagrams_per_second = 1000, 100..=1_000_000;
        /// How many voice packets a peer may send in a second: nearly five times what a page sends, and twice what its
        /// player takes. More are dropped and counted, and a peer that goes on for [long](Self::excess_max) is
        /// disconnected.
        pub voice_packets_per_second_max: u32 as _ = 240;
        /// The same for messages: as many as a page sends at once that comes back and names all its
        /// rooms, channels and muted players.
        pub messages_per_second_max: u32 as _ = 1000;
        /// How many packets and messages too many a peer may have sent, over its whole life, before it is disconnected.
        pub excess_max: u64 as _ = 2000;
    }
}
