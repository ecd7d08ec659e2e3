//! Handles of the parts of a running chat: players, rooms, channels, the local voice, playback, encryption.
//!
//! Each has a name, if its part has one, and shares the rest with the chat; a clone costs as much as two reference
//! counts. No method waits, and none but [`Channel`]'s has to be kept: a handle may be made again at any time.

mod channel;
mod encryption;
mod microphone;
mod playback;
mod player;
mod room;

pub use channel::Channel;
pub use encryption::VoiceEncryption;
pub use microphone::VoiceMicrophone;
pub use playback::VoicePlayback;
pub use player::Player;
pub use room::Room;
