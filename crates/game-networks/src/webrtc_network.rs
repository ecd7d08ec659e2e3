//! WebRTC Network: voice over data channels between peers that find each other through a small signalling server.
//!
//! Games use it for voice-only sessions, so our programs can take every role in it, and unmodified games do not notice:
//!
//! * [`WebRtcHost`] listens under session names and is a [`ServerNetwork`](consonance_link::ServerNetwork).
//! * [`WebRtcClient`] joins a session and is a [`ClientNetwork`](consonance_link::ClientNetwork), with
//!   [direct links](consonance_link::DirectLinks) to other players.
//! * [`signalling`] has the server through which they find each other,
//!   [`SignallingListener`](signalling::SignallingListener).
//!
//! ```text
//!   host ──▶ signalling server ◀── player        offers, answers, addresses: texts over WebSockets
//!     ╰────────── UDP ──────────────╯            "reliable" and "unreliable": data channels over SCTP over DTLS over ICE
//! ```
//!
//! Nothing here blocks or has threads, but for the signalling server, which has one, and the system's look-up of names.
//! All peers of a host share one UDP socket: an ICE check names its connection, everything else comes from an address
//! from which checks came. ICE, DTLS and SCTP are `str0m`'s, on cryptography by `ring`
//! ([`consonance_link::rtc_crypto`]).
//!
//! The network cannot carry a reason when a connection ends, or empty packets.
//!
//! ```
//! use std::time::{Duration, Instant};
//!
//! use consonance_link::{ClientNetwork, ServerLinkEvent, ServerNetwork};
//! use consonance_game_networks::webrtc_network::signalling::{SignallingListener, SignallingListenerSettings, SignallingUrl};
//! use consonance_game_networks::webrtc_network::{ClientSettings, HostSettings, WebRtcClient, WebRtcHost};
//!
//! let localhost = ([127, 0, 0, 1], 0).into();
//! let signalling = SignallingListener::bind(localhost, SignallingListenerSettings::default())?;
//! let url: SignallingUrl = format!("ws://{}/chatapp", signalling.local_addr()).parse()?;
//! let settings = HostSettings { udp: localhost, ..HostSettings::new(url.clone(), "match-7") };
//! let mut host = WebRtcHost::bind(settings)?;
//! let settings = ClientSettings { udp: localhost, ..ClientSettings::new(url, "match-7") };
//! let mut client = WebRtcClient::bind(settings)?;
//!
//! let deadline = Instant::now() + Duration::from_secs(60);
//! let mut bytes = Vec::new();
//! let session = loop {
//!     let now = Instant::now();
//!     assert!(now < deadline, "the player does not come within a minute");
//!     if host.is_listening() {
//!         client.connect(now);
//!     }
//!     while client.poll_event(now, &mut bytes).is_some() {}
//!     match host.poll_event(now, &mut bytes) {
//!         Some(ServerLinkEvent::Connected { session, .. }) => break session,
//!         _ => std::thread::sleep(Duration::from_millis(1)),
//!     }
//! };
//! assert_eq!(session, "match-7");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod client;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzz;
mod host;
mod peer;
mod peers;
mod settings;
pub mod signalling;
#[cfg(feature = "listener")]
mod voice_listener;
mod web_socket;

use consonance_link::{Delivery, Dropped, PACKET_BYTES_MAX, PacketLimits};

pub use client::{KnownPlayers, WebRtcClient};
pub use host::WebRtcHost;
pub use settings::{ClientSettings, HostSettings, PeerSettings};
#[cfg(feature = "listener")]
pub use voice_listener::LISTENER;

/// A reliable packet may be as large as on any network of ours; an unreliable one fits one datagram with
/// everything that is around it there.
const LIMITS: PacketLimits = PacketLimits { reliable_bytes: PACKET_BYTES_MAX, unreliable_bytes: 1050 };

/// Whether a packet can be sent at all; it is counted if not.
fn is_sendable(delivery: Delivery, packet: &[u8], dropped: &mut Dropped) -> bool {
    let is_allowed = LIMITS.allow(delivery, packet.len());
    dropped.too_large += u64::from(!is_allowed);
    dropped.malformed += u64::from(packet.is_empty());
    is_allowed && !packet.is_empty()
}
