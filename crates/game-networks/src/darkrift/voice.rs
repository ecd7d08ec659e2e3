//! Voice in the messages of games on DarkRift 2.
//!
//! ```text
//! message   [flags u8] [tag u16] ( [ping code u16] ) [body]          Message
//!  └ body   [voice packet]  or  [bytes i32] [voice packet]           Layout
//! ```
//!
//! The game chooses the tag of voice and the layout of its body. [`DarkRiftVoiceSettings`] may define them; otherwise
//! they are learned from each client's first voice packet, a handshake that cannot be mistaken for anything else.
//! There are three ways to connect a session:
//!
//! * [`DarkRiftVoice::voice_only`]: a voice-only server, which the game connects to beside its own;
//! * [`DarkRiftVoice::in_proxy`]: takes voice out of what clients send to their game's server;
//! * [`DarkRiftVoiceClient`]: a player of ours among the game's clients.
//!
//! Nothing here has a socket or a clock.
//!
//! # In your own game server
//!
//! A server in Rust that speaks DarkRift already asks for each message:
//!
//! ```
//! use consonance_game_networks::darkrift::voice::{DarkRiftMessage, Layout, VoiceDialect};
//!
//! let dialect = VoiceDialect { tag: 0x1234, layout: Layout::Raw };
//! let message = DarkRiftMessage::parse(&[0x00, 0x12, 0x34, 0x8B, 0xC7, 1, 2, 3]).expect("it has a header");
//! assert_eq!(dialect.voice_packet(&message), Some([0x8B, 0xC7, 1, 2, 3].as_slice()));
//!
//! let mut answer = Vec::new();
//! dialect.write(&[0x8B, 0xC7, 4], &mut answer);
//! assert_eq!(answer, [0x00, 0x12, 0x34, 0x8B, 0xC7, 4]);
//! ```

mod client;
mod dialect;
mod envelope;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzz;
mod learned;
mod message;
mod settings;

pub use client::DarkRiftVoiceClient;
pub use dialect::{Layout, VoiceDialect};
pub use envelope::{DarkRiftVoice, DarkRiftVoiceConnection};
pub use learned::Learned;
pub use message::{DarkRiftMessage, DarkRiftPing};
pub use settings::{DarkRiftVoiceSettings, STOCK_CHANNELS};
