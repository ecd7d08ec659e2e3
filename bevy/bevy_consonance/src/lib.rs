//! Voice chat for [Bevy](https://bevy.org): players hear each other from their entities.
//!
//! [`VoicePlugin`] brings the resource [`Voice`], which connects to a session, and systems that keep sound and world
//! together. It is [`consonance`] in Bevy's habits: voice has threads of its own, so a slow frame drops no audio, and
//! [`Voice::chat`] gives the whole of its interface.
//!
//! | in the world | does |
//! |---|---|
//! | [`VoiceListener`] on an entity | we hear from there, and are there |
//! | [`VoiceSpeaker`] on an entity | another player's voice comes from there; its [`VoiceActivity`] tells how loud |
//! | [`VoiceRoom`] on an entity | while it exists, a room is listened to and spoken in |
//! | [`VoiceWhisper`] on an entity | while it exists, one player is spoken to |
//! | [`VoiceZone`] beside one of the two | it works only near the entity |
//! | [`PushToTalk`], and buttons of rooms | keys, mouse buttons and gamepad buttons that open them |
//! | [`VoiceEvent`], [`VoiceStateChanged`], [`VoiceError`] | messages: players that speak, reconnects, what went wrong |
//!
//! ```no_run
//! use bevy_app::prelude::*;
//! use bevy_consonance::prelude::*;
//! use bevy_ecs::prelude::*;
//! use bevy_input::keyboard::KeyCode;
//!
//! fn main() {
//!     App::new()
//!         // In a game: DefaultPlugins, which bring transforms, input and the loop.
//!         .add_plugins(VoicePlugin {
//!             server: Some("quic://127.0.0.1:7777/main#sha256=5d3f…".into()),
//!             name: Some("Alice".into()),
//!             ..VoicePlugin::default()
//!         })
//!         .add_systems(Startup, |mut commands: Commands| {
//!             commands.spawn(VoiceListener);
//!             commands.spawn(VoiceSpeaker::new("Bob"));
//!             commands.spawn(VoiceRoom::new("world"));
//!             commands.spawn(VoiceRoom::radio("red team", [KeyCode::KeyV]));
//!         })
//!         .add_systems(Update, |mut changes: MessageReader<VoiceStateChanged>| {
//!             for change in changes.read() {
//!                 println!("voice: {:?}", change.to);
//!             }
//!         })
//!         .run();
//! }
//! ```
//!
//! Positions follow `GlobalTransform`s, which Bevy's `TransformPlugin` propagates: a headless app has to add it to
//! `MinimalPlugins`. One unit is [one metre](VoicePlugin::metres_per_unit), unless the plugin says otherwise.
//!
//! # Schedules
//!
//! | schedule | set | what |
//! |---|---|---|
//! | `PreUpdate` | [`VoiceSystems::Receive`] | events become messages, [`VoiceActivity`] is up to date |
//! | `PostUpdate`, after transform propagation | [`VoiceSystems::Send`] | positions, rooms and push to talk take effect |
//! | `Last` | [`VoiceSystems::Leave`] | on `AppExit`, the session is left |
//!
//! # Features
//!
//! | feature | by default | adds |
//! |---|---|---|
//! | `devices` | yes | microphones and loudspeakers |
//! | `host` | yes | `consonance::host`: a server in the same process |
//! | `neural-noise` | yes | noise suppression by a neural network; 2.4 MB of weights |
//! | `quic` | yes | addresses of the form `quic://…` |
//! | `bevy_audio` | no | `VoiceSound::BevyAudio`: voices through Bevy's audio, a stream for each player |
//!
//! Needs Rust 1.95 or later, and Bevy 0.19.

mod activity;
#[cfg(feature = "bevy_audio")]
mod bevy_audio_streams;
mod buttons;
mod messages;
mod places;
mod plugin;
mod receiving;
mod reflection;
mod rooms;
mod sound;
mod voice;
mod zone;

pub use activity::VoiceActivity;
#[cfg(feature = "bevy_audio")]
pub use bevy_audio_streams::{VoiceStream, VoiceStreamDecoder};
pub use buttons::{PushToTalk, VoiceButton, VoiceButtons};
pub use consonance;
pub use messages::{VoiceError, VoiceEvent, VoiceStateChanged};
pub use places::{VoiceListener, VoiceSpeaker};
pub use plugin::{VoicePlugin, VoiceSystems};
pub use rooms::{VoiceRoom, VoiceRoomState, VoiceWhisper};
pub use sound::VoiceSound;
pub use voice::{Voice, VoiceState, voice_is_connected};
pub use zone::VoiceZone;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// The items that most games need.
pub mod prelude {
    pub use consonance::EventKind;
    pub use consonance::trigger::TriggerActivation;

    pub use crate::{
        PushToTalk, Voice, VoiceActivity, VoiceButton, VoiceError, VoiceEvent, VoiceListener, VoicePlugin,
        VoiceRoom, VoiceRoomState, VoiceSound, VoiceSpeaker, VoiceState, VoiceStateChanged, VoiceSystems,
        VoiceWhisper, VoiceZone,
    };
}
