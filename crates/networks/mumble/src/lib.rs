//! The network of [Mumble](https://www.mumble.info), from the server's side.
//!
//! A Mumble client has one connection for everything except voice, the *control channel*: [messages](control) over TLS.
//! Its voice arrives in datagrams on the same port, encrypted with a key from the control channel, or, where UDP is
//! blocked, in messages of the control channel.
//!
//! ```text
//!   client ══ TLS: control messages ══╗
//!                                     ╠══ MumbleServer ── logins, control messages, voice ──▶ its user
//!   client ══ UDP: encrypted voice  ══╝                ◀── control messages, voice ──────────
//! ```
//!
//! [`MumbleServer`] moves messages and voice packets and answers what needs no user: pings, nonce resyncs, and queries
//! from server lists. It knows nothing of channels, users and permissions, which are in the messages.
//!
//! ```
//! use consonance_mumble::{Sender, Voice, VoiceFormat, VoicePacket};
//!
//! let voice = Voice { number: 7, opus: vec![0x48, 1, 2].into(), ..Voice::default() };
//! let mut packet = Vec::new();
//! voice.write(VoiceFormat::Legacy, Sender::Client, &mut packet);
//! assert_eq!(packet, [0x80, 7, 3, 0x48, 1, 2]);
//! let read = VoicePacket::read(VoiceFormat::Legacy, Sender::Client, &packet)?;
//! assert_eq!(read, VoicePacket::Voice(voice));
//! # Ok::<(), consonance_mumble::MalformedVoice>(())
//! ```
//!
//! # Features
//!
//! * `client`: a client for tests and load, in the module of that name.
//! * `listener`: the network as a voice server's configuration opens it.
//! * `players`: Mumble users as players of a session, in the module of that name.
//!
//! Needs Rust 1.95 or later.

#![forbid(unsafe_code)]

mod certificate;
#[cfg(feature = "client")]
pub mod client;
pub mod control;
mod crypt;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzz;
mod login;
mod metrics;
mod ocb2;
#[cfg(feature = "players")]
pub mod players;
mod server;
mod server_list;
mod settings;
mod statistics;
mod stream;
mod varint;
mod version;
mod voice;
#[cfg(feature = "listener")]
mod voice_listener;
mod voice_paths;

pub use certificate::{CertificateHash, server_tls};
pub use control::{Control, MalformedControl};
pub use login::Login;
pub use metrics::METRIC_FAMILIES;
pub use server::{MumbleServer, MumbleServerEvent};
pub use settings::MumbleSettings;
pub use statistics::{MumbleDrops, MumbleRefusals, MumbleStatistics};
pub use stream::reject;
pub use version::MumbleVersion;
pub use voice::{
    LOOPBACK, MalformedVoice, SAMPLES_PER_NUMBER, Sender, VOICE_BYTES_MAX, Voice, VoiceContext, VoiceFormat,
    VoicePacket, VoicePlace,
};
#[cfg(feature = "listener")]
pub use voice_listener::LISTENER;
